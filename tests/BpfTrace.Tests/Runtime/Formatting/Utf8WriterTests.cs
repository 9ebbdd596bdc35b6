using BpfTrace.Formatting;

namespace BpfTrace.Tests.Runtime.Formatting;

public class Utf8WriterTests
{
    [Theory]
    [InlineData(256, 257, 512)]
    [InlineData(256, 5000, 8192)]
    [InlineData(1 << 20, (1 << 20) + 1, 2 << 20)]
    [InlineData(1 << 29, (1L << 30) + 1, 0x7FFFFFC7)]
    [InlineData(1 << 30, (1L << 30) + 1, 0x7FFFFFC7)]
    [InlineData(0x7FFFFFC7, 0x7FFFFFC7, 0x7FFFFFC7)]
    public void It_grows_as_far_as_arrays_go(int size, long needed, int grown) => Assert.Equal(grown, Utf8Writer.SizeFor(size, needed));

    [Theory]
    [InlineData(1 << 30, 0x7FFFFFC8)]
    [InlineData(0x7FFFFFC7, 0xFFFFFFFF)]
    public void What_no_array_holds_is_said(int size, long needed) =>
        Assert.Equal("A text of more than 2 GB cannot be written.", Assert.Throws<InsufficientMemoryException>(() => Utf8Writer.SizeFor(size, needed)).Message);
}
