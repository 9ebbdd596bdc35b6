using System.Text;
using BpfTrace.Cli;

namespace BpfTrace.Tests.Cli;

public sealed class OutputSinkTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    private string Written => File.ReadAllText(_path);

    [Fact]
    public void Full_buffering_writes_when_full_and_at_the_end()
    {
        using (OutputSink sink = OutputSink.Create(_path, OutputBuffering.Full))
        {
            sink.Write("line\n");
            sink.BatchEnd();
            Assert.Equal("", Written);
            sink.Write(new byte[70_000]);
            Assert.Equal(65_536, new FileInfo(_path).Length);
        }

        Assert.Equal(70_005, new FileInfo(_path).Length);
    }

    [Fact]
    public void Line_buffering_writes_at_the_end_of_a_line()
    {
        using OutputSink sink = OutputSink.Create(_path, OutputBuffering.Line);
        sink.Write("part");
        sink.BatchEnd();
        Assert.Equal("", Written);
        sink.Write(" end\nmore");
        Assert.Equal("part end\nmore", Written);
    }

    [Fact]
    public void No_buffering_writes_at_once()
    {
        using OutputSink sink = OutputSink.Create(_path, OutputBuffering.None);
        sink.Write("x");
        Assert.Equal("x", Written);
    }

    [Fact]
    public void By_default_a_batch_becomes_visible_at_its_end()
    {
        using OutputSink sink = OutputSink.Create(_path, OutputBuffering.Batch);
        sink.Write("one\ntwo\n");
        Assert.Equal("", Written);
        sink.BatchEnd();
        Assert.Equal("one\ntwo\n", Written);
    }

    [Fact]
    public void Bytes_stay_as_they_are()
    {
        byte[] bytes = [0xff, 0x1b, 0x00, 0x80, (byte)'a'];
        using (OutputSink sink = OutputSink.Create(_path, OutputBuffering.Full))
        {
            sink.Write(bytes);
            sink.Write("ж");
        }

        Assert.Equal([.. bytes, .. Encoding.UTF8.GetBytes("ж")], File.ReadAllBytes(_path));
    }

    [Fact]
    public void A_file_that_cannot_be_made_says_why()
    {
        OutputException error = Assert.Throws<OutputException>(() => OutputSink.Create("/no/such/directory/file", OutputBuffering.Full));
        Assert.Equal("No such file or directory", error.Message);
    }
}
