using BpfTrace.Bpf.Symbols;
using BpfSymbol = BpfTrace.Bpf.Symbols.Symbol;

namespace BpfTrace.Tests.Bpf;

public class KernelSymbolsTests
{
    private const string Text =
        "0000000000000000 A fixed_percpu_data\n"
        + "ffffffff81000000 T _stext\n"
        + "ffffffff81000000 T _text\n"
        + "ffffffff81000100 t do_one\n"
        + "ffffffff82000000 D jiffies\n"
        + "ffffffffc0100000 t do_one\t[zmod]\n"
        + "ffffffffc0000010 t helper\t[amod]\n"
        + "ffffffffc0000000 t bpf_prog_1234_x\t[bpf]\n";

    [Theory]
    [InlineData(0xffffffff81000000, "_stext", 0, "vmlinux")]
    [InlineData(0xffffffff810000ff, "_stext", 0xff, "vmlinux")]
    [InlineData(0xffffffff81000123, "do_one", 0x23, "vmlinux")]
    [InlineData(0xffffffff82000004, "jiffies", 4, "vmlinux")]
    [InlineData(0xffffffffc0000001, "bpf_prog_1234_x", 1, "bpf")]
    [InlineData(0xffffffffc0000010, "helper", 0, "amod")]
    [InlineData(0xffffffffffffffff, "do_one", 0x3fefffff, "zmod")]
    public void Addresses_resolve_to_the_symbol_below(ulong address, string name, ulong offset, string module)
    {
        Assert.True(KernelSymbols.Parse(Text).TryResolve(address, out BpfSymbol symbol));
        Assert.Equal((name, offset, module), (symbol.Name, symbol.Offset, symbol.Module));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x10)]
    [InlineData(0x7fffffffffff)]
    [InlineData(0xffffffff80ffffff)]
    public void Other_addresses_do_not(ulong address)
        => Assert.False(KernelSymbols.Parse(Text).TryResolve(address, out _));

    [Fact]
    public void Names_are_found_whole_and_in_every_module()
    {
        KernelSymbols symbols = KernelSymbols.Parse(Text);

        Assert.Equal(8, symbols.Count);
        Assert.Equal(["vmlinux", "zmod"], symbols.Find("do_one").Select(s => s.Module));
        Assert.True(symbols.TryGetAddress("helper", out ulong address));
        Assert.Equal(0xffffffffc0000010, address);
        Assert.False(symbols.TryGetAddress("help", out _));
        Assert.False(symbols.TryGetAddress("elper", out _));
        Assert.False(symbols.TryGetAddress("amod", out _));
        Assert.Equal(new KernelSymbol("jiffies", 0xffffffff82000000, 'D', "vmlinux"), symbols.All().ElementAt(4));
    }

    [Fact]
    public void Hidden_addresses_leave_the_names()
    {
        KernelSymbols symbols = KernelSymbols.Parse("0000000000000000 T _stext\n0000000000000000 t do_one\t[m]\n");

        Assert.True(symbols.AddressesHidden);
        Assert.False(symbols.TryResolve(0xffffffff81000000, out _));
        Assert.False(symbols.TryGetAddress("_stext", out _));
        Assert.Equal(["_stext", "do_one"], symbols.All().Select(s => s.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage\n\n\nffffffff81000000\nffffffff81000000 T\nffffffff81000000  T x\n")]
    public void Lines_of_another_form_are_left_out(string text)
        => Assert.Equal(0, KernelSymbols.Parse(text).Count);

    [FactWith("/proc/kallsyms")]
    public void The_running_kernel()
    {
        // Other processes load programs and unload them, which are symbols, too: until both readings saw the same.
        KernelSymbols symbols;
        int lines, attempt = 0;
        do
        {
            symbols = KernelSymbols.Load();
            lines = File.ReadLines("/proc/kallsyms").Count();
        }
        while (symbols.Count != lines && ++attempt < 100);

        Assert.True(symbols.Count > 20_000);
        Assert.Equal(lines, symbols.Count);
        if (symbols.AddressesHidden)
            return;
        Assert.True(symbols.TryGetAddress("vfs_read", out ulong address));
        Assert.True(symbols.TryResolve(address + 4, out BpfSymbol symbol));
        Assert.Equal(("vfs_read", 4UL, "vmlinux"), (symbol.Name, symbol.Offset, symbol.Module));
        string line = File.ReadLines("/proc/kallsyms").First(l => l.EndsWith(" T vfs_read", StringComparison.Ordinal));
        Assert.Equal(Convert.ToUInt64(line[..16], 16), address);
    }
}
