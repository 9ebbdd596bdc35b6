using System.Collections.Immutable;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>What a type is (the standard's <c>DW_TAG_*_type</c>).</summary>
public enum DwarfTypeKind
{
    /// <summary>Something this library has no name for.</summary>
    Unknown,

    /// <summary>A number, character or truth value: see <see cref="DwarfType.Encoding"/>.</summary>
    Base,

    /// <summary><c>T *</c>.</summary>
    Pointer,

    /// <summary><c>T &amp;</c>.</summary>
    Reference,

    /// <summary><c>T &amp;&amp;</c>.</summary>
    RvalueReference,

    /// <summary>A pointer to a member of a class.</summary>
    PointerToMember,

    /// <summary><c>T[n]</c>, of one or more dimensions.</summary>
    Array,

    /// <summary><c>struct</c>.</summary>
    Structure,

    /// <summary><c>class</c>.</summary>
    Class,

    /// <summary><c>union</c>.</summary>
    Union,

    /// <summary><c>enum</c>.</summary>
    Enumeration,

    /// <summary>Another name for a type.</summary>
    Typedef,

    /// <summary><c>const T</c>.</summary>
    Const,

    /// <summary><c>volatile</c>, <c>restrict</c>, <c>_Atomic</c>: no difference to how a value lies in memory.</summary>
    Qualified,

    /// <summary>A function's type.</summary>
    Function,
}

/// <summary>How a base type's bits are meant (<c>DW_ATE_*</c>).</summary>
public enum DwarfEncoding
{
    /// <summary>Some other way.</summary>
    Unknown,

    /// <summary>Zero is false.</summary>
    Boolean,

    /// <summary>An integer with sign.</summary>
    Signed,

    /// <summary>An integer without sign.</summary>
    Unsigned,

    /// <summary>A character with sign: <c>char</c> of x86_64.</summary>
    SignedChar,

    /// <summary>A character without sign: <c>unsigned char</c>, <c>uint8_t</c>, Rust's <c>u8</c>.</summary>
    UnsignedChar,

    /// <summary>A unit of Unicode text: <c>char16_t</c>, <c>char32_t</c>.</summary>
    Utf,

    /// <summary>A floating-point number.</summary>
    Float,
}

/// <summary>A member of a structure, class or union; a base class is one without a name.</summary>
/// <param name="Name">The member's name; empty for an anonymous one and a base class.</param>
/// <param name="Type">Its type.</param>
/// <param name="BitOffset">Bits from the start of the structure, counted as x86_64 stores them.</param>
/// <param name="BitSize">The width of a bit-field in bits; 0 when it is none.</param>
public sealed record DwarfMember(string Name, DwarfType Type, long BitOffset, int BitSize);

/// <summary>A constant of an enumeration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; its bits where the enumeration has no sign.</param>
public sealed record DwarfEnumerator(string Name, long Value);

/// <summary>A type of a binary. The same entry of the same file is always the same object. Members and targets are read when asked for.</summary>
/// <remarks>A type that is <c>void</c> is null wherever a type is given.</remarks>
public sealed partial class DwarfType
{
    private readonly DwarfFile _file;
    private readonly Dwarf_Die _die;
    private DwarfType? _target;
    private bool _hasTarget;
    private ImmutableArray<DwarfMember> _members;
    private ImmutableArray<DwarfEnumerator> _enumerators;
    private ImmutableArray<long> _dimensions;
    private bool? _isPassedByReference;
    private readonly int _size;

    internal unsafe DwarfType(DwarfFile file, in Dwarf_Die die)
    {
        _file = file;
        _die = die;
        Kind = KindOf(DieReader.Tag(die));
        Name = DieReader.Name(die);
        Dwarf_Die own = die;
        _size = Math.Max(0, LibDw.dwarf_bytesize(&own));
        IsDeclaration = DieReader.Flag(die, DwarfConstants.DW_AT_declaration);
        if (Kind == DwarfTypeKind.Base && DieReader.TryUnsigned(die, DwarfConstants.DW_AT_encoding, out ulong encoding))
            Encoding = EncodingOf((uint)encoding);
    }

    /// <summary>What it is.</summary>
    public DwarfTypeKind Kind { get; }

    /// <summary>The name without keyword and namespace; empty for none.</summary>
    public string Name { get; }

    /// <summary>The size in bytes; 0 where it is not known. What a C++ pointer to a member takes is only in its ABI: a function's has an adjustment too.</summary>
    public long Size => _size > 0 || Kind != DwarfTypeKind.PointerToMember ? _size : Target?.Kind == DwarfTypeKind.Function ? 16 : 8;

    /// <summary>What a base type's bits mean.</summary>
    public DwarfEncoding Encoding { get; }

    /// <summary>True when only the name is known here: the definition is elsewhere.</summary>
    public bool IsDeclaration { get; }

    /// <summary>
    /// True for a C++ class that is passed to functions by its address: its copy constructor or destructor does something (Itanium C++ ABI, "non-trivial for
    /// the purposes of calls").
    /// </summary>
    public bool IsPassedByReference
    {
        get
        {
            lock (_file.Lock)
                return PassesByReference(0);
        }
    }

    /// <summary>True for a structure, class or union.</summary>
    public bool IsComposite => Kind is DwarfTypeKind.Structure or DwarfTypeKind.Class or DwarfTypeKind.Union;

    /// <summary>Tells types of one file apart.</summary>
    public long Id => _die.addr;

    /// <summary>What a pointer points to, an array's element, what a typedef or qualifier stands for, a function's result; null for void.</summary>
    public DwarfType? Target
    {
        get
        {
            lock (_file.Lock)
            {
                if (!_hasTarget)
                {
                    _target = _file.ReferencedType(_die);
                    _hasTarget = true;
                }

                return _target;
            }
        }
    }

    /// <summary>The members of a structure, class or union in order, base classes first. Static members are none.</summary>
    public ImmutableArray<DwarfMember> Members
    {
        get
        {
            lock (_file.Lock)
            {
                if (_members.IsDefault)
                    _members = ReadMembers();
                return _members;
            }
        }
    }

    /// <summary>The constants of an enumeration.</summary>
    public ImmutableArray<DwarfEnumerator> Enumerators
    {
        get
        {
            lock (_file.Lock)
            {
                if (_enumerators.IsDefault)
                    _enumerators = ReadEnumerators();
                return _enumerators;
            }
        }
    }

    /// <summary>How many elements an array has, the outermost dimension first; 0 where it does not say (<c>int x[]</c>).</summary>
    public ImmutableArray<long> Dimensions
    {
        get
        {
            lock (_file.Lock)
            {
                if (_dimensions.IsDefault)
                    _dimensions = ReadDimensions();
                return _dimensions;
            }
        }
    }

    /// <summary>The types of the parameters, of a function's type.</summary>
    internal IEnumerable<DwarfType?> ParameterTypes
    {
        get
        {
            var types = new List<DwarfType?>();
            lock (_file.Lock)
            {
                if (!DieReader.TryFirstChild(_die, out Dwarf_Die child))
                    return types;
                do
                {
                    if (DieReader.Tag(child) == DwarfConstants.DW_TAG_formal_parameter)
                        types.Add(_file.ReferencedType(child));
                }
                while (DieReader.TryNext(child, out child));
            }

            return types;
        }
    }

    /// <summary>The type behind typedefs and qualifiers; null for void.</summary>
    public DwarfType? Resolve()
    {
        DwarfType? type = this;
        for (int i = 0; i < 64 && type is { Kind: DwarfTypeKind.Typedef or DwarfTypeKind.Const or DwarfTypeKind.Qualified }; i++)
            type = type.Target;
        return type;
    }

    /// <summary>The type as <c>bpftrace -lv</c> spells it.</summary>
    public override string ToString() => Describe(this);

    private ImmutableArray<DwarfMember> ReadMembers()
    {
        var members = ImmutableArray.CreateBuilder<DwarfMember>();
        if (!IsComposite || !DieReader.TryFirstChild(_die, out Dwarf_Die child))
            return [];
        do
        {
            int tag = DieReader.Tag(child);
            bool isBase = tag == DwarfConstants.DW_TAG_inheritance;
            if (!isBase && (tag != DwarfConstants.DW_TAG_member || DieReader.Flag(child, DwarfConstants.DW_AT_external) || DieReader.Flag(child, DwarfConstants.DW_AT_declaration)))
                continue;
            if (_file.ReferencedType(child) is not { } of)
                continue;

            // A virtual base class has no fixed place.
            if (isBase && !DieReader.TryUnsigned(child, DwarfConstants.DW_AT_data_member_location, out _))
                continue;
            (long offset, int size) = Place(child, of);
            members.Add(new DwarfMember(isBase ? "" : DieReader.Name(child), of, offset, size));
        }
        while (DieReader.TryNext(child, out child));
        return members.ToImmutable();
    }

    /// <summary>Where a member is. DWARF 4 counts a bit-field's bits from the structure's start, DWARF 2 and 3 from the storage unit's high end.</summary>
    private static (long BitOffset, int BitSize) Place(in Dwarf_Die member, DwarfType type)
    {
        long offset = DieReader.TryUnsigned(member, DwarfConstants.DW_AT_data_member_location, out ulong bytes) ? (long)bytes * 8 : 0;
        if (!DieReader.TryUnsigned(member, DwarfConstants.DW_AT_bit_size, out ulong bits) || bits is 0 or > 64)
            return (offset, 0);
        if (DieReader.TryUnsigned(member, DwarfConstants.DW_AT_data_bit_offset, out ulong fromStart))
            return ((long)fromStart, (int)bits);
        if (!DieReader.TryUnsigned(member, DwarfConstants.DW_AT_bit_offset, out ulong fromHighEnd))
            return (offset, (int)bits);
        long unit = DieReader.TryUnsigned(member, DwarfConstants.DW_AT_byte_size, out ulong size) ? (long)size : type.Resolve()?.Size ?? 0;
        return (offset + (unit * 8) - (long)fromHighEnd - (long)bits, (int)bits);
    }

    private ImmutableArray<DwarfEnumerator> ReadEnumerators()
    {
        var values = ImmutableArray.CreateBuilder<DwarfEnumerator>();
        if (Kind != DwarfTypeKind.Enumeration || !DieReader.TryFirstChild(_die, out Dwarf_Die child))
            return [];
        bool isSigned = IsSigned;
        do
        {
            if (DieReader.Tag(child) != DwarfConstants.DW_TAG_enumerator)
                continue;

            // A form of fixed size does not say how to widen it: the type does.
            bool hasUnsigned = DieReader.TryUnsigned(child, DwarfConstants.DW_AT_const_value, out ulong unsigned);
            bool hasSigned = DieReader.TrySigned(child, DwarfConstants.DW_AT_const_value, out long signed);
            if (hasUnsigned || hasSigned)
                values.Add(new DwarfEnumerator(DieReader.Name(child), hasSigned && (isSigned || !hasUnsigned) ? signed : (long)unsigned));
        }
        while (DieReader.TryNext(child, out child));
        return values.ToImmutable();
    }

    /// <summary>Whether an enumeration's integer has a sign; true where the file does not say and a constant is below zero.</summary>
    public bool IsSigned => Kind == DwarfTypeKind.Base
        ? Encoding is DwarfEncoding.Signed or DwarfEncoding.SignedChar
        : Target?.Resolve() is { } underlying ? underlying is { Kind: DwarfTypeKind.Base, IsSigned: true } : HasNegative();

    private bool HasNegative()
    {
        lock (_file.Lock)
        {
            if (!DieReader.TryFirstChild(_die, out Dwarf_Die child))
                return false;
            do
            {
                if (DieReader.TryRaw(child, DwarfConstants.DW_AT_const_value, out Dwarf_Attribute value) && value.form == DwarfConstants.DW_FORM_sdata
                    && DieReader.TrySigned(child, DwarfConstants.DW_AT_const_value, out long number) && number < 0)
                {
                    return true;
                }
            }
            while (DieReader.TryNext(child, out child));
        }

        return false;
    }

    private ImmutableArray<long> ReadDimensions()
    {
        var dimensions = ImmutableArray.CreateBuilder<long>();
        if (Kind != DwarfTypeKind.Array || !DieReader.TryFirstChild(_die, out Dwarf_Die child))
            return [];
        do
        {
            if (DieReader.Tag(child) != DwarfConstants.DW_TAG_subrange_type)
                continue;
            dimensions.Add(DieReader.TryUnsigned(child, DwarfConstants.DW_AT_count, out ulong count) ? (long)count
                : DieReader.TryUnsigned(child, DwarfConstants.DW_AT_upper_bound, out ulong last) ? unchecked((long)last + 1) : 0);
        }
        while (DieReader.TryNext(child, out child));
        return dimensions.ToImmutable();
    }
}
