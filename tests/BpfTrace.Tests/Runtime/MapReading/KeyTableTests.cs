using BpfTrace.MapReading;

namespace BpfTrace.Tests.Runtime;

public sealed class KeyTableTests
{
    [Fact]
    public void Every_key_has_one_place_in_the_order_they_came()
    {
        var table = new KeyTable<int[]>();
        for (int i = 0; i < 3000; i++)
            (table.Get(BitConverter.GetBytes(i % 1000)) ??= [0])[0] += i;

        Assert.Equal(1000, table.Count);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(BitConverter.GetBytes(i), table.Key(i));
            Assert.Equal([(3 * i) + 3000], table.Value(i)!);
        }
    }

    [Fact]
    public void The_key_without_bytes_is_one_too()
    {
        var table = new KeyTable<string>();
        table.Get([]) = "scalar";
        Assert.Equal("scalar", table.Get([]));
        Assert.Null(table.Get([0]));
        Assert.Equal(2, table.Count);
    }
}
