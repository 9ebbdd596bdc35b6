using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace BpfTrace.Formatting;

/// <summary>
/// Strings from the kernel are bytes. As .NET strings they lose nothing: a byte <c>b</c> that is not UTF-8 travels as the lone surrogate
/// U+DC00 + b (Python's <c>surrogateescape</c>), and comes out again as that byte.
/// </summary>
internal static class KernelText
{
    private const char EscapeBase = '\uDC00';

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        Span<char> units = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == OperationStatus.Done)
            {
                text.Append(units[..rune.EncodeToUtf16(units)]);
            }
            else
            {
                foreach (byte b in bytes[..consumed])
                    text.Append((char)(EscapeBase + b));
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <summary>Writes a string's bytes; <paramref name="destination"/> must have three bytes for each code unit.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (Utf8.FromUtf16(text, destination, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done)
            return written;
        written = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int consumed) == OperationStatus.Done)
                written += rune.EncodeToUtf8(destination[written..]);
            else if (text[0] is >= '\uDC80' and <= '\uDCFF')
                destination[written++] = (byte)(text[0] - EscapeBase);
            else
                written += Rune.ReplacementChar.EncodeToUtf8(destination[written..]);
            text = text[consumed..];
        }

        return written;
    }
}
