using System.Buffers.Binary;
using BpfTrace.Formatting;

namespace BpfTrace.Recording;

/// <summary>Reads a block's items. Whatever the bytes are, it ends in a value or an <see cref="InvalidRecordingException"/>.</summary>
internal sealed class ItemReader(ReadOnlyMemory<byte> block, long blockOffset)
{
    private readonly List<string> _strings = [];
    private readonly List<StackTrace> _stacks = [];
    private int _position;

    public bool AtEnd => _position >= block.Length;

    public long LastUnix { get; set; }

    public long LastBoot { get; set; }

    private int Left => block.Length - _position;

    public InvalidRecordingException Damaged(string what) => new($"the recording is damaged: {what}, {_position} bytes into a block", blockOffset);

    public byte Byte() => Left > 0 ? block.Span[_position++] : throw Damaged("an item is cut off");

    public ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            if (shift == 63 && next > 1)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw Damaged("a number has more than 64 bits");
    }

    public long Signed()
    {
        ulong value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>How many elements follow, each of at least one byte.</summary>
    public int Count()
    {
        ulong count = Unsigned();
        return count <= (ulong)Left ? (int)count : throw Damaged($"{count} elements are said to follow and {Left} bytes are left");
    }

    /// <summary>A number that is less than a limit.</summary>
    public int Index(int limit, string what)
    {
        ulong index = Unsigned();
        return index < (ulong)limit ? (int)index : throw Damaged($"{what} {index} of {limit} is named");
    }

    public int Int32(string what)
    {
        ulong value = Unsigned();
        return value <= int.MaxValue ? (int)value : throw Damaged($"{what} is {value}");
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public ReadOnlySpan<byte> Bytes() => Take(Count());

    public string Text() => KernelText.Decode(Bytes());

    public string? String()
    {
        ulong index = Unsigned();
        if (index == 0)
            return null;
        if (index > 1)
        {
            index -= 2;
            return index < (ulong)_strings.Count ? _strings[(int)index] : throw Damaged($"string {index} of {_strings.Count} is named");
        }

        string text = Text();
        if (text.Length <= RecordingFormat.LongestShared)
            _strings.Add(text);
        return text;
    }

    public string RequiredString(string what) => String() ?? throw Damaged($"{what} is missing");

    /// <summary>A stack of this block; null when its frames follow and it is to be added.</summary>
    public StackTrace? KnownStack() => Known(_stacks, "stack", limit: int.MaxValue); // as many as the block has room for

    /// <summary>What <see cref="ItemWriter.Known"/> names; null when its definition follows and it is to be added.</summary>
    public T? Known<T>(List<T> known, string what, int limit = RecordingFormat.MaximumDefinitions)
        where T : class
    {
        ulong number = Unsigned();
        if (number > (ulong)known.Count)
            throw Damaged($"{what} {number} of {known.Count} is named");
        if (number > 0)
            return known[(int)number - 1];
        return known.Count < limit ? null : throw Damaged($"too many {what}s");
    }

    public void Add(StackTrace stack) => _stacks.Add(stack);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > Left)
            throw Damaged("an item is cut off");
        _position += length;
        return block.Span.Slice(_position - length, length);
    }
}
