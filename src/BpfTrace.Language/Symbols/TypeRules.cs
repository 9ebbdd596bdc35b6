namespace BpfTrace.Language.Symbols;

/// <summary>
/// How bpftrace compares and merges types (bpftrace <c>src/types.cpp</c>: <c>IsCompatible</c>, <c>FitsInto</c>,
/// <c>get_promoted_type</c>). Address spaces play no part in any of it.
/// </summary>
internal static class TypeRules
{
    /// <summary>Whether two types are one, but for what pointers point into.</summary>
    public static bool Same(BpfType a, BpfType b) => (a, b) switch
    {
        (PointerType p, PointerType q) => Same(p.Target, q.Target),
        (ArrayType x, ArrayType y) => x.Count == y.Count && Same(x.Element, y.Element),
        (TupleType t, TupleType u) => SameFields(t, u),
        _ => a.Equals(b),
    };

    private static bool SameFields(TupleType a, TupleType b)
    {
        if (a.IsRecord != b.IsRecord || a.Fields.Length != b.Fields.Length)
            return false;
        for (int i = 0; i < a.Fields.Length; i++)
        {
            if (a.Fields[i].Name != b.Fields[i].Name || !Same(a.Fields[i].Type, b.Fields[i].Type))
                return false;
        }
        return true;
    }

    /// <summary>The integer a type is, enums included; null for others.</summary>
    public static IntegerType? AsInteger(BpfType type) => type switch
    {
        IntegerType integer => integer,
        EnumType @enum => @enum.Underlying,
        _ => null,
    };

    /// <summary>Whether a type is an integer or an enum.</summary>
    public static bool IsInteger(BpfType type) => type is IntegerType or EnumType;

    /// <summary>Whether a type is an aggregation that reads as one integer.</summary>
    public static bool IsCastableAggregate(BpfType type) => type is AggregateType
    {
        Kind: AggregateKind.Count or AggregateKind.Sum or AggregateKind.Min or AggregateKind.Max or AggregateKind.Avg,
    };

    /// <summary>Whether a value's type carries a sign.</summary>
    public static bool IsSigned(BpfType type) => type switch
    {
        AggregateType { Kind: not AggregateKind.Count } aggregate => aggregate.IsSigned,
        _ => AsInteger(type)?.IsSigned ?? false,
    };

    /// <summary>The smallest signed type that holds a non-negative literal, free in its sign; uint64 beyond int64.</summary>
    public static IntegerType OfLiteral(ulong value)
    {
        int bits = value <= (ulong)sbyte.MaxValue ? 8 : value <= (ulong)short.MaxValue ? 16 : value <= int.MaxValue ? 32 : 64;
        return value > long.MaxValue ? IntegerType.UInt64 : new IntegerType(bits, true) { IsSignFlexible = true };
    }

    /// <summary>The smallest signed type that holds a negative literal.</summary>
    public static IntegerType OfLiteral(long value) =>
        new(value >= sbyte.MinValue && value <= sbyte.MaxValue ? 8
            : value >= short.MinValue && value <= short.MaxValue ? 16
            : value is >= int.MinValue and <= int.MaxValue ? 32 : 64, true);

    /// <summary>The integer an aggregation reads as.</summary>
    public static IntegerType ReadAs(AggregateType aggregate) =>
        aggregate.Kind == AggregateKind.Count || !aggregate.IsSigned ? IntegerType.UInt64 : IntegerType.Int64;

    /// <summary>Whether values of both types can live in one variable, sizes aside.</summary>
    public static bool IsCompatible(BpfType a, BpfType b)
    {
        switch (a, b)
        {
            case (IntegerType or EnumType, IntegerType or EnumType):
            case (StringType, StringType):
            case (BufferType, BufferType):
                return true;
            case (PointerType p, PointerType q):
                return IsCompatible(p.Target, q.Target);
            case (StructType s, StructType t):
                return s.Name == t.Name && s.IsUnion == t.IsUnion;
            case (AggregateType x, AggregateType y):
                return x.Kind == y.Kind;
            case (ArrayType x, ArrayType y):
                return Same(x.Element, y.Element) && (x.Size == 0 || y.Size == 0 || x.Size == y.Size);
            case (TupleType t, TupleType u):
                return AreCompatible(t, u);
            default:
                return a.Equals(b);
        }
    }

    private static bool AreCompatible(TupleType a, TupleType b)
    {
        if (a.IsRecord != b.IsRecord || a.Fields.Length != b.Fields.Length)
            return false;
        for (int i = 0; i < a.Fields.Length; i++)
        {
            TupleField? other = a.IsRecord ? FindField(b, a.Fields[i].Name) : b.Fields[i];
            if (other is null || !IsCompatible(a.Fields[i].Type, other.Type))
                return false;
        }
        return true;
    }

    /// <summary>A record's field by name.</summary>
    public static TupleField? FindField(TupleType type, string name)
    {
        foreach (TupleField field in type.Fields)
        {
            if (field.Name == name)
                return field;
        }
        return null;
    }

