using BpfTrace.Bpf.Proc;

namespace BpfTrace.Tests.Bpf;

public class ProcessMapsTests
{
    private const string Text =
        "55a000000000-55a000001000 r--p 00000000 08:01 1234                       /usr/bin/some file\n"
        + "55a000001000-55a000003000 r-xp 00001000 08:01 1234                       /usr/bin/some file\n"
        + "55a000010000-55a000020000 rw-p 00000000 00:00 0                          [heap]\n"
        + "7f0000000000-7f0000001000 r-xp 00000000 fe:12 99                         /opt/old.so (deleted)\n"
        + "7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n"
        + "7f0000004000-7f0000005000 rwxs 00000000 00:01 77                         /memfd:doublemapper (deleted)\n"
        + "7f0000006000-7f0000007000 r--p 00000000 08:01 5                          /a\\012b\n"
        + "not a line\n";

    [Fact]
    public void Every_field_is_read()
    {
        ProcessMaps maps = ProcessMaps.Parse(Text);

        Assert.Equal(7, maps.Mappings.Count);
        Assert.Equal(new ProcessMapping(0x55a000001000, 0x55a000003000, true, false, 0x1000, 8 << 20 | 1, 1234, "/usr/bin/some file", false), maps.Mappings[1]);
        Assert.Equal(("[heap]", false, true), (maps.Mappings[2].Path, maps.Mappings[2].IsFile, maps.Mappings[2].IsWritable));
        Assert.Equal(("/opt/old.so", true, true, 0xfe00012UL), (maps.Mappings[3].Path, maps.Mappings[3].IsDeleted, maps.Mappings[3].IsFile, maps.Mappings[3].Device));
        Assert.Equal("", maps.Mappings[4].Path);
        Assert.Equal("/a\nb", maps.Mappings[6].Path);
        Assert.Equal(["/usr/bin/some file", "/a\nb"], maps.Files());
    }

    [Theory]
    [InlineData(0x55a000000fff, 0)]
    [InlineData(0x55a000001000, 1)]
    [InlineData(0x55a000002fff, 1)]
    [InlineData(0x55a000003000, -1)]
    [InlineData(0, -1)]
    [InlineData(0x7f0000006000, 6)]
    [InlineData(ulong.MaxValue, -1)]
    public void Addresses_find_their_mapping(ulong address, int index)
    {
        ProcessMaps maps = ProcessMaps.Parse(Text);
        Assert.Equal(index < 0 ? null : maps.Mappings[index], maps.Find(address));
    }

    [Fact]
    public unsafe void Our_own_stack_is_mapped()
    {
        int local = 0;
        ProcessMaps maps = ProcessMaps.Read(Environment.ProcessId);

        Assert.True(maps.Find((ulong)&local)!.IsWritable);
        Assert.Contains(maps.Mappings, m => m.Path == "[stack]");
        Assert.Contains(maps.Files(), f => Path.GetFileName(f).StartsWith("libc.", StringComparison.Ordinal));
        Assert.ThrowsAny<IOException>(() => ProcessMaps.Read(int.MaxValue));
    }
}
