using System.Buffers;
using System.Text;

namespace BpfTrace.Formatting;

/// <summary>
/// Strings for files that are Unicode. Strings from the kernel are bytes, and those that are not UTF-8 travel as lone surrogates in them
/// (<see cref="Formatting.KernelText"/>), which no such file can hold.
/// </summary>
internal static class UnicodeText
{
    /// <summary>The string with each lone surrogate replaced by U+FFFD; the same string where there is none.</summary>
    public static string Repair(string text)
    {
        int bad = IndexOfInvalid(text);
        if (bad < 0)
            return text;
        var repaired = new StringBuilder(text.Length).Append(text, 0, bad);
        foreach (Rune rune in text.AsSpan(bad).EnumerateRunes())
            repaired.Append(rune.ToString()); // an invalid one is enumerated as U+FFFD
        return repaired.ToString();
    }

    /// <summary>The string with what XML 1.0 cannot hold replaced by U+FFFD, and what it gives a meaning escaped.</summary>
    public static string Xml(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&':
                    escaped.Append("&amp;");
                    break;
                case '<':
                    escaped.Append("&lt;");
                    break;
                case '>':
                    escaped.Append("&gt;");
                    break;
                case '"':
                    escaped.Append("&quot;");
                    break;
                case '\'':
                    escaped.Append("&#39;");
                    break;
                case '\n' or '\t':
                    escaped.Append(' ');
                    break;
                case < 0x20 or (>= 0x7F and < 0xA0) or 0xFFFE or 0xFFFF:
                    escaped.Append('\uFFFD');
                    break;
                default:
                    escaped.Append(rune.ToString());
                    break;
            }
        }

        return escaped.ToString();
    }

    private static int IndexOfInvalid(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            int surrogate = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (surrogate < 0)
                return -1;
            rest = rest[surrogate..];
            if (Rune.DecodeFromUtf16(rest, out _, out int consumed) != OperationStatus.Done)
                return text.Length - rest.Length;
            rest = rest[consumed..];
        }
    }
}