    /// <summary>Whether every value of one type is one of the other.</summary>
    public static bool FitsInto(BpfType type, BpfType target)
    {
        if (!IsCompatible(type, target))
            return false;
        if (type is StringType from && target is StringType to)
            return from.Capacity <= to.Capacity;
        if (AsInteger(type) is { } a && AsInteger(target) is { } b)
            return a.IsSigned == b.IsSigned || a.IsSignFlexible ? a.Bits <= b.Bits : !a.IsSigned && a.Bits < b.Bits;
        if (type is TupleType t && target is TupleType u)
            return t.Fields.All(f => FitsInto(f.Type, (u.IsRecord ? FindField(u, f.Name)! : u.Fields[t.Fields.IndexOf(f)]).Type));
        return Same(type, target);
    }

    /// <summary>The type that holds values of both, or null when there is none.</summary>
    /// <param name="current">The type so far; null for none yet.</param>
    /// <param name="added">The type of one more value.</param>
    public static BpfType? Promote(BpfType? current, BpfType added)
    {
        if (current is null or ErrorType)
            return added is AggregateType aggregate && IsCastableAggregate(added) ? ReadAs(aggregate) : added;
        if (Same(current, added))
            return KeepSign(current, added);
        if (IsCompatible(current, added))
            return PromoteElement(current, added);
        if (AsNumber(current) is { } a && AsNumber(added) is { } b && (IsInteger(current) || IsInteger(added)))
            return PromoteIntegers(a, b);
        return null;
    }

    /// <summary>A sign settled once stays so, as does an address space.</summary>
    private static BpfType KeepSign(BpfType current, BpfType added)
    {
        if (current is IntegerType a && added is IntegerType b)
        {
            return a with
            {
                IsSignFlexible = a.IsSignFlexible && b.IsSignFlexible,
                Space = a.Space != AddressSpace.None ? a.Space : b.Space,
            };
        }
        if (current is PointerType { Space: AddressSpace.None })
            return added;
        return current;
    }

    private static IntegerType? AsNumber(BpfType type) =>
        type is AggregateType aggregate && IsCastableAggregate(type) ? ReadAs(aggregate) : AsInteger(type);

    private static BpfType? PromoteElement(BpfType current, BpfType added)
    {
        switch (current, added)
        {
            case (IntegerType or EnumType, IntegerType or EnumType):
                return Same(current, added) ? KeepSign(current, added) : PromoteIntegers(AsInteger(current)!, AsInteger(added)!);
            case (StringType a, StringType b):
                return a.Capacity >= b.Capacity ? a : b;
            case (BufferType a, BufferType b):
                return a.Capacity >= b.Capacity ? a : b;
            case (AggregateType { IsSigned: false }, AggregateType { IsSigned: true }):
                return added;
            case (TupleType t, TupleType u):
                return PromoteTuples(t, u);
            case (PointerType p, PointerType q):
                BpfType? target = PromoteElement(p.Target, q.Target);
                return target is null ? null : new PointerType(target, p.Space != AddressSpace.None ? p.Space : q.Space);
            case (ArrayType { Size: 0 }, ArrayType):
                return added;
            default:
                return current;
        }
    }

    private static TupleType? PromoteTuples(TupleType current, TupleType added)
    {
        var fields = new List<(string, BpfType)>(current.Fields.Length);
        for (int i = 0; i < current.Fields.Length; i++)
        {
            TupleField field = current.Fields[i];
            TupleField other = current.IsRecord ? FindField(added, field.Name)! : added.Fields[i];
            if (PromoteElement(field.Type, other.Type) is not { } type)
                return null;
            fields.Add((field.Name, type));
        }
        return current.IsRecord ? TupleType.CreateRecord([.. fields]) : TupleType.Create(fields.Select(f => f.Item2));
    }

    /// <summary>bpftrace's <c>get_promoted_int</c>: mixed signs grow to the next signed type, int64 at the most.</summary>
    public static IntegerType PromoteIntegers(IntegerType current, IntegerType added)
    {
        bool flexible = current.IsSignFlexible && added.IsSignFlexible;
        AddressSpace space = current.Space != AddressSpace.None ? current.Space : added.Space;
        int bits = Math.Max(current.Bits, added.Bits);
        if (current.IsSigned == added.IsSigned)
            return new IntegerType(bits, current.IsSigned) { IsSignFlexible = flexible, Space = space };
        if (current.IsSignFlexible || added.IsSignFlexible)
        {
            bool signed = (!current.IsSignFlexible && current.IsSigned) || (!added.IsSignFlexible && added.IsSigned);
            return new IntegerType(bits, signed) { IsSignFlexible = flexible, Space = space };
        }
        IntegerType wider = current.IsSigned ? current : added;
        IntegerType other = current.IsSigned ? added : current;
        if (wider.Bits > other.Bits)
            return new IntegerType(wider.Bits, true) { Space = space };
        return new IntegerType(Math.Min(bits * 2, 64), true) { Space = space };
    }

    /// <summary>The kind of a type, as messages name it (bpftrace <c>typestr(Type)</c>).</summary>
    public static string KindName(BpfType type) => type switch
    {
        IntegerType or EnumType => "int",
        StringType => "string",
        BufferType => "buffer",
        PointerType => "pointer",
        StructType => "c_type",
        ArrayType => "array",
        TupleType { IsRecord: true } => "record",
        TupleType => "tuple",
        StackType { IsUser: true } => "ustack",
        StackType => "kstack",
        InetType => "inet",
        AggregateType aggregate => (aggregate with { IsSigned = true }).DisplayName,
        ErrorType => "none",
        _ => type.DisplayName,
    };
}
