namespace BpfTrace.Bpf.Tracefs;

/// <summary>A field of a tracepoint's record: a <c>field:</c> line of its format.</summary>
/// <param name="TypeText">Its C type as written, without the name: <c>const char *</c>, <c>__data_loc char[]</c>, <c>char[16]</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Bytes from the start of the record.</param>
/// <param name="Size">Its size in bytes; of a <c>__data_loc</c> field that of its word, 4.</param>
/// <param name="IsSigned">Whether it (an array's element) is signed, as the format says.</param>
public sealed record TracepointField(string TypeText, string Name, int Offset, int Size, bool IsSigned)
{
    private const string DataLoc = "__data_loc ";
    private const string RelLoc = "__rel_loc ";

    /// <summary>The declaration word by word as the format has it, as <c>char comm[16]</c>: what <c>bpftrace -lv</c> prints.</summary>
    public string Declaration { get; init; } = $"{TypeText} {Name}";

    /// <summary>True for <c>__data_loc</c>: the field holds a u32, offset (from the record's start) in the low and length in the high 16 bits.</summary>
    public bool IsDataLoc => TypeText.StartsWith(DataLoc, StringComparison.Ordinal);

    /// <summary>True for <c>__rel_loc</c> (Linux 5.18): as <see cref="IsDataLoc"/>, with the offset counted from the end of the field.</summary>
    public bool IsRelLoc => TypeText.StartsWith(RelLoc, StringComparison.Ordinal);

    /// <summary>True for the fields that every tracepoint has (<c>common_pid</c> …).</summary>
    public bool IsCommon => Name.StartsWith("common_", StringComparison.Ordinal);

    /// <summary>True for an array, in the record itself or elsewhere (<see cref="IsDataLoc"/>, <see cref="IsRelLoc"/>).</summary>
    public bool IsArray => TypeText.EndsWith(']');

    /// <summary>An array's element type, as <c>char</c>; of other fields the type, in any case without <c>__data_loc</c>.</summary>
    public string ElementType
    {
        get
        {
            string type = IsDataLoc ? TypeText[DataLoc.Length..] : IsRelLoc ? TypeText[RelLoc.Length..] : TypeText;
            return IsArray ? type[..type.LastIndexOf('[')].TrimEnd() : type;
        }
    }

    /// <summary>An array's number of elements; 0 for other fields and for arrays whose length differs from record to record.</summary>
    public int Length
        => IsArray && int.TryParse(TypeText.AsSpan(TypeText.LastIndexOf('[') + 1).TrimEnd(']'), out int length) ? length : 0;
}
