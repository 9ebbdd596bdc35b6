using BpfTrace.Bpf.Btf;

namespace BpfTrace.Tests.Bpf;

public class BtfFileTests
{
    [Fact]
    public void Every_kind_is_read()
    {
        BtfBuilder b = new();
        int @int = b.Int("int", 4, signed: true);
        int boolean = b.Int("_Bool", 1, encoding: 4);
        int array = b.Array(@int, @int, 7);
        int @enum = b.Add("color", 6, 4, 2, true, b.String("RED"), unchecked((uint)-1), b.String("BLUE"), 5);
        int forward = b.Add("later", 7, 0, flag: true);
        int typedef = b.Add("int_t", 8, (uint)@int);
        int constant = b.Add("", 10, (uint)typedef);
        int @volatile = b.Add("", 9, (uint)constant);
        int tag = b.Add("user", 18, (uint)@volatile);
        int pointer = b.Ptr(tag);
        int proto = b.Proto(pointer, ("a", @int), ("", 0));
        int func = b.Func("work", proto, 1);
        int variable = b.Add("counter", 14, (uint)@int, extra: 2);
        int section = b.Add(".data", 15, 16, 1, false, (uint)variable, 8, 4);
        int real = b.Add("double", 16, 8);
        int declTag = b.Add("note", 17, (uint)func, 0, false, 1);
        int enum64 = b.Add("big", 19, 8, 1, false, b.String("HUGE"), 0x89ABCDEF, 0xF1234567);
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.Equal(18, btf.TypeCount);
        Assert.True(btf.GetType(0).IsVoid);
        Assert.Equal("void", btf.GetType(0).Name);
        Assert.Equal((BtfKind.Int, true, 32, 4L), (btf.GetType(@int).Kind, btf.GetType(@int).IsSigned, btf.GetType(@int).IntBits, btf.GetType(@int).Size));
        Assert.True(btf.GetType(boolean).IsBool);
        Assert.Equal((7, 28L), (btf.GetType(array).Length, btf.GetType(array).Size));
        Assert.Equal([("RED", -1L), ("BLUE", 5L)], btf.GetType(@enum).EnumValues.Select(v => (v.Name, v.Value)));
        Assert.True(btf.GetType(forward).IsUnionForward);
        Assert.Equal("union later", btf.GetType(forward).ToString());
        Assert.Equal(@int, btf.GetType(tag).Resolve().Id);
        Assert.Equal(typedef, btf.GetType(tag).SkipModifiers().Id);
        Assert.Equal(["user"], btf.GetType(pointer).TypeTags);
        Assert.Equal(BtfAddressSpace.User, btf.GetType(pointer).AddressSpace);
        Assert.Equal(8, btf.GetType(pointer).Size);
        BtfType work = btf.FindByName("work", BtfKind.Func)!.Value;
        Assert.Equal((func, 1, pointer), (work.Id, work.Linkage, work.ReturnType.Id));
        Assert.Equal([("a", false), ("", true)], work.Parameters.Select(p => (p.Name, p.IsVariadic)));
        Assert.Equal((2, @int), (btf.GetType(variable).Linkage, btf.GetType(variable).Target.Id));
        BtfSectionVariable placed = Assert.Single(btf.GetType(section).Variables);
        Assert.Equal((variable, 8u, 4u), (placed.Variable.Id, placed.Offset, placed.Size));
        Assert.Equal((BtfKind.Float, 8L), (btf.GetType(real).Kind, btf.GetType(real).Size));
        Assert.Equal((1, func), (btf.GetType(declTag).ComponentIndex, btf.GetType(declTag).Target.Id));
        Assert.Equal(0xF123456789ABCDEF, (ulong)btf.GetType(enum64).EnumValues[0].Value);
        Assert.Equal("union later", btf.GetType(forward).FullName);
    }

    [Fact]
    public void Members_of_anonymous_parts_and_bit_fields_are_found_with_their_whole_offset()
    {
        BtfBuilder b = new();
        int u32 = b.Int("unsigned int", 4);
        int inner = b.Composite("", 4, 8, true, ("flag", u32, 3, 2), ("word", u32, 32, 0));
        int union = b.Composite("", 5, 8, false, ("raw", u32, 0, 0), ("", inner, 0, 0));
        int outer = b.Struct("outer", 16, ("first", u32, 0), ("", union, 64));
        int alias = b.Add("outer_t", 8, (uint)outer);
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.True(btf.GetType(alias).TryFindMember("flag", out BtfMember flag));
        Assert.Equal((67, 2, 8), (flag.BitOffset, flag.BitfieldSize, flag.ByteOffset));
        Assert.True(btf.GetType(outer).TryFindMember("word", out BtfMember word));
        Assert.Equal((96, 0, "unsigned int"), (word.BitOffset, word.BitfieldSize, word.Type.Name));
        Assert.False(btf.GetType(outer).TryFindMember("none", out _));
        Assert.Equal(["first", ""], btf.GetType(outer).Members.Select(m => m.Name));
    }

