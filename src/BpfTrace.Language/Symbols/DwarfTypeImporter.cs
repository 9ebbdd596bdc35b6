using System.Collections.Immutable;
using BpfTrace.Bpf.Dwarf;

namespace BpfTrace.Language.Symbols;

/// <summary>
/// Turns the types of a user binary into the language's, as <see cref="BtfTypeImporter"/> does the kernel's. One importer serves one file; the same
/// type always gives the same object.
/// </summary>
internal sealed class DwarfTypeImporter(DwarfFile file, DwarfFunction? near)
{
    private const int MaxDepth = 32;

    private readonly Dictionary<long, BpfType> _known = [];

    /// <summary>The language's type; typedefs and qualifiers are looked through, references are pointers. Null is void.</summary>
    public BpfType Import(DwarfType? type) => Import(type, 0);

    private BpfType Import(DwarfType? type, int depth)
    {
        type = type?.Resolve();
        if (type is null || depth > MaxDepth)
            return BpfType.Void;
        if (_known.TryGetValue(type.Id, out BpfType? known))
            return known;
        BpfType imported = type.Kind switch
        {
            DwarfTypeKind.Base => ImportBase(type),
            DwarfTypeKind.Enumeration => ImportEnum(type),
            DwarfTypeKind.Pointer or DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference =>
                new PointerType(Import(type.Target, depth + 1), AddressSpace.User),
            DwarfTypeKind.PointerToMember => type.Size > 8 ? new ArrayType(IntegerType.Int64, (int)(type.Size / 8)) : IntegerType.Int64,
            DwarfTypeKind.Array => ImportArray(type, depth),
            DwarfTypeKind.Structure or DwarfTypeKind.Class or DwarfTypeKind.Union => ImportStruct(type),
            _ => BpfType.Void,
        };
        _known[type.Id] = imported;
        return imported;
    }

    /// <summary>A floating-point number is its bits: the language has no such type.</summary>
    private static BpfType ImportBase(DwarfType type)
    {
        if (type is { Encoding: DwarfEncoding.Boolean, Size: 1 })
            return BpfType.Bool;
        return type.Size switch
        {
            1 or 2 or 4 or 8 => new IntegerType((int)type.Size * 8, type.IsSigned || type.Encoding == DwarfEncoding.Float),
            > 8 and <= 64 => new ArrayType(IntegerType.UInt64, (int)(type.Size / 8)),
            _ => BpfType.Void,
        };
    }

    private static EnumType ImportEnum(DwarfType type)
    {
        var names = ImmutableSortedDictionary.CreateBuilder<long, string>();
        foreach (DwarfEnumerator value in type.Enumerators)
            names.TryAdd(value.Value, value.Name);
        int bits = type.Size is 1 or 2 or 4 or 8 ? (int)type.Size * 8 : 32;
        return new EnumType(type.Name, new IntegerType(bits, type.IsSigned), names.ToImmutable());
    }

    private BpfType ImportArray(DwarfType type, int depth)
    {
        BpfType result = Import(type.Target, depth + 1);
        ImmutableArray<long> dimensions = type.Dimensions;
        for (int i = dimensions.Length - 1; i >= 0; i--)
        {
            int count = (int)Math.Clamp(dimensions[i], 0, int.MaxValue);

            // bpftrace treats arrays of characters as strings; a typedef (uint8_t) and a flexible array stay arrays.
            result = i == dimensions.Length - 1 && count > 0 && IsCharacter(type.Target) ? new StringType(count) : new ArrayType(result, count);
        }
        return result;
    }

    private static bool IsCharacter(DwarfType? element)
    {
        for (int i = 0; i < MaxDepth && element is { Kind: DwarfTypeKind.Const or DwarfTypeKind.Qualified }; i++)
            element = element.Target;
        return element is { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.SignedChar or DwarfEncoding.UnsignedChar, Size: 1 }
            && element.Name.Contains("char", StringComparison.Ordinal);
    }

    private StructType ImportStruct(DwarfType type)
    {
        if (type.IsDeclaration && file.FindType(type.Name, kind => IsKind(kind, type.Kind == DwarfTypeKind.Union), near) is { } definition)
            type = definition;
        string origin = "dwarf:" + file.Path;
        if (type.Name.Length == 0)
            origin += "#" + type.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        DwarfType found = type;
        return new StructType(type.Name, type.Kind == DwarfTypeKind.Union, (int)type.Size, () => ImportMembers(found), origin);
    }

    /// <summary>Whether a kind is what the language calls <c>struct</c> or <c>union</c>.</summary>
    public static bool IsKind(DwarfTypeKind kind, bool isUnion) =>
        isUnion ? kind == DwarfTypeKind.Union : kind is DwarfTypeKind.Structure or DwarfTypeKind.Class;

    private ImmutableArray<StructField> ImportMembers(DwarfType type)
    {
        ImmutableArray<DwarfMember> members = type.Members;
        var fields = ImmutableArray.CreateBuilder<StructField>(members.Length);
        foreach (DwarfMember member in members)
            fields.Add(new StructField(member.Name, Import(member.Type), (int)member.BitOffset, member.BitSize));
        return fields.MoveToImmutable();
    }
}
