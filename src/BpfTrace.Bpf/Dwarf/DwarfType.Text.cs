using System.Text;

namespace BpfTrace.Bpf.Dwarf;

/// <content>Kinds by tag, and the spelling of types.</content>
public sealed partial class DwarfType
{
    /// <summary>
    /// A type as <c>bpftrace -lv</c> spells it (src/dwarf_parser.cpp, get_type_name): <c>struct Foo*</c>, <c>const char*</c>, <c>char* const</c>. What
    /// bpftrace calls <c>&lt;unknown type&gt;</c> has C's or C++'s spelling: <c>class C</c>, <c>int&amp;</c>, <c>int (*)(char)</c>.
    /// </summary>
    /// <param name="type">The type; null is void.</param>
    public static string Describe(DwarfType? type) => Describe(type, 0);

    private static string Describe(DwarfType? type, int depth)
    {
        if (type is null)
            return "void";
        if (depth > 32)
            return "<unknown type>";
        switch (type.Kind)
        {
            case DwarfTypeKind.Base or DwarfTypeKind.Typedef:
                return type.Name;
            case DwarfTypeKind.Pointer when type.Target is { Kind: DwarfTypeKind.Function } function:
                return $"{Describe(function.Target, depth + 1)} (*)({string.Join(", ", function.ParameterTypes.Select(p => Describe(p, depth + 1)))})";
            case DwarfTypeKind.Pointer:
                return Describe(type.Target, depth + 1) + "*";
            case DwarfTypeKind.Reference:
                return Describe(type.Target, depth + 1) + "&";
            case DwarfTypeKind.RvalueReference:
                return Describe(type.Target, depth + 1) + "&&";
            case DwarfTypeKind.Structure:
                return "struct " + NameOrAnonymous(type);
            case DwarfTypeKind.Class:
                return "class " + NameOrAnonymous(type);
            case DwarfTypeKind.Union:
                return "union " + NameOrAnonymous(type);
            case DwarfTypeKind.Enumeration:
                return "enum " + NameOrAnonymous(type);
            case DwarfTypeKind.Const when type.Target is { Kind: DwarfTypeKind.Pointer } pointer:
                return Describe(pointer, depth + 1) + " const";
            case DwarfTypeKind.Const:
                return "const " + Describe(type.Target, depth + 1);
            case DwarfTypeKind.Qualified:
                return Describe(type.Target, depth + 1);
            case DwarfTypeKind.Array:
                var text = new StringBuilder(Describe(type.Target, depth + 1));
                foreach (long count in type.Dimensions)
                    text.Append('[').Append(count).Append(']');
                return text.ToString();
            default:
                return type.Name.Length > 0 ? type.Name : "<unknown type>";
        }
    }

    private static string NameOrAnonymous(DwarfType type) => type.Name.Length > 0 ? type.Name : "<anonymous>";

    private static DwarfTypeKind KindOf(int tag) => tag switch
    {
        DwarfConstants.DW_TAG_base_type => DwarfTypeKind.Base,
        DwarfConstants.DW_TAG_pointer_type => DwarfTypeKind.Pointer,
        DwarfConstants.DW_TAG_reference_type => DwarfTypeKind.Reference,
        DwarfConstants.DW_TAG_rvalue_reference_type => DwarfTypeKind.RvalueReference,
        DwarfConstants.DW_TAG_ptr_to_member_type => DwarfTypeKind.PointerToMember,
        DwarfConstants.DW_TAG_array_type => DwarfTypeKind.Array,
        DwarfConstants.DW_TAG_structure_type => DwarfTypeKind.Structure,
        DwarfConstants.DW_TAG_class_type => DwarfTypeKind.Class,
        DwarfConstants.DW_TAG_union_type => DwarfTypeKind.Union,
        DwarfConstants.DW_TAG_enumeration_type => DwarfTypeKind.Enumeration,
        DwarfConstants.DW_TAG_typedef => DwarfTypeKind.Typedef,
        DwarfConstants.DW_TAG_const_type => DwarfTypeKind.Const,
        DwarfConstants.DW_TAG_volatile_type or DwarfConstants.DW_TAG_restrict_type or DwarfConstants.DW_TAG_atomic_type
            or DwarfConstants.DW_TAG_immutable_type => DwarfTypeKind.Qualified,
        DwarfConstants.DW_TAG_subroutine_type => DwarfTypeKind.Function,
        _ => DwarfTypeKind.Unknown,
    };

    private static DwarfEncoding EncodingOf(uint encoding) => encoding switch
    {
        DwarfConstants.DW_ATE_boolean => DwarfEncoding.Boolean,
        DwarfConstants.DW_ATE_signed => DwarfEncoding.Signed,
        DwarfConstants.DW_ATE_unsigned => DwarfEncoding.Unsigned,
        DwarfConstants.DW_ATE_signed_char => DwarfEncoding.SignedChar,
        DwarfConstants.DW_ATE_unsigned_char => DwarfEncoding.UnsignedChar,
        DwarfConstants.DW_ATE_UTF => DwarfEncoding.Utf,
        DwarfConstants.DW_ATE_float or DwarfConstants.DW_ATE_complex_float => DwarfEncoding.Float,
        _ => DwarfEncoding.Unknown,
    };
}
