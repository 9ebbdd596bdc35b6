using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace BpfTrace.Language.Text;

/// <summary>UTF-8 that loses nothing: an invalid byte <c>b</c> travels as the lone surrogate <c>U+DC00 + b</c>.</summary>
internal static class SourceEncoding
{
    private const char EscapeBase = '\uDC00';

    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (bytes.StartsWith(mark))
            bytes = bytes[mark.Length..];
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                // consumed covers a maximal invalid run; each of its bytes gets its own column.
                foreach (byte b in bytes[..consumed])
                    text.Append((char)(EscapeBase + b));
            }
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    internal static byte[] Encode(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int consumed) == OperationStatus.Done)
            {
                int length = rune.EncodeToUtf8(buffer);
                bytes.AddRange(buffer[..length]);
            }
            else if (text[0] is >= '\uDC80' and <= '\uDCFF')
            {
                bytes.Add((byte)(text[0] - EscapeBase));
            }
            else
            {
                // Any other lone surrogate came from a .NET string, not from bytes: the replacement character.
                bytes.AddRange([0xEF, 0xBF, 0xBD]);
            }
            text = text[consumed..];
        }
        return [.. bytes];
    }
}
