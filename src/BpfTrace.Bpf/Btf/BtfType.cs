namespace BpfTrace.Bpf.Btf;

/// <summary>
/// One type of a <see cref="BtfFile"/>: a cheap view (file, id) that reads its fields from the file's bytes when asked.
/// <c>default</c> is no type; see <see cref="IsValid"/>. A field read from malformed data throws <see cref="BtfFormatException"/>;
/// a property that the kind does not have throws <see cref="InvalidOperationException"/>.
/// </summary>
public readonly partial struct BtfType : IEquatable<BtfType>
{
    /// <summary>The length in bytes of <c>struct btf_type</c>, which each kind's own data follow.</summary>
    internal const int HeaderLength = 12;

    private readonly int _offset;

    internal BtfType(BtfFile file, int id, int offset)
    {
        File = file;
        Id = id;
        _offset = offset;
    }

    /// <summary>The file that the type belongs to; for a type of the base reached through a split BTF, the base.</summary>
    public BtfFile File { get; }

    /// <summary>The type's id; 0 for <c>void</c>.</summary>
    public int Id { get; }

    /// <summary>Whether this is a type at all, not <c>default</c>.</summary>
    public bool IsValid => File is not null;

    /// <summary>Whether this is <c>void</c>.</summary>
    public bool IsVoid => Id == 0 && IsValid;

    /// <summary>The kind.</summary>
    public BtfKind Kind => Id == 0 ? BtfKind.Void : KindOf(Info);

    /// <summary>The name without <c>struct</c> and the like; empty for an anonymous type. For a tag, the tag's text.</summary>
    public string Name => Id == 0 ? "void" : File.GetString(NameOffset);

    /// <summary>The bytes of <see cref="Name"/>; empty for an anonymous type and for <c>void</c>. Valid until the file is disposed.</summary>
    public ReadOnlySpan<byte> NameUtf8 => Id == 0 ? default : File.GetStringBytes(NameOffset);

    /// <summary>Whether the type has no name.</summary>
    public bool IsAnonymous => Id != 0 && NameOffset == 0;

    /// <summary>
    /// The flag in the type's header: bit field sizes are in the member offsets (struct, union), a forward declaration is
    /// of a union (fwd), values are signed (enum, enum64), an attribute of any name (decl_tag, type_tag).
    /// </summary>
    public bool KindFlag => Id != 0 && (Info & 0x8000_0000) != 0;

    /// <summary>Whether the type is a structure or a union.</summary>
    public bool IsComposite => Kind is BtfKind.Struct or BtfKind.Union;

    /// <summary>Whether the type is an enumeration with 32-bit or 64-bit values.</summary>
    public bool IsEnum => Kind is BtfKind.Enum or BtfKind.Enum64;

    /// <summary>Whether the type only qualifies another: <c>const</c>, <c>volatile</c>, <c>restrict</c> or a type tag.</summary>
    public bool IsModifier => IsModifierKind(Kind);

    internal uint NameOffset => File.ReadUInt32(_offset);

    internal int ElementCount => Id == 0 ? 0 : (int)(Info & 0xFFFF);

    /// <summary>The <c>size</c> or <c>type</c> member of <c>struct btf_type</c>.</summary>
    internal uint SizeOrType => File.ReadUInt32(_offset + 8);

    private uint Info => File.ReadUInt32(_offset + 4);

    /// <summary>The type in C's words, as <c>struct task_struct *</c>.</summary>
    public override string ToString() => IsValid ? BtfCType.Format(this, "") : "(none)";

    /// <inheritdoc/>
    public bool Equals(BtfType other) => Id == other.Id && ReferenceEquals(File, other.File);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BtfType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, File);

    /// <summary>Whether both are the same type of the same file.</summary>
    public static bool operator ==(BtfType left, BtfType right) => left.Equals(right);

    /// <summary>Whether they are different types.</summary>
    public static bool operator !=(BtfType left, BtfType right) => !left.Equals(right);

    internal static BtfKind KindOf(uint info) => (BtfKind)((info >> 24) & 0x1F);

    internal static bool IsModifierKind(BtfKind kind) => kind is BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag;

    /// <summary>The bytes a type takes in the type section, with its elements; -1 for an unknown kind.</summary>
    internal static int LengthOf(uint info)
    {
        // By kind: bytes that follow the header once, and bytes per element (btf.rst, "Type Encoding").
        ReadOnlySpan<byte> once = [255, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
        ReadOnlySpan<byte> each = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];
        int kind = (int)KindOf(info);
        if (kind >= once.Length || once[kind] == 255)
            return -1;

        // FUNC and FWD use the count's bits for something else (the linkage), and have no elements.
        return HeaderLength + once[kind] + (each[kind] * (int)(info & 0xFFFF));
    }

    /// <summary>Reads a field of the data behind the header.</summary>
    internal uint ReadExtra(int offset) => File.ReadUInt32(_offset + HeaderLength + offset);

    private InvalidOperationException Lacks(string what) => new($"A BTF {Kind} has no {what}.");
}
