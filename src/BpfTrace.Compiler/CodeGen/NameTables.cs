using System.Text;
using BpfTrace.Bpf;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>
/// Texts by number that programs look up: one slot of <see cref="SlotSize"/> bytes for each number, and a last one for numbers without a text.
/// </summary>
internal static class NameTables
{
    /// <summary>Bytes of a slot, the NUL included: the capacity of these functions' strings.</summary>
    public const int SlotSize = 64;

    /// <summary>What a function looks up.</summary>
    /// <returns>The slots' bytes.</returns>
    public static byte[] Create(string function) => function switch
    {
        "signal_name" => Fill(65, "N/A", SignalNames.Describe),
        "syscall_name" => Fill(SystemCallNames.Count, "Unknown syscall", SystemCallNames.Find),
        "strerror" => Fill(ErrorNames.Count, "Unknown error", ErrorNames.Describe),
        _ => throw new ArgumentException("No names for " + function, nameof(function)),
    };

    private static byte[] Fill(int count, string unknown, Func<long, string?> name)
    {
        var slots = new byte[(count + 1) * SlotSize];
        for (int i = 0; i <= count; i++)
            Encoding.ASCII.GetBytes((i < count ? name(i) : null) ?? unknown, slots.AsSpan(i * SlotSize));
        return slots;
    }
}
