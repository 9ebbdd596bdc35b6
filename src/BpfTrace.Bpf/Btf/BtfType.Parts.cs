namespace BpfTrace.Bpf.Btf;

public readonly partial struct BtfType
{
    /// <summary>The members of a structure or union in the order of the data; empty for other kinds.</summary>
    public BtfList<BtfMember> Members => new(this, IsComposite ? ElementCount : 0);

    /// <summary>The parameters of a function or its prototype, a final <see cref="BtfParameter.IsVariadic"/> one for <c>...</c>; empty for other kinds.</summary>
    public BtfList<BtfParameter> Parameters => Kind switch
    {
        BtfKind.FuncProto => new(this, ElementCount),
        BtfKind.Func => Prototype.Parameters,
        _ => new(this, 0),
    };

    /// <summary>The named values of an enumeration; empty for other kinds.</summary>
    public BtfList<BtfEnumValue> EnumValues => new(this, IsEnum ? ElementCount : 0);

    /// <summary>The variables of a section; empty for other kinds.</summary>
    public BtfList<BtfSectionVariable> Variables => new(this, Kind == BtfKind.DataSec ? ElementCount : 0);

    /// <summary>
    /// The type that this one refers to: what a pointer points to, what a typedef or a qualifier stands for, a function's
    /// prototype, a prototype's return type, an array's element, a variable's type, what a tag is on.
    /// </summary>
    public BtfType Target => Kind switch
    {
        BtfKind.Ptr or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.Func or BtfKind.FuncProto
            or BtfKind.Var or BtfKind.DeclTag or BtfKind.TypeTag => Reference(SizeOrType),
        BtfKind.Array => Reference(ReadExtra(0)),
        _ => throw Lacks("target"),
    };

    /// <summary>A function's prototype.</summary>
    public BtfType Prototype
    {
        get
        {
            if (Kind == BtfKind.FuncProto)
                return this;
            if (Kind != BtfKind.Func)
                throw Lacks("prototype");
            BtfType prototype = Target;
            return prototype.Kind == BtfKind.FuncProto ? prototype : throw new BtfFormatException($"BTF function {Id} has no prototype.");
        }
    }

    /// <summary>What a function or a prototype returns.</summary>
    public BtfType ReturnType => Prototype.Target;

    /// <summary>An array's number of elements.</summary>
    public int Length
    {
        get
        {
            if (Kind != BtfKind.Array)
                throw Lacks("length");
            uint length = ReadExtra(8);
            return length <= int.MaxValue ? (int)length : throw new BtfFormatException($"BTF array {Id} of {length} elements.");
        }
    }

    /// <summary>An integer's width in bits; less than its size for <c>_Bool</c>-like and old bit field types.</summary>
    public int IntBits => Kind == BtfKind.Int ? (int)(ReadExtra(0) & 0xFF) : throw Lacks("bits");

    /// <summary>An integer's offset in bits, of old bit field types.</summary>
    public int IntOffset => Kind == BtfKind.Int ? (int)(ReadExtra(0) >> 16 & 0xFF) : throw Lacks("bit offset");

    /// <summary>Whether an integer is signed, or an enumeration has negative values.</summary>
    public bool IsSigned => Kind switch
    {
        BtfKind.Int => (ReadExtra(0) >> 24 & 1) != 0,
        BtfKind.Enum or BtfKind.Enum64 => KindFlag,
        _ => false,
    };

    /// <summary>Whether an integer is a character. Compilers seldom say so: <c>char</c> is told by its name and size.</summary>
    public bool IsChar => Kind == BtfKind.Int && (ReadExtra(0) >> 24 & 2) != 0;

    /// <summary>Whether an integer is a <c>_Bool</c>.</summary>
    public bool IsBool => Kind == BtfKind.Int && (ReadExtra(0) >> 24 & 4) != 0;

    /// <summary>A function's or variable's linkage: 0 static, 1 global, 2 extern.</summary>
    public int Linkage => Kind switch
    {
        BtfKind.Func => ElementCount,
        BtfKind.Var => (int)ReadExtra(0),
        _ => throw Lacks("linkage"),
    };

    /// <summary>Which member or parameter a declaration tag is on; -1 for the declaration itself.</summary>
    public int ComponentIndex => Kind == BtfKind.DeclTag ? (int)ReadExtra(0) : throw Lacks("component index");

    /// <summary>Whether a forward declaration is of a union.</summary>
    public bool IsUnionForward => Kind == BtfKind.Fwd && KindFlag;

    internal BtfType Reference(uint id) => File.GetType(id <= int.MaxValue ? (int)id : -1);
}
