using System.Buffers.Binary;
using BpfTrace.Formatting;

namespace BpfTrace.Recording;

/// <summary>Writes a block's items. What refers back (shared strings and stacks, times) refers into the same block, so that each block can be read by itself.</summary>
internal sealed class ItemWriter
{
    private readonly Utf8Writer _bytes = new(RecordingFormat.BlockBytes + 4096);
    private readonly Dictionary<string, int> _strings = new(StringComparer.Ordinal);
    private readonly Dictionary<StackTrace, int> _stacks = new(ReferenceEqualityComparer.Instance);

    public ReadOnlySpan<byte> Written => _bytes.Written;

    public int Length => _bytes.Length;

    /// <summary>The last event's times, which the next one's are written relative to.</summary>
    public long LastUnix { get; set; }

    /// <inheritdoc cref="LastUnix"/>
    public long LastBoot { get; set; }

    /// <summary>Begins a new block.</summary>
    public void Clear()
    {
        _bytes.Clear();
        _strings.Clear();
        _stacks.Clear();
        LastUnix = 0;
        LastBoot = 0;
    }

    public void Byte(byte value) => _bytes.Append(value);

    /// <summary>Seven bits a byte, the least significant first; the high bit says that more follow (LEB128).</summary>
    public void Unsigned(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Append((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Append((byte)value);
    }

    /// <summary>Zigzag, then as <see cref="Unsigned"/>.</summary>
    public void Signed(long value) => Unsigned((ulong)(value << 1) ^ (ulong)(value >> 63));

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), value);
        _bytes.Advance(sizeof(double));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Unsigned((ulong)value.Length);
        _bytes.Append(value);
    }

    /// <summary>A string that is not likely to come again.</summary>
    public void Text(string value)
    {
        Span<byte> room = _bytes.GetSpan((int)Math.Min(10 + (value.Length * 3L), int.MaxValue));
        // The length stands before the text and is known after it: room for a short one's is left.
        int length = KernelText.Encode(value, room[1..]);
        if (length < 0x80)
        {
            room[0] = (byte)length;
            _bytes.Advance(1 + length);
            return;
        }

        byte[] text = room.Slice(1, length).ToArray();
        Bytes(text);
    }

    /// <summary>A string that may come again: 0 is null, 1 is followed by its text, more is the number of one in this block.</summary>
    public void String(string? value)
    {
        if (value is null)
        {
            Unsigned(0);
        }
        else if (_strings.TryGetValue(value, out int index))
        {
            Unsigned((ulong)index + 2);
        }
        else
        {
            Unsigned(1);
            Text(value);
            if (value.Length <= RecordingFormat.LongestShared)
                _strings.Add(value, _strings.Count);
        }
    }

    /// <summary>Whether a stack was written in this block; else it is now known, and its frames are to follow.</summary>
    public bool KnownStack(StackTrace stack) => Known(_stacks, stack);

    /// <summary>Names what was written before by its number, from 1; what was not is 0 and has the next number, and its definition is to follow.</summary>
    public bool Known<T>(Dictionary<T, int> numbers, T named)
        where T : class
    {
        bool isKnown = numbers.TryGetValue(named, out int number);
        if (!isKnown)
            numbers.Add(named, numbers.Count + 1);
        Unsigned((ulong)number);
        return isKnown;
    }
}