    [Fact]
    public void Old_bit_fields_take_place_and_width_from_the_integer()
    {
        BtfBuilder b = new();
        int three = b.Add("unsigned int", 1, 4, extra: 5u << 16 | 3);
        int old = b.Struct("old", 4, ("bits", three, 8));
        using BtfFile btf = BtfFile.Parse(b.Build());

        BtfMember bits = btf.GetType(old).Members[0];
        Assert.Equal((13, 3), (bits.BitOffset, bits.BitfieldSize));
    }

    [Fact]
    public void Lookup_by_name_tells_kinds_apart_and_gives_the_same_before_and_after_indexing()
    {
        BtfBuilder b = new();
        int i = b.Int("int", 4);
        int structure = b.Struct("thing", 4, ("x", i, 0));
        int typedef = b.Add("thing", 8, (uint)structure);
        int second = b.Struct("thing", 4, ("y", i, 0));
        int something = b.Struct("something", 4, ("z", i, 0));
        using BtfFile btf = BtfFile.Parse(b.Build());

        for (int round = 0; round < 30; round++)
        {
            Assert.Equal(structure, btf.FindByName("thing", BtfKind.Struct)?.Id);
            Assert.Equal(typedef, btf.FindByName("thing", BtfKind.Typedef)?.Id);
            Assert.Equal(structure, btf.FindByName("thing")?.Id);
            Assert.Equal(something, btf.FindByName("something")?.Id);
            Assert.Null(btf.FindByName("thing", BtfKind.Union));
            Assert.Null(btf.FindByName("thin"));
            Assert.Null(btf.FindByName("hing"));
            Assert.Null(btf.FindByName(""));
        }

        Assert.NotEqual(structure, second);
    }

    [Fact]
    public void A_name_that_is_the_tail_of_a_string_is_found()
    {
        BtfBuilder b = new();
        uint whole = b.String("unsigned int");
        b.AddRaw(whole, 1, 4, 0, false, 32);
        int tail = b.AddRaw(whole + 9, 1, 4, 0, false, 1u << 24 | 32);
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.Equal(tail, btf.FindByName("int", BtfKind.Int)?.Id);
    }

    [Fact]
    public void Split_btf_continues_the_numbers_and_strings_of_its_base()
    {
        BtfBuilder b = new();
        int i = b.Int("int", 4);
        using BtfFile vmlinux = BtfFile.Parse(b.Build());
        BtfBuilder m = new(firstId: vmlinux.TypeCount, firstString: b.StringsLength);
        int structure = m.Struct("module_thing", 4, ("count", i, 0));
        int named = m.AddRaw(1, 8, (uint)structure, 0, false); // A typedef named with the base's string "int".
        using BtfFile module = BtfFile.Parse(m.Build(), vmlinux, "mod");

        Assert.Equal(2, structure);
        Assert.Equal("int", module.GetType(structure).Members[0].Type.Name);
        Assert.Same(vmlinux, module.GetType(i).File);
        Assert.Equal(structure, module.FindByName("module_thing", BtfKind.Struct)?.Id);
        Assert.Equal(named, module.FindByName("int", BtfKind.Typedef)?.Id);
        Assert.Equal(i, module.FindByName("int")?.Id);
        Assert.Null(module.FindOwnByName("int", BtfKind.Int));
        Assert.Null(vmlinux.FindByName("module_thing", BtfKind.Struct));
        Assert.Equal(2, module.Types().Count());
    }

    [Fact]
    public void Enum_constants_are_found_in_any_enumeration()
    {
        BtfBuilder b = new();
        b.Add("", 6, 4, 2, false, b.String("ONE"), 1, b.String("MANY"), 0xFFFF_FFFF);
        int signed = b.Add("s", 6, 4, 1, true, b.String("MINUS"), 0xFFFF_FFFF);
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.True(btf.TryFindEnumConstant("MANY", out BtfEnumValue many, out _));
        Assert.Equal(uint.MaxValue, many.Value);
        Assert.True(btf.TryFindEnumConstant("MINUS", out BtfEnumValue minus, out BtfType owner));
        Assert.Equal((-1L, signed), (minus.Value, owner.Id));
        Assert.False(btf.TryFindEnumConstant("ON", out _, out _));
        Assert.False(btf.TryFindEnumConstant("NE", out _, out _));
    }
}
