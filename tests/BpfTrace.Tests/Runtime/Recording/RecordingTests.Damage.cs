using System.Text;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;
using BpfTrace.Recording;

namespace BpfTrace.Tests.Runtime.Recording;

public sealed partial class RecordingTests
{
    [Fact]
    public void A_file_cut_off_anywhere_gives_what_was_whole_and_says_that_it_is_cut_off()
    {
        byte[] file = ThreeBlocks();
        var ends = Blocks(file);
        for (int length = 0; length < file.Length; length++)
        {
            var given = new List<TraceRecord>();
            InvalidRecordingException cut = Assert.Throws<InvalidRecordingException>(() => ReadInto(given, file[..length]));
            Assert.True(cut.IsTruncated || length < RecordingFormat.Magic.Length, $"cut at {length}: {cut.Message}");
            // Blocks: the header, then one record each; the last is the mark of the end.
            Assert.Equal(ends.Count(e => e <= length) is > 0 and int whole ? whole - 1 : 0, given.Count);
        }
    }

    [Fact]
    public void A_changed_bit_is_never_believed()
    {
        byte[] file = ThreeBlocks();
        string[] whole = [.. Read(file).Select(Describe)];
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var given = new List<TraceRecord>();
            Assert.Throws<InvalidRecordingException>(() => ReadInto(given, changed));
            Assert.Equal(whole.Take(given.Count), given.Select(Describe));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Hostile_records_behind_a_right_checksum_end_in_an_error_at_their_place(int seed)
    {
        var random = new Random(seed);
        OutputSite site = RandomSite(random);
        EventDecoder decoder = Decoder(site);
        byte[] items = Items(new EventRecord(Records.Event(decoder, RandomRecord(random, site))), new MapRecord([new MapEntry("@s", "k", new Stats(1, 2L, 3L))]));
        int refused = 0;
        for (int round = 0; round < 1500; round++)
        {
            byte[] hostile = [.. items];
            for (int i = random.Next(1, 6); i > 0; i--)
                hostile[random.Next(hostile.Length)] = (byte)(random.Next(4) == 0 ? 0xFF : random.Next(256));
            try
            {
                ReadInto([], File(hostile[..random.Next(1, hostile.Length + 1)]));
            }
            catch (InvalidRecordingException exception)
            {
                Assert.True(exception.Offset > 0);
                refused++;
            }
        }

        Assert.InRange(refused, 400, 1500);
    }

    [Fact]
    public void Values_that_lie_in_one_another_without_end_are_refused()
    {
        byte[] items = [(byte)ItemKind.Map, 1, 1, 1, (byte)'@', .. Enumerable.Repeat(new byte[] { (byte)ValueKind.Tuple, 1 }, 100_000).SelectMany(b => b)];
        InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => ReadInto([], File(items)));
        Assert.Contains("too deep", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_recorder_writes_is_refused_by_its_name()
    {
        byte[] map = [(byte)ItemKind.Map, 1, 1, 1, (byte)'@'];
        // An event's times, its probe and CPU; a new type T with two properties.
        byte[] twice = [(byte)ItemKind.Event, 0, 0, 1, 1, (byte)'p', 0, 0, 1, (byte)'T', 2, 1, (byte)'a', (byte)ValueKind.Int32, 1, (byte)'A', (byte)ValueKind.Int32, 0, 2, (byte)ValueKind.Int32, 2, (byte)ValueKind.Int32, 4];
        var beyond = new TextLocation(new SourceText("begin { }", "x.bt"), new TextSpan(4, 7));
        foreach ((byte[] items, string message) in new (byte[], string)[]
        {
            (twice, "a type has two properties A"),
            ([.. map, (byte)ValueKind.Stack, 0, 201, 0, 0, (byte)ValueKind.Null, 0, 0], "a stack is of form 201"),
            ([.. map, (byte)ValueKind.Int8, 0x80, 0x02, (byte)ValueKind.Null, 0, 0], "a number is too large for its type"),
            ([.. map, (byte)ValueKind.Array, (byte)ValueKind.Int32, 1, (byte)ValueKind.True, (byte)ValueKind.Null, 0, 0], "an array of Int32 holds Boolean"),
            (Items(new WarningRecord(new Diagnostic("W", DiagnosticSeverity.Warning, "w", beyond))), "a place lies outside of its text"),
        })
        {
            InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => ReadInto([], File(items)));
            Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_follows_half_a_block()
    {
        var file = new FullFile();
        using var recorder = new TraceRecorder(file, s_info);
        var large = new TextRecord(new byte[RecordingFormat.BlockBytes]);
        file.IsFull = true;
        Assert.Throws<IOException>(() => recorder.Write(large));
        file.IsFull = false;
        long length = file.Length;
        recorder.Write(large);
        recorder.Finish();
        Assert.Equal(length, file.Length);
    }

    [Fact]
    public void A_length_that_cannot_be_allocates_nothing()
    {
        byte[] items = [(byte)ItemKind.Map, 1, 1, 1, (byte)'@', (byte)ValueKind.Tuple, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        Assert.Throws<InvalidRecordingException>(() => ReadInto([], File(items)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("pid,comm\n1,bash\n", "no recording")]
    public void Other_files_are_no_recordings(string text, string message)
    {
        InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => new RecordingReader(new MemoryStream(Encoding.UTF8.GetBytes(text))));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[]""", "no object")]
    [InlineData("""{"name":""", "no JSON")]
    [InlineData("""{"name":"\ud800"}""", "no JSON")]
    [InlineData("""{"probes":["\ud800x"]}""", "no JSON")]
    public void A_header_that_is_none_is_damage(string json, string message)
    {
        var file = new MemoryStream();
        using var blocks = new BlockWriter(file);
        blocks.Write(RecordingFormat.HeaderBlock, Encoding.UTF8.GetBytes(json));
        InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => new RecordingReader(new MemoryStream(file.ToArray())));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(RecordingFormat.Magic.Length, refused.Offset);
    }

    [Fact]
    public void A_map_whose_rest_is_missing_is_damage()
    {
        // A part of @s that says that more follows, and then an end, or something else.
        byte[] part = [(byte)ItemKind.Map, 1, 1, 1, (byte)'@', (byte)ValueKind.Null, (byte)ValueKind.True, 0, 2];
        foreach (byte[] items in (byte[][])[part, [.. part, (byte)ItemKind.Attached, 1]])
        {
            InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => ReadInto([], File(items)));
            Assert.Contains("the rest of a map", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_recording_that_was_appended_to_another_is_not_passed_over()
    {
        byte[] file = ThreeBlocks();
        var given = new List<TraceRecord>();
        InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => ReadInto(given, [.. file, .. file]));
        Assert.Contains("something follows its end", refused.Message, StringComparison.Ordinal);
        Assert.Equal(file.Length, refused.Offset);
        Assert.Equal(Read(file).Count, given.Count);
    }

    [Fact]
    public void A_newer_format_is_named()
    {
        byte[] file = ThreeBlocks();
        file[RecordingFormat.Magic.Length - 1] = 9;
        InvalidRecordingException refused = Assert.Throws<InvalidRecordingException>(() => new RecordingReader(new MemoryStream(file)));
        Assert.Contains("format 9", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A file on a disk that can be full: then half of what is written is in it.</summary>
    private sealed class FullFile : MemoryStream
    {
        public bool IsFull { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!IsFull)
            {
                base.Write(buffer);
                return;
            }

            base.Write(buffer[..(buffer.Length / 2)]);
            throw new IOException("No space left on device");
        }
    }

    private static byte[] ThreeBlocks()
    {
        var file = new MemoryStream();
        using var blocks = new BlockWriter(file);
        blocks.Write(RecordingFormat.HeaderBlock, s_info.ToJson());
        blocks.WriteRecords(Items(new AttachedRecord(5)));
        blocks.WriteRecords(Items(new MapRecord([.. Enumerable.Range(0, 40).Select(i => new MapEntry("@m", $"key {i}", 1L))])));
        blocks.Write(RecordingFormat.EndBlock, []);
        return file.ToArray();
    }

    private static byte[] File(byte[] items)
    {
        var file = new MemoryStream();
        using var blocks = new BlockWriter(file);
        blocks.Write(RecordingFormat.HeaderBlock, s_info.ToJson());
        blocks.Write(RecordingFormat.PlainBlock, items);
        blocks.Write(RecordingFormat.EndBlock, []);
        return file.ToArray();
    }

    /// <summary>The bytes of one block of records.</summary>
    private static byte[] Items(params TraceRecord[] records)
    {
        using var reader = new BlockReader(new MemoryStream(Record(records)));
        reader.ReadMagic();
        reader.Read();
        return reader.Read().Bytes.ToArray();
    }

    /// <summary>Where each block ends.</summary>
    private static List<int> Blocks(byte[] file)
    {
        var ends = new List<int>();
        for (int at = RecordingFormat.Magic.Length; at < file.Length; ends.Add(at))
            at += RecordingFormat.BlockHeaderSize + BitConverter.ToInt32(file, at + 4);
        return ends;
    }
}
