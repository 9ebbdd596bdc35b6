using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace BpfTrace.Language.Symbols;

/// <summary>A C array, or an array read from kernel or user memory.</summary>
/// <param name="Element">The element's type.</param>
/// <param name="Count">How many elements; 0 for a flexible array member.</param>
public sealed record ArrayType(BpfType Element, int Count) : BpfType
{
    /// <inheritdoc/>
    public override int Size => Element.Size * Count;

    /// <inheritdoc/>
    public override int Alignment => Element.Alignment;

    /// <inheritdoc/>
    public override string DisplayName => $"{Element.DisplayName}[{Count}]";
}

/// <summary>A field of a tuple or record: its type at its offset.</summary>
/// <param name="Name">The record field's name; empty in a tuple.</param>
/// <param name="Type">The field's type.</param>
/// <param name="Offset">Bytes from the start of the value.</param>
public sealed record TupleField(string Name, BpfType Type, int Offset);

/// <summary>
/// A tuple <c>(a, b)</c> or a record <c>(x=a, y=b)</c>: fields in order, each naturally aligned, the whole padded
/// to its alignment. Several map keys (<c>@m[a, b]</c>) are one tuple.
/// </summary>
public sealed record TupleType : BpfType
{
    private TupleType(ImmutableArray<TupleField> fields, bool isRecord, int size, int alignment)
    {
        Fields = fields;
        IsRecord = isRecord;
        Size = size;
        Alignment = alignment;
    }

    /// <summary>The fields with their offsets.</summary>
    public ImmutableArray<TupleField> Fields { get; }

    /// <summary>True when the fields have names.</summary>
    public bool IsRecord { get; }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <inheritdoc/>
    public override int Alignment { get; }

    /// <inheritdoc/>
    public override string DisplayName => IsRecord
        ? "record { " + string.Join(", ", Fields.Select(f => "." + f.Name + " = " + f.Type.DisplayName)) + " }"
        : "(" + string.Join(",", Fields.Select(f => f.Type.DisplayName)) + ")";

    /// <summary>The tuple of these element types.</summary>
    public static TupleType Create(params IEnumerable<BpfType> elements)
    {
        // Not by way of pairs without names: keys of several values are everywhere, and LINQ over pairs is compiled at every start.
        var layout = new Layout();
        foreach (BpfType type in elements)
            layout.Add(string.Empty, type);
        return layout.ToTuple(isRecord: false);
    }

    /// <summary>The record of these named fields.</summary>
    public static TupleType CreateRecord((string Name, BpfType Type)[] fields)
    {
        var layout = new Layout();
        foreach ((string name, BpfType type) in fields)
            layout.Add(name, type);
        return layout.ToTuple(isRecord: true);
    }

    private static int AlignUp(int value, int alignment) => (value + alignment - 1) / alignment * alignment;

    /// <summary>Equal when all fields are.</summary>
    public bool Equals(TupleType? other) =>
        other is not null && IsRecord == other.IsRecord && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (TupleField field in Fields)
        {
            hash.Add(field);
        }

        return hash.ToHashCode();
    }

    private sealed class Layout
    {
        private readonly ImmutableArray<TupleField>.Builder _fields = ImmutableArray.CreateBuilder<TupleField>();
        private int _end;
        private int _alignment = 1;

        public void Add(string name, BpfType type)
        {
            int offset = AlignUp(_end, type.Alignment);
            _fields.Add(new TupleField(name, type, offset));
            _end = offset + type.Size;
            _alignment = Math.Max(_alignment, type.Alignment);
        }

        public TupleType ToTuple(bool isRecord) => new(_fields.ToImmutable(), isRecord, AlignUp(_end, _alignment), _alignment);
    }
}

/// <summary>A member of a C structure or union.</summary>
/// <param name="Name">The member's name; empty for an anonymous structure or union.</param>
/// <param name="Type">The member's type.</param>
/// <param name="BitOffset">Bits from the start of the structure.</param>
/// <param name="BitSize">The width of a bit-field in bits; 0 when the member is none.</param>
public sealed record StructField(string Name, BpfType Type, int BitOffset, int BitSize)
{
    /// <summary>Bytes from the start of the structure.</summary>
    public int Offset => BitOffset / 8;

    /// <summary>True for a bit-field.</summary>
    public bool IsBitField => BitSize != 0;

    /// <summary>True when the tracepoint format says <c>__data_loc</c>: a u32 of offset (low 16 bits) and length (high 16).</summary>
    public bool IsDataLoc { get; init; }
}

/// <summary>
/// A C structure or union, from BTF, DWARF, a tracepoint's format or the script's C part. Members are read when first
/// asked for: the kernel's structures refer to one another without end.
/// </summary>
/// <remarks>Two are equal when kind, name, size and origin are.</remarks>
public sealed record StructType : BpfType
{
    // By hand: a Lazy of a structure would have to be compiled at every start.
    private readonly Lock _reading = new();
    private Func<ImmutableArray<StructField>>? _read;
    private StructField[]? _fields;
    private int _alignment;

    /// <summary>A structure whose members <paramref name="fields"/> supplies when asked.</summary>
    /// <param name="name">The tag without <c>struct</c>/<c>union</c>; for a probe's <c>args</c>, the probe's name.</param>
    /// <param name="isUnion">True for a union.</param>
    /// <param name="size">Size in bytes.</param>
    /// <param name="fields">The members, in declaration order.</param>
    /// <param name="origin">Where it came from, to tell equal names apart: <c>vmlinux</c>, a module, <c>script</c>, a probe.</param>
    public StructType(string name, bool isUnion, int size, Func<ImmutableArray<StructField>> fields, string origin)
    {
        Name = name;
        IsUnion = isUnion;
        Size = size;
        Origin = origin;
        _read = fields;
    }

    /// <summary>The tag.</summary>
    public string Name { get; }

    /// <summary>True for a union.</summary>
    public bool IsUnion { get; }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <summary>The strictest of the members'; 1 where the size says that the structure is packed.</summary>
    public override int Alignment
    {
        get
        {
            if (_alignment != 0)
                return _alignment;
            int strictest = 1;
            foreach (StructField member in Fields)
                strictest = Math.Max(strictest, member.Type.Alignment);
            return _alignment = Size % strictest == 0 ? strictest : 1;
        }
    }

    /// <summary>Where the definition came from.</summary>
    public string Origin { get; }

    /// <summary>The members in declaration order.</summary>
    public ImmutableArray<StructField> Fields => ImmutableCollectionsMarshal.AsImmutableArray(Volatile.Read(ref _fields) ?? ReadFields());

    /// <inheritdoc/>
    public override string DisplayName => (IsUnion ? "union " : "struct ") + Name;

    /// <summary>Equal when kind, name, size and origin are.</summary>
    public bool Equals(StructType? other) =>
        other is not null && Name == other.Name && IsUnion == other.IsUnion && Size == other.Size && Origin == other.Origin;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, IsUnion, Size, Origin);

    private StructField[] ReadFields()
    {
        lock (_reading)
        {
            if (_fields is null)
            {
                Volatile.Write(ref _fields, ImmutableCollectionsMarshal.AsArray(_read!()) ?? []);
                _read = null; // what it holds is not needed any more
            }

            return _fields;
        }
    }
}
