using System.Collections.Immutable;
using System.Globalization;

namespace BpfTrace.Bpf;

/// <summary>The machine's CPUs as the kernel lists them under /sys/devices/system/cpu.</summary>
public static class Cpus
{
    private static readonly Lazy<ImmutableArray<int>> s_possible = new(() => ReadList("/sys/devices/system/cpu/possible"));

    /// <summary>CPUs that could ever be there: a per-CPU map has one value for each, in this order. Read once.</summary>
    public static ImmutableArray<int> Possible => s_possible.Value;

    /// <summary>CPUs that are online now; read anew on every call.</summary>
    public static ImmutableArray<int> GetOnline() => ReadList("/sys/devices/system/cpu/online");

    /// <summary>Parses the kernel's list format (bitmap_parselist): <c>0-3,8,10-11</c>.</summary>
    /// <exception cref="FormatException">Not such a list.</exception>
    internal static ImmutableArray<int> Parse(ReadOnlySpan<char> list)
    {
        var cpus = ImmutableArray.CreateBuilder<int>();
        list = list.Trim();
        foreach (Range range in list.Split(','))
        {
            ReadOnlySpan<char> part = list[range];
            int dash = part.IndexOf('-');
            int first = Number(dash < 0 ? part : part[..dash]);
            int last = dash < 0 ? first : Number(part[(dash + 1)..]);
            if (last < first)
                throw new FormatException($"'{list}' is no list of CPUs");
            for (int cpu = first; cpu <= last; cpu++)
                cpus.Add(cpu);
        }

        return cpus.ToImmutable();
    }

    private static ImmutableArray<int> ReadList(string path) => Parse(File.ReadAllText(path));

    private static int Number(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
