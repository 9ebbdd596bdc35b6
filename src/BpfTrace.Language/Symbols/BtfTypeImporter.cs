using System.Collections.Immutable;
using BpfTrace.Bpf.Btf;

namespace BpfTrace.Language.Symbols;

/// <summary>
/// Turns BTF types into the language's: structures stay unread until a member is asked for. One importer serves one
/// program; the same BTF type always gives the same object.
/// </summary>
/// <param name="findDefinition">Finds the definition behind a forward declaration: tag without keyword, union or not.</param>
internal sealed class BtfTypeImporter(Func<string, bool, StructType?> findDefinition)
{
    private const int MaxDepth = 32;

    private readonly Dictionary<BtfFile, Dictionary<int, BpfType>> _files = [];

    /// <summary>The language's type for a BTF type; typedefs and qualifiers are looked through.</summary>
    public BpfType Import(BtfType type) => Import(type, 0);

    private BpfType Import(BtfType type, int depth)
    {
        type = type.Resolve();
        if (!_files.TryGetValue(type.File, out Dictionary<int, BpfType>? known))
            _files.Add(type.File, known = []);
        if (known.TryGetValue(type.Id, out BpfType? imported))
            return imported;
        if (depth > MaxDepth)
            return BpfType.Void;
        BpfType result = type.Kind switch
        {
            BtfKind.Int => ImportInteger(type),
            BtfKind.Enum or BtfKind.Enum64 => ImportEnum(type),
            BtfKind.Ptr => new PointerType(ImportTarget(type.Target, depth), SpaceOf(type)),
            BtfKind.Array => ImportArray(type, depth),
            BtfKind.Struct or BtfKind.Union => ImportStruct(type),
            BtfKind.Fwd => findDefinition(type.Name, type.IsUnionForward)
                ?? new StructType(type.Name, type.IsUnionForward, 0, static () => [], type.File.Name ?? "btf"),
            BtfKind.Float when type.Size <= 8 => new IntegerType((int)type.Size * 8, true),
            BtfKind.Float => new ArrayType(IntegerType.UInt64, (int)type.Size / 8),
            _ => BpfType.Void,
        };
        known[type.Id] = result;
        return result;
    }

    /// <summary>A function behind a pointer has no type of ours; it is <c>void</c>.</summary>
    private BpfType ImportTarget(BtfType target, int depth) =>
        target.Resolve().Kind is BtfKind.FuncProto or BtfKind.Func ? BpfType.Void : Import(target, depth + 1);

    private static AddressSpace SpaceOf(BtfType pointer) =>
        pointer.AddressSpace == BtfAddressSpace.User ? AddressSpace.User : AddressSpace.None;

    private static BpfType ImportInteger(BtfType type)
    {
        if (type.IsBool)
            return BpfType.Bool;
        int bits = (int)type.Size * 8;
        return bits > 64 ? new ArrayType(IntegerType.UInt64, bits / 64) : new IntegerType(bits, type.IsSigned || IsChar(type));
    }

    /// <summary>x86's <c>char</c> is signed; BTF seldom says so. <c>unsigned char</c> and <c>u8</c> have other names.</summary>
    private static bool IsChar(BtfType type) => type.Size == 1 && (type.IsChar || type.NameUtf8.SequenceEqual("char"u8));

    private static EnumType ImportEnum(BtfType type)
    {
        var names = ImmutableSortedDictionary.CreateBuilder<long, string>();
        foreach (BtfEnumValue value in type.EnumValues)
            names.TryAdd(value.Value, value.Name);
        return new EnumType(type.Name, new IntegerType((int)type.Size * 8, type.IsSigned), names.ToImmutable());
    }

    private BpfType ImportArray(BtfType type, int depth)
    {
        BtfType element = type.Target.Resolve();

        // bpftrace treats arrays of char as strings; a flexible one stays an array.
        if (element.Kind == BtfKind.Int && IsChar(element) && type.Length > 0)
            return new StringType(type.Length);
        return new ArrayType(Import(type.Target, depth + 1), type.Length);
    }

    private StructType ImportStruct(BtfType type)
    {
        string origin = type.File.Name ?? "btf";
        if (type.IsAnonymous)
            origin += "#" + type.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new StructType(type.Name, type.Kind == BtfKind.Union, (int)type.Size, () => ImportMembers(type), origin);
    }

    private ImmutableArray<StructField> ImportMembers(BtfType type)
    {
        var fields = ImmutableArray.CreateBuilder<StructField>(type.Members.Count);
        foreach (BtfMember member in type.Members)
            fields.Add(new StructField(member.Name, Import(member.Type), member.BitOffset, member.BitfieldSize));
        return fields.MoveToImmutable();
    }
}
