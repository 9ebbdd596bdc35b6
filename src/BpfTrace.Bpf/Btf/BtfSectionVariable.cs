namespace BpfTrace.Bpf.Btf;

/// <summary>A variable's place in a section of global variables.</summary>
public readonly record struct BtfSectionVariable : IBtfElement<BtfSectionVariable>
{
    private readonly BtfFile _file;
    private readonly uint _type;

    private BtfSectionVariable(BtfFile file, uint type, uint offset, uint size)
    {
        _file = file;
        _type = type;
        Offset = offset;
        Size = size;
    }

    /// <summary>The variable, a <see cref="BtfKind.Var"/> (or an extern <see cref="BtfKind.Func"/>).</summary>
    public BtfType Variable => _file.GetType(_type <= int.MaxValue ? (int)_type : -1);

    /// <summary>The offset in bytes from the section's start.</summary>
    public uint Offset { get; }

    /// <summary>The size in bytes.</summary>
    public uint Size { get; }

    /// <inheritdoc/>
    public static BtfSectionVariable Read(BtfType owner, int index)
        => new(owner.File, owner.ReadExtra(index * 12), owner.ReadExtra((index * 12) + 4), owner.ReadExtra((index * 12) + 8));
}
