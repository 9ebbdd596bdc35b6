using System.Buffers.Binary;

namespace BpfTrace.Bpf.Btf;

/// <summary>Where the type and string sections lie (<c>struct btf_header</c>), checked against the data's length.</summary>
internal readonly record struct BtfHeader(int TypesStart, int TypesLength, int StringsStart, int StringsLength)
{
    private const ushort BTF_MAGIC = 0xEB9F;
    private const int MinimumLength = 24;

    public static BtfHeader Read(ReadOnlySpan<byte> data, bool isSplit)
    {
        if (data.Length < MinimumLength)
            throw new BtfFormatException($"BTF header truncated: {data.Length} bytes.");
        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(data);
        if (magic == BinaryPrimitives.ReverseEndianness(BTF_MAGIC))
            throw new BtfFormatException("BTF of the other byte order is not supported.");
        if (magic != BTF_MAGIC)
            throw new BtfFormatException($"No BTF: magic 0x{magic:x4}.");
        if (data[2] != 1)
            throw new BtfFormatException($"BTF version {data[2]} is not supported.");

        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        ulong typesOffset = BinaryPrimitives.ReadUInt32LittleEndian(data[8..]);
        ulong typesLength = BinaryPrimitives.ReadUInt32LittleEndian(data[12..]);
        ulong stringsOffset = BinaryPrimitives.ReadUInt32LittleEndian(data[16..]);
        ulong stringsLength = BinaryPrimitives.ReadUInt32LittleEndian(data[20..]);
        ulong length = (ulong)data.Length;
        if (headerLength < MinimumLength || headerLength > length)
            throw new BtfFormatException($"BTF header length {headerLength} in {length} bytes.");
        if (headerLength + typesOffset + typesLength > length || (typesOffset & 3) != 0 || (typesLength & 3) != 0)
            throw new BtfFormatException("BTF type section lies outside of the data or is not aligned.");
        if (headerLength + stringsOffset + stringsLength > length)
            throw new BtfFormatException("BTF string section lies outside of the data.");

        // A split BTF may have no string of its own; a base one has at least the empty string at offset 0.
        int stringsStart = (int)(headerLength + stringsOffset);
        ReadOnlySpan<byte> strings = data.Slice(stringsStart, (int)stringsLength);
        if (strings.IsEmpty ? !isSplit : strings[^1] != 0 || (!isSplit && strings[0] != 0))
            throw new BtfFormatException("BTF string section does not begin and end with a NUL.");

        return new BtfHeader((int)(headerLength + typesOffset), (int)typesLength, stringsStart, (int)stringsLength);
    }
}
