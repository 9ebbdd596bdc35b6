using System.Globalization;
using BpfTrace.Bpf;

namespace BpfTrace.Language.Symbols;

/// <summary>
/// Constants that C programs get from the kernel's and libc's headers as macros, which no BTF has: part of the kernel's ABI on x86_64
/// (<c>include/uapi</c>, <c>include/linux/socket.h</c>, <c>include/linux/sched.h</c>), so that a script that includes such a header needs no
/// header installed. A name of the script's own wins.
/// </summary>
internal static partial class KernelConstants
{
    private static Dictionary<string, long>? s_values;

    /// <summary>The value of a constant, if it is one.</summary>
    public static bool TryFind(string name, out long value)
    {
        foreach (string prefix in (ReadOnlySpan<string>)["__NR_", "SYS_"])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return TryFindSystemCall(name[prefix.Length..], out value);
        }

        Dictionary<string, long> values = s_values ??= CreateValues();
        return values.TryGetValue(name, out value)
            || (name.StartsWith("PF_", StringComparison.Ordinal) && values.TryGetValue("AF_" + name[3..], out value));
    }

    private static bool TryFindSystemCall(string name, out long value)
    {
        for (value = 0; value < 512; value++)
        {
            if (SystemCallNames.Find(value) == name)
                return true;
        }
        return false;
    }

    private static Dictionary<string, long> CreateValues()
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string group in s_table)
        {
            string[] words = group.Split(' ');
            string prefix = words[0] == "-" ? "" : words[0];
            long value = -1;
            foreach (string word in words.AsSpan(1))
            {
                int equals = word.IndexOf('=', StringComparison.Ordinal);
                value = equals < 0 ? value + 1 : Parse(word.AsSpan(equals + 1));
                values[prefix + (equals < 0 ? word : word[..equals])] = value;
            }
        }
        for (int i = 0; i < SignalNumbers.Names.Length; i++)
            values["SIG" + SignalNumbers.Names[i]] = i + 1;
        return values;
    }

    private static long Parse(ReadOnlySpan<char> text) => text.StartsWith("0x")
        ? long.Parse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
