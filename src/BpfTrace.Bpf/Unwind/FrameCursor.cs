using System.Buffers.Binary;
using BpfTrace.Bpf.Elf;

namespace BpfTrace.Bpf.Unwind;

/// <summary>Reads the parts of call frame information one after the other; never beyond the end.</summary>
internal ref struct FrameCursor(ReadOnlySpan<byte> data, int at, int end)
{
    private readonly ReadOnlySpan<byte> _data = data[..end];

    public int Position { get; private set; } = at;

    public readonly bool IsAtEnd => Position >= _data.Length;

    public readonly int Left => Math.Max(_data.Length - Position, 0); // an entry may be too short for its own head

    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)Left)
            throw new ElfFormatException($"Call frame information ends early, at byte {Position}.");
        ReadOnlySpan<byte> taken = _data.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number in groups of seven bits (LEB128).</summary>
    public ulong Unsigned() => Groups(out _, out _);

    /// <summary>A signed number in groups of seven bits.</summary>
    public long Signed()
    {
        ulong value = Groups(out int bits, out bool isNegative);
        return isNegative && bits < 64 ? (long)(value | (ulong.MaxValue << bits)) : (long)value;
    }

    /// <summary>An expression's or other block's bytes, their number before them.</summary>
    public ReadOnlySpan<byte> Block() => Take(Unsigned());

    private ulong Groups(out int bits, out bool isNegative)
    {
        ulong value = 0;
        bits = 0;
        while (true)
        {
            byte group = Byte();
            if (bits < 64)
                value |= (ulong)(group & 0x7f) << bits;
            bits += 7;
            if ((group & 0x80) == 0)
            {
                isNegative = (group & 0x40) != 0;
                return value;
            }

            if (bits > 10 * 7)
                throw new ElfFormatException($"A number of too many bytes in call frame information, at byte {Position}.");
        }
    }
}
