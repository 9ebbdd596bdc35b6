namespace BpfTrace.Bpf.Btf;

/// <summary>A member of a structure or union.</summary>
public readonly record struct BtfMember : IBtfElement<BtfMember>
{
    private readonly BtfFile _file;
    private readonly uint _nameOffset;
    private readonly uint _type;

    private BtfMember(BtfFile file, uint nameOffset, uint type, int bitOffset, int bitfieldSize)
    {
        _file = file;
        _nameOffset = nameOffset;
        _type = type;
        BitOffset = bitOffset;
        BitfieldSize = bitfieldSize;
    }

    /// <summary>The name; empty for an anonymous structure or union.</summary>
    public string Name => _file.GetString(_nameOffset);

    /// <summary>The bytes of <see cref="Name"/>.</summary>
    public ReadOnlySpan<byte> NameUtf8 => _file.GetStringBytes(_nameOffset);

    /// <summary>The declared type; of a bit field the type it is a part of.</summary>
    public BtfType Type => _file.GetType(_type <= int.MaxValue ? (int)_type : -1);

    /// <summary>The offset in bits from the start of the structure.</summary>
    public int BitOffset { get; }

    /// <summary>The offset in whole bytes from the start of the structure.</summary>
    public int ByteOffset => BitOffset / 8;

    /// <summary>A bit field's width in bits; 0 for an ordinary member.</summary>
    public int BitfieldSize { get; }

    /// <inheritdoc/>
    public static BtfMember Read(BtfType owner, int index)
    {
        uint type = owner.ReadExtra((index * 12) + 4);
        uint offset = owner.ReadExtra((index * 12) + 8);
        uint name = owner.ReadExtra(index * 12);
        if (owner.KindFlag)
            return new BtfMember(owner.File, name, type, (int)(offset & 0xFF_FFFF), (int)(offset >> 24));
        if (offset > int.MaxValue)
            throw new BtfFormatException($"BTF type {owner.Id} has a member at bit {offset}.");

        // Without the flag (compilers before 2019) the integer type itself carries a bit field's place and width.
        BtfMember plain = new(owner.File, name, type, (int)offset, 0);
        BtfType integer = plain.Type.Resolve();
        return integer.Kind == BtfKind.Int && (integer.IntBits != integer.Size * 8 || integer.IntOffset != 0) && !integer.IsBool
            ? new BtfMember(owner.File, name, type, (int)offset + integer.IntOffset, integer.IntBits)
            : plain;
    }

    internal BtfMember MovedBy(int bits)
        => BitOffset <= int.MaxValue - bits
            ? new(_file, _nameOffset, _type, BitOffset + bits, BitfieldSize)
            : throw new BtfFormatException("BTF member offset out of range.");
}
