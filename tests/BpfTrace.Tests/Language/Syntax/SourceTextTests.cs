using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

public class SourceTextTests
{
    [Fact]
    public void Offsets_become_lines_and_columns()
    {
        var source = new SourceText("ab\n\ncd", "x");
        Assert.Equal(new TextPosition(1, 1), source.GetPosition(0));
        Assert.Equal(new TextPosition(1, 3), source.GetPosition(2));
        Assert.Equal(new TextPosition(2, 1), source.GetPosition(3));
        Assert.Equal(new TextPosition(3, 2), source.GetPosition(5));
        Assert.Equal(new TextPosition(3, 3), source.GetPosition(99));
        Assert.Equal(["ab", "", "cd", ""], new[] { 1, 2, 3, 4 }.Select(source.GetLine));
        Assert.Equal(3, source.LineCount);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, 3)]
    [InlineData(new byte[] { 0xC3, 0xBC, 0xC3 }, 2)]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x90, 0x9D }, 2)]
    [InlineData(new byte[] { 0xED, 0xB2, 0x80 }, 3)]
    [InlineData(new byte[] { 0xE2, 0x82 }, 2)]
    public void Bytes_survive_decoding(byte[] bytes, int length)
    {
        SourceText source = SourceText.FromBytes(bytes);
        Assert.Equal(length, source.Length);
        Assert.Equal(bytes, SourceText.Encode(source.Text));
    }

    [Fact]
    public void A_byte_order_mark_is_no_text() => Assert.Equal("x", SourceText.FromBytes([0xEF, 0xBB, 0xBF, 0x78]).Text);
}
