namespace BpfTrace.Bpf.Btf;

/// <summary>A named value of an enumeration.</summary>
public readonly record struct BtfEnumValue : IBtfElement<BtfEnumValue>
{
    private readonly BtfFile _file;

    private BtfEnumValue(BtfFile file, uint nameOffset, long value)
    {
        _file = file;
        NameOffset = nameOffset;
        Value = value;
    }

    /// <summary>The name.</summary>
    public string Name => _file.GetString(NameOffset);

    /// <summary>The bytes of <see cref="Name"/>.</summary>
    public ReadOnlySpan<byte> NameUtf8 => _file.GetStringBytes(NameOffset);

    /// <summary>The value, sign-extended or zero-extended by the enumeration's <see cref="BtfType.IsSigned"/>; an unsigned 64-bit value keeps its bits.</summary>
    public long Value { get; }

    internal uint NameOffset { get; }

    /// <inheritdoc/>
    public static BtfEnumValue Read(BtfType owner, int index)
    {
        if (owner.Kind == BtfKind.Enum64)
        {
            int offset = index * 12;
            return new(owner.File, owner.ReadExtra(offset), (long)((ulong)owner.ReadExtra(offset + 8) << 32 | owner.ReadExtra(offset + 4)));
        }

        uint value = owner.ReadExtra((index * 8) + 4);
        return new(owner.File, owner.ReadExtra(index * 8), owner.IsSigned ? (int)value : value);
    }
}
