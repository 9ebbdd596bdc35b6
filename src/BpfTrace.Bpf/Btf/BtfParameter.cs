namespace BpfTrace.Bpf.Btf;

/// <summary>A parameter of a function's prototype.</summary>
public readonly record struct BtfParameter : IBtfElement<BtfParameter>
{
    private readonly BtfFile _file;
    private readonly uint _nameOffset;
    private readonly uint _type;

    private BtfParameter(BtfFile file, uint nameOffset, uint type, bool isLast)
    {
        _file = file;
        _nameOffset = nameOffset;
        _type = type;
        IsVariadic = isLast && type == 0;
    }

    /// <summary>The name; empty in the prototype of a function pointer.</summary>
    public string Name => _file.GetString(_nameOffset);

    /// <summary>The bytes of <see cref="Name"/>.</summary>
    public ReadOnlySpan<byte> NameUtf8 => _file.GetStringBytes(_nameOffset);

    /// <summary>The type; <c>void</c> for <c>...</c>.</summary>
    public BtfType Type => _file.GetType(_type <= int.MaxValue ? (int)_type : -1);

    /// <summary>Whether this stands for <c>...</c>.</summary>
    public bool IsVariadic { get; }

    /// <inheritdoc/>
    public static BtfParameter Read(BtfType owner, int index)
        => new(owner.File, owner.ReadExtra(index * 8), owner.ReadExtra((index * 8) + 4), index == owner.ElementCount - 1);
}
