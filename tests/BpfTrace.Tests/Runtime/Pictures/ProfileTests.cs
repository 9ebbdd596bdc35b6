using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BpfTrace.Language.Symbols;
using BpfTrace.Pictures;

namespace BpfTrace.Tests.Runtime.Pictures;

public class ProfileTests
{
    [Fact]
    public void Folded_text_comes_back_merged_and_in_the_order_of_names()
    {
        StackProfile profile = Profile("b;read;vfs_read_[k] 2", "a;x 1", "b;read;vfs_read_[k] 3", "b;read 4", "b;y_[i] 0");
        Assert.Equal(10, profile.Total);
        Assert.Equal(["a;x 1", "b;read 4", "b;read;vfs_read_[k] 5"], profile.ToFolded());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a;b")]
    [InlineData("a;b x")]
    [InlineData("a;b -3")]
    [InlineData(" 3")]
    public void Other_lines_are_no_stacks(string line) => Assert.False(new StackProfile().TryAddFolded(line));

    [Fact]
    public void A_recorded_stack_is_turned_and_loses_its_offsets()
    {
        var user = new StackTrace(
            [
                new StackFrame(1, "inner", 4) { IsInlined = true },
                new StackFrame(2, "read", 9, "/lib/libc.so.6"),
                new StackFrame(3, null, 0, "/lib/libx.so"),
                new StackFrame(4, null, 0, "/lib/libx.so"),
                new StackFrame(5),
                new StackFrame(6),
                new StackFrame(StackFrame.UnwindFailure),
            ],
            StackMode.Bpftrace,
            isUser: true);
        Assert.Equal(
            ["[unwind failure]", "[unknown]", "[libx.so]", "read", "inner"],
            StackProfile.FramesOf(user).Select(f => f.Name));
        Assert.Equal(ProfileFrameKind.Inlined, StackProfile.FramesOf(user).Last().Kind);
        Assert.Equal(ProfileFrameKind.Kernel, StackProfile.FramesOf(new StackTrace([new StackFrame(1, "f")])).Single().Kind);
    }

    [Fact]
    public void Names_that_would_break_a_line_of_folded_text_are_changed()
    {
        var profile = new StackProfile();
        profile.Add([new ProfileFrame("a;b\nc\udc80", ProfileFrameKind.User)], 3);
        Assert.Equal(["a,b c\uFFFD 3"], profile.ToFolded());
    }

    [Fact]
    public void A_profile_of_endless_depth_is_cut()
    {
        StackProfile profile = Profile(string.Join(';', Enumerable.Range(0, 100_000)) + " 1");
        Assert.Equal(1000, profile.ToFolded().Single().Split(';').Length);
        Assert.Contains("</svg>", FlameGraph.ToSvg(profile), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_do_not_overflow()
    {
        StackProfile profile = Profile("a " + long.MaxValue, "b " + long.MaxValue);
        Assert.Equal(long.MaxValue, profile.Total);
    }

    [Fact]
    public void Speedscope_has_frames_samples_and_weights()
    {
        string text = SpeedscopeFile.ToJson(Profile("b;read;vfs_read_[k] 2", "a;x 1"), "n\"ame", "bytes");
        JsonElement root = JsonDocument.Parse(text).RootElement;
        JsonElement profile = root.GetProperty("profiles")[0];
        string[] frames = [.. root.GetProperty("shared").GetProperty("frames").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)];
        string[] samples = [.. profile.GetProperty("samples").EnumerateArray().Select(s => string.Join(';', s.EnumerateArray().Select(i => frames[i.GetInt32()])))];
        Assert.Equal(["a;x", "b;read;vfs_read"], samples);
        Assert.Equal([1, 2], profile.GetProperty("weights").EnumerateArray().Select(w => w.GetInt32()));
        Assert.Equal("sampled", profile.GetProperty("type").GetString());
        Assert.Equal("bytes", profile.GetProperty("unit").GetString());
        Assert.Equal(3, profile.GetProperty("endValue").GetInt32());
        Assert.Equal("https://www.speedscope.app/file-format-schema.json", root.GetProperty("$schema").GetString());
    }

    [Fact]
    public void Pprof_holds_the_stacks_with_their_innermost_frame_first()
    {
        var profile = new StackProfile();
        profile.Add([new ProfileFrame("main", ProfileFrameKind.User, "/bin/x", "x.c"), new ProfileFrame("read", ProfileFrameKind.User, "/lib/libc.so.6")], 7);
        profile.Add([new ProfileFrame("main", ProfileFrameKind.User, "/bin/x", "x.c")], 5);
        byte[] packed = PprofFile.ToBytes(profile, "alloc_space", "bytes");
        Assert.Equal(packed, PprofFile.ToBytes(profile, "alloc_space", "bytes"));
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        ILookup<int, object> file = Fields(plain.ToArray());
        string[] strings = [.. file[6].Select(s => Encoding.UTF8.GetString((byte[])s))];
        Assert.Equal("", strings[0]);
        ILookup<int, object> type = Fields((byte[])file[1].Single());
        Assert.Equal("alloc_space", strings[(int)(ulong)type[1].Single()]);
        Assert.Equal("bytes", strings[(int)(ulong)type[2].Single()]);

        Dictionary<ulong, string> functions = file[5].Select(f => Fields((byte[])f)).ToDictionary(f => (ulong)f[1].Single(), f => strings[(int)(ulong)f[2].Single()]);
        Dictionary<ulong, string> locations = file[4].Select(l => Fields((byte[])l)).ToDictionary(
            l => (ulong)l[1].Single(), l => functions[(ulong)Fields((byte[])l[4].Single())[1].Single()]);
        string[] samples = [.. file[2].Select(s => Fields((byte[])s)).Select(s =>
            string.Join(';', Varints((byte[])s[1].Single()).Select(id => locations[id])) + " " + Varints((byte[])s[2].Single()).Single())];
        Assert.Equal(["main 5", "read;main 7"], samples);
        Assert.Equal(["/bin/x", "/lib/libc.so.6"], file[3].Select(m => strings[(int)(ulong)Fields((byte[])m)[5].Single()]).Order());
    }

    internal static StackProfile Profile(params string[] lines)
    {
        var profile = new StackProfile();
        foreach (string line in lines)
            Assert.True(profile.TryAddFolded(line));
        return profile;
    }

    /// <summary>A protocol buffer's fields: numbers as ulong, the rest as bytes.</summary>
    private static ILookup<int, object> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            if ((tag & 7) == 0)
            {
                fields.Add(((int)(tag >> 3), Varint(message, ref at)));
                continue;
            }

            Assert.Equal(2ul, tag & 7);
            int length = (int)Varint(message, ref at);
            fields.Add(((int)(tag >> 3), message[at..(at + length)]));
            at += length;
        }

        return fields.ToLookup(f => f.Item1, f => f.Item2);
    }

    private static List<ulong> Varints(byte[] bytes)
    {
        var numbers = new List<ulong>();
        for (int at = 0; at < bytes.Length;)
            numbers.Add(Varint(bytes, ref at));
        return numbers;
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
