using BpfTrace.Bpf.Symbols;
using BpfSymbol = BpfTrace.Bpf.Symbols.Symbol;

namespace BpfTrace.Tests.Runtime;

public class KernelSymbolCacheTests
{
    [Fact]
    public void Symbols_are_read_anew_when_modules_came_or_went()
    {
        string[] modules = ["ext4 1 0xffffffffc0000000"];
        int reads = 0;
        var cache = new KernelSymbolCache(() => modules, () => KernelSymbols.Parse($"ffffffff81000000 T read_{++reads}\n"));

        Assert.Equal("read_1", NameOf(cache.Get()));
        Assert.Equal("read_1", NameOf(cache.Get()));
        modules = [.. modules, "nfs 2 0xffffffffc1000000"];
        Assert.Equal("read_2", NameOf(cache.Get()));
        modules = ["ext4 1 0xffffffffc2000000", modules[1]]; // taken out and put back, at another place
        Assert.Equal("read_3", NameOf(cache.Get()));
        Assert.Equal("read_3", NameOf(cache.Get()));
    }

    [Fact]
    public void What_cannot_be_read_is_not_tried_at_each_address()
    {
        int reads = 0;
        var cache = new KernelSymbolCache(static () => [], () =>
        {
            reads++;
            return null;
        });
        Assert.Null(cache.Get());
        Assert.Null(cache.Get());
        Assert.Equal(1, reads);
    }

    private static string NameOf(KernelSymbols? symbols)
    {
        Assert.True(symbols!.TryResolve(0xffffffff81000010, out BpfSymbol found));
        return found.Name;
    }
}
