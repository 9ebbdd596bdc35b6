using BpfTrace.Bpf.Btf;

namespace BpfTrace.Tests.Bpf;

public class BtfMalformedTests
{
    [Theory]
    [InlineData(0, 0x00)] // magic
    [InlineData(2, 0x02)] // version
    [InlineData(4, 0x10)] // header length below 24
    [InlineData(7, 0x7F)] // header length beyond the data
    [InlineData(8, 0x01)] // types not aligned
    [InlineData(11, 0x7F)] // types beyond the data
    [InlineData(15, 0x7F)] // types' length
    [InlineData(19, 0x7F)] // strings beyond the data
    [InlineData(23, 0x7F)] // strings' length
    [InlineData(20, 0x02)] // strings that do not end in NUL
    [InlineData(31, 0x1E)] // unknown kind
    public void A_broken_header_or_type_is_refused(int position, byte value)
    {
        byte[] data = Sample();
        data[position] = value;
        Assert.Throws<BtfFormatException>(() => BtfFile.Parse(data));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] data = Sample();
        for (int length = 0; length < data.Length; length++)
        {
            byte[] cut = data[..length];
            Assert.Throws<BtfFormatException>(() => BtfFile.Parse(cut));
        }
    }

    [Fact]
    public void Other_byte_order_is_named()
    {
        byte[] data = Sample();
        (data[0], data[1]) = (data[1], data[0]);
        Assert.Contains("byte order", Assert.Throws<BtfFormatException>(() => BtfFile.Parse(data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cycles_end_in_an_exception()
    {
        BtfBuilder b = new();
        b.Add("a", 8, 2);
        b.Add("", 10, 1);
        b.Array(3, 3, 1);
        b.Ptr(4);
        b.Composite("", 4, 4, false, ("", 5, 0, 0));
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.Throws<BtfFormatException>(() => btf.GetType(1).Resolve());
        Assert.Throws<BtfFormatException>(() => btf.GetType(2).Size);
        Assert.Throws<BtfFormatException>(() => btf.GetType(3).Size);
        Assert.Throws<BtfFormatException>(() => btf.GetType(4).ToString());
        Assert.Throws<BtfFormatException>(() => btf.GetType(5).TryFindMember("x", out _));
        Assert.Throws<BtfFormatException>(() => btf.GetType(5).ToDefinition());
        Assert.Throws<BtfFormatException>(() => btf.GetType(99));
        Assert.Throws<BtfFormatException>(() => btf.GetType(-1));
    }

    /// <summary>Whatever the bytes, every reading ends in a value or in a <see cref="BtfFormatException"/>.</summary>
    [Fact]
    public void Mutated_data_never_escapes_the_format_exception()
    {
        byte[] sample = Sample();
        Random random = new(20240817);
        int opened = 0;
        for (int round = 0; round < 6_000; round++)
        {
            byte[] data = [.. sample];
            for (int n = random.Next(1, 4); n > 0; n--)
                data[random.Next(data.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(20));
            try
            {
                using BtfFile btf = BtfFile.Parse(data);
                opened++;
                ReadEverything(btf);
            }
            catch (BtfFormatException)
            {
                // The one exception that is allowed.
            }
        }

        Assert.InRange(opened, 3_000, 6_000);
    }

    private static void ReadEverything(BtfFile btf)
    {
        btf.FindByName("outer", BtfKind.Struct);
        btf.TryFindEnumConstant("B", out _, out _);
        foreach (BtfType type in btf.Types())
        {
            try
            {
                _ = type.Name + type.FullName + type.Size + type.Alignment + type.Resolve().Id + type.TypeTags.Count + type.ToDeclaration("x");
                type.TryFindMember("word", out _);
                if (type.IsComposite || type.IsEnum)
                    type.ToDefinition();
                if (type.Kind == BtfKind.Func)
                    _ = type.Parameters.Count + type.ReturnType.Id;
                foreach (BtfSectionVariable variable in type.Variables)
                    _ = variable.Variable.Name;
            }
            catch (BtfFormatException)
            {
                // Each type is tried even when another one is broken.
            }
        }
    }

    private static byte[] Sample()
    {
        BtfBuilder b = new();
        int i = b.Int("int", 4, signed: true);
        int inner = b.Composite("", 4, 8, true, ("flag", i, 3, 2), ("word", i, 32, 0));
        int outer = b.Struct("outer", 16, ("first", i, 0), ("", inner, 64));
        b.Add("", 6, 4, 2, false, b.String("A"), 1, b.String("B"), 2);
        int pointer = b.Ptr(b.Add("user", 18, (uint)outer));
        b.Func("work", b.Proto(pointer, ("a", b.Array(pointer, i, 3)), ("", 0)));
        int variable = b.Add("v", 14, (uint)b.Add("t", 8, (uint)i), extra: 1);
        b.Add(".data", 15, 4, 1, false, (uint)variable, 0, 4);
        b.Add("big", 19, 8, 1, true, b.String("HUGE"), 1, 2);
        return b.Build();
    }
}
