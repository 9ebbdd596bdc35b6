namespace BpfTrace.Bpf.Dwarf;

/// <summary>The codes used of DWARF, in the standard's spelling (DWARF 5, section 7; GNU extensions where named so).</summary>
internal static class DwarfConstants
{
    public const int DW_TAG_array_type = 0x01;
    public const int DW_TAG_class_type = 0x02;
    public const int DW_TAG_enumeration_type = 0x04;
    public const int DW_TAG_formal_parameter = 0x05;
    public const int DW_TAG_member = 0x0d;
    public const int DW_TAG_pointer_type = 0x0f;
    public const int DW_TAG_reference_type = 0x10;
    public const int DW_TAG_structure_type = 0x13;
    public const int DW_TAG_subroutine_type = 0x15;
    public const int DW_TAG_typedef = 0x16;
    public const int DW_TAG_union_type = 0x17;
    public const int DW_TAG_unspecified_parameters = 0x18;
    public const int DW_TAG_inheritance = 0x1c;
    public const int DW_TAG_inlined_subroutine = 0x1d;
    public const int DW_TAG_ptr_to_member_type = 0x1f;
    public const int DW_TAG_subrange_type = 0x21;
    public const int DW_TAG_base_type = 0x24;
    public const int DW_TAG_const_type = 0x26;
    public const int DW_TAG_enumerator = 0x28;
    public const int DW_TAG_subprogram = 0x2e;
    public const int DW_TAG_volatile_type = 0x35;
    public const int DW_TAG_restrict_type = 0x37;
    public const int DW_TAG_namespace = 0x39;
    public const int DW_TAG_rvalue_reference_type = 0x42;
    public const int DW_TAG_atomic_type = 0x47;
    public const int DW_TAG_immutable_type = 0x4b;

    public const uint DW_AT_byte_size = 0x0b;
    public const uint DW_AT_bit_offset = 0x0c;
    public const uint DW_AT_bit_size = 0x0d;
    public const uint DW_AT_low_pc = 0x11;
    public const uint DW_AT_language = 0x13;
    public const uint DW_AT_const_value = 0x1c;
    public const uint DW_AT_upper_bound = 0x2f;
    public const uint DW_AT_abstract_origin = 0x31;
    public const uint DW_AT_artificial = 0x34;
    public const uint DW_AT_calling_convention = 0x36;
    public const uint DW_AT_count = 0x37;
    public const uint DW_AT_data_member_location = 0x38;
    public const uint DW_AT_declaration = 0x3c;
    public const uint DW_AT_encoding = 0x3e;
    public const uint DW_AT_external = 0x3f;
    public const uint DW_AT_specification = 0x47;
    public const uint DW_AT_type = 0x49;
    public const uint DW_AT_virtuality = 0x4c;
    public const uint DW_AT_call_file = 0x58;
    public const uint DW_AT_call_line = 0x59;
    public const uint DW_AT_data_bit_offset = 0x6b;
    public const uint DW_AT_linkage_name = 0x6e;
    public const uint DW_AT_addr_base = 0x73;
    public const uint DW_AT_dwo_name = 0x76;
    public const uint DW_AT_defaulted = 0x8b;
    public const uint DW_AT_MIPS_linkage_name = 0x2007;
    public const uint DW_AT_GNU_dwo_name = 0x2130;
    public const uint DW_AT_GNU_addr_base = 0x2133;

    public const uint DW_FORM_sdata = 0x0d;
    public const uint DW_FORM_addrx = 0x1b;
    public const uint DW_FORM_addrx1 = 0x29;
    public const uint DW_FORM_addrx2 = 0x2a;
    public const uint DW_FORM_addrx3 = 0x2b;
    public const uint DW_FORM_addrx4 = 0x2c;
    public const uint DW_FORM_GNU_addr_index = 0x1f01;

    public const uint DW_ATE_boolean = 0x02;
    public const uint DW_ATE_complex_float = 0x03;
    public const uint DW_ATE_float = 0x04;
    public const uint DW_ATE_signed = 0x05;
    public const uint DW_ATE_signed_char = 0x06;
    public const uint DW_ATE_unsigned = 0x07;
    public const uint DW_ATE_unsigned_char = 0x08;
    public const uint DW_ATE_UTF = 0x10;

    public const byte DW_UT_skeleton = 0x04;

    public const uint DW_CC_pass_by_reference = 0x04;
    public const uint DW_CC_pass_by_value = 0x05;

    public const uint DW_LANG_Go = 0x16;
}
