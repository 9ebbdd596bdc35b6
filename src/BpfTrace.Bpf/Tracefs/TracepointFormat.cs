using System.Collections.Immutable;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>A tracepoint's record, as <c>events/CATEGORY/NAME/format</c> in tracefs describes it.</summary>
/// <param name="Category">The category (the kernel's "system").</param>
/// <param name="Name">The event's name.</param>
/// <param name="Id">The id that perf_event_open takes.</param>
/// <param name="Fields">All fields in order of offset, the common ones included.</param>
public sealed record TracepointFormat(string Category, string Name, int Id, ImmutableArray<TracepointField> Fields);

/// <summary>A field of a tracepoint's record.</summary>
/// <param name="TypeText">Its C type as written, without the name: <c>const char *</c>, <c>__data_loc char[]</c>, <c>char[16]</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Bytes from the start of the record.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="IsSigned">Whether it is signed, as the format says.</param>
public sealed record TracepointField(string TypeText, string Name, int Offset, int Size, bool IsSigned)
{
    /// <summary>True for <c>__data_loc</c>: the field holds a u32, offset in the low and length in the high 16 bits.</summary>
    public bool IsDataLoc => TypeText.StartsWith("__data_loc ", StringComparison.Ordinal);

    /// <summary>True for the fields that every tracepoint has (<c>common_pid</c> …).</summary>
    public bool IsCommon => Name.StartsWith("common_", StringComparison.Ordinal);
}
