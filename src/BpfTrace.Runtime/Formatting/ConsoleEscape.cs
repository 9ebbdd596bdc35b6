using System.Buffers;
using System.Text;

namespace BpfTrace.Formatting;

/// <summary>
/// Makes text from the traced system harmless on a terminal: file names and arguments can carry escape sequences. Control characters (C0
/// but tab and line feed, DEL, C1), bidirectional overrides and bytes that are not UTF-8 are written as <c>\x1b</c> and <c>\u202e</c>.
/// </summary>
public static class ConsoleEscape
{
    private static readonly SearchValues<byte> s_plain = SearchValues.Create(MakePlain());

    /// <summary>Whether <see cref="Write(IBufferWriter{byte}, ReadOnlySpan{byte})"/> would change anything, or has to look closer.</summary>
    internal static bool IsNeeded(ReadOnlySpan<byte> bytes) => bytes.ContainsAnyExcept(s_plain);

    /// <summary>Writes UTF-8 text with what a terminal would obey made visible.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (!bytes.IsEmpty)
        {
            int plain = bytes.IndexOfAnyExcept(s_plain);
            if (plain < 0)
                plain = bytes.Length;
            output.Write(bytes[..plain]);
            bytes = bytes[plain..];
            if (bytes.IsEmpty)
                return;
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed);
            if (status != OperationStatus.Done)
            {
                foreach (byte b in bytes[..consumed])
                    WriteHex(output, (byte)'x', b, 2);
            }
            else if (IsControl(rune.Value))
            {
                WriteHex(output, rune.Value > 0xFF ? (byte)'u' : (byte)'x', rune.Value, rune.Value > 0xFF ? 4 : 2);
            }
            else
            {
                output.Write(bytes[..consumed]);
            }

            bytes = bytes[consumed..];
        }
    }

    /// <summary>The same for a string; the string itself when there is nothing to escape.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool clean = true;
        foreach (char c in text)
            clean &= !IsControl(c) && !char.IsSurrogate(c);
        if (clean)
            return text;
        var bytes = new Utf8Writer(text.Length);
        bytes.Append(text);
        var escaped = new Utf8Writer(bytes.Length);
        Write(escaped, bytes.Written);
        return escaped.ToString();
    }

    /// <summary>Whether the texts of an event hold nothing that a terminal would obey.</summary>
    /// <param name="traceEvent">The event.</param>
    public static bool IsHarmless(TraceEvent traceEvent)
    {
        ArgumentNullException.ThrowIfNull(traceEvent);
        return IsPlain(traceEvent.ProbeName) && traceEvent.HasPlainText;
    }

    /// <summary>Whether the texts of a map's entry hold nothing that a terminal would obey.</summary>
    /// <param name="entry">The entry.</param>
    public static bool IsHarmless(MapEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return IsPlain(entry.Map) && IsPlain(entry.Key) && IsPlain(entry.Value);
    }

    /// <summary>Whether <see cref="Escape"/> leaves a text as it is.</summary>
    internal static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~') || Escape(text) == text;

    /// <summary>Whether the text that a value is shown by is plain.</summary>
    internal static bool IsPlain(object? value) => value switch
    {
        null or ValueType => true,
        string text => IsPlain(text),
        _ => IsPlain(value.ToString() ?? ""),
    };

    private static bool IsControl(int value) =>
        value is (< 0x20 and not '\t' and not '\n') or (>= 0x7F and <= 0x9F) or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)
            or 0x200E or 0x200F or 0x2028 or 0x2029;

    private static byte[] MakePlain() => [(byte)'\t', (byte)'\n', .. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b)];

    private static void WriteHex(IBufferWriter<byte> output, byte kind, int value, int digits)
    {
        Span<byte> span = output.GetSpan(2 + digits);
        span[0] = (byte)'\\';
        span[1] = kind;
        for (int i = 0; i < digits; i++)
            span[2 + i] = "0123456789abcdef"u8[(value >> (4 * (digits - 1 - i))) & 15];
        output.Advance(2 + digits);
    }
}
