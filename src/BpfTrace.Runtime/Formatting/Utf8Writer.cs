using System.Buffers;
using System.Buffers.Text;
using System.Numerics;

namespace BpfTrace.Formatting;

/// <summary>A growing buffer of text as bytes. Reused from record to record; padding is inserted after the fact, so nothing is formatted twice.</summary>
internal sealed class Utf8Writer(int capacity = 256) : IBufferWriter<byte>
{
    private byte[] _buffer = new byte[capacity];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>When true, control characters in values (not in the script's own text) are written escaped.</summary>
    public bool EscapeValues { get; set; }

    public void Clear() => _length = 0;

    public void Truncate(int length) => _length = length;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_buffer.Length - _length < Math.Max(sizeHint, 1))
            Array.Resize(ref _buffer, SizeFor(_buffer.Length, _length + (long)Math.Max(sizeHint, 1)));
        return _buffer.AsSpan(_length);
    }

    /// <summary>How large a buffer becomes so that as much as is needed fits into it: doubled again and again, as far as arrays go.</summary>
    /// <exception cref="InsufficientMemoryException">No array is that large.</exception>
    internal static int SizeFor(int size, long needed) => needed > Array.MaxLength
        ? throw new InsufficientMemoryException("A text of more than 2 GB cannot be written.")
        : (int)Math.Min(Math.Max(BitOperations.RoundUpToPowerOf2((ulong)needed), (ulong)size * 2), (ulong)Array.MaxLength);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public void Advance(int count) => _length += count;

    public void Append(byte value)
    {
        GetSpan(1)[0] = value;
        _length++;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    public void Append(ReadOnlySpan<char> text) => _length += KernelText.Encode(text, GetSpan((int)Math.Min(text.Length * 3L, int.MaxValue)));

    public void Append(string text) => Append(text.AsSpan());

    public void Append(long value)
    {
        Utf8Formatter.TryFormat(value, GetSpan(20), out int written);
        _length += written;
    }

    public void Append(ulong value)
    {
        Utf8Formatter.TryFormat(value, GetSpan(20), out int written);
        _length += written;
    }

    public void AppendHex(ulong value)
    {
        Utf8Formatter.TryFormat(value, GetSpan(16), out int written, new StandardFormat('x'));
        _length += written;
    }

    /// <summary>The bytes of a value that came from the traced system.</summary>
    public void AppendValue(ReadOnlySpan<byte> bytes)
    {
        if (EscapeValues)
            ConsoleEscape.Write(this, bytes);
        else
            Append(bytes);
    }

    /// <summary>The text of a value that came from the traced system.</summary>
    public void AppendValue(string text)
    {
        int start = _length;
        Append(text);
        if (EscapeValues && ConsoleEscape.IsNeeded(_buffer.AsSpan(start, _length - start)))
        {
            byte[] bytes = _buffer[start.._length];
            _length = start;
            ConsoleEscape.Write(this, bytes);
        }
    }

    public void AppendRepeated(byte value, int count)
    {
        if (count <= 0)
            return;
        GetSpan(count)[..count].Fill(value);
        _length += count;
    }

    /// <summary>Widens what was written since <paramref name="start"/> to <paramref name="width"/> bytes.</summary>
    public void Pad(int start, int width, bool left, byte fill)
    {
        int missing = width - (_length - start);
        if (missing <= 0)
            return;
        GetSpan(missing);
        if (!left)
        {
            _buffer.AsSpan(start, _length - start).CopyTo(_buffer.AsSpan(start + missing));
            _buffer.AsSpan(start, missing).Fill(fill);
        }
        else
        {
            _buffer.AsSpan(_length, missing).Fill(fill);
        }

        _length += missing;
    }

    public override string ToString() => KernelText.Decode(Written);
}
