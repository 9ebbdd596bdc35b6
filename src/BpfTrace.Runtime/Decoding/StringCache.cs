using System.Text;
using BpfTrace.Formatting;

namespace BpfTrace.Decoding;

/// <summary>
/// Strings seen lately, by their bytes: command names and paths repeat, and an event's strings are most of what it allocates. Direct-mapped;
/// a collision just replaces.
/// </summary>
internal sealed class StringCache
{
    private const int Slots = 1024;
    private const int LongestKept = 128;
    private readonly string?[] _strings = new string?[Slots];

    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > LongestKept)
            return bytes.IsEmpty ? "" : KernelText.Decode(bytes);
        ref string? slot = ref _strings[Hash(bytes) & (Slots - 1)];
        if (slot is not null && slot.Length == bytes.Length && Ascii.Equals(bytes, slot))
            return slot;
        return slot = KernelText.Decode(bytes);
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        uint hash = 2166136261;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 16777619;
        return hash ^ (hash >> 15);
    }
}
