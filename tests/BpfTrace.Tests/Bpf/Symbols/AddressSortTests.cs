using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf;

public sealed class AddressSortTests
{
    [Theory]
    [InlineData(0, 0ul)]
    [InlineData(1, 0ul)]
    [InlineData(1000, 0xfful)]
    [InlineData(1000, 0xffff_ff00_0000_00fful)]
    [InlineData(5000, ulong.MaxValue)]
    public void Addresses_are_ascending_and_equal_ones_keep_their_order(int count, ulong mask)
    {
        var random = new Random(count + 3);
        var addresses = new ulong[count];
        var items = new int[count];
        for (int i = 0; i < count; i++)
            (addresses[i], items[i]) = ((ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask, i);
        (ulong Address, int Item)[] expected = [.. addresses.Zip(items).OrderBy(static p => p.First)];

        AddressSort.Sort(addresses, items);

        Assert.Equal(expected, addresses.Zip(items).ToArray());
    }
}
