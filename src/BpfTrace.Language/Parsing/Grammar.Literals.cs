using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // 42  0x2a  052  1_000  1e6  10ms  1ull
    private static Parsed<IntegerLiteralExpressionSyntax> IntegerHere(ScriptInput here)
    {
        int start = here.Position;
        int digitsEnd = ScanDigits(here, out bool trailingUnderscore);
        if (trailingUnderscore)
        {
            return Combinators.Fail<IntegerLiteralExpressionSyntax>(
                here, new TextSpan(digitsEnd - 1, 1), "trailing underscore in integer literal", DiagnosticIds.InvalidInteger);
        }
        int end = ScanSuffix(here.Text, digitsEnd);
        if (end < here.Text.Length && SyntaxFacts.IsIdentifierStart(here.Text[end]))
        {
            TextSpan bad = TextSpan.FromBounds(end, Layout.IdentifierEnd(here.Text, end));
            return Combinators.Fail<IntegerLiteralExpressionSyntax>(
                here, bad, $"invalid integer suffix '{here.State.Source.ToString(bad)}'", DiagnosticIds.InvalidInteger);
        }
        TextSpan span = TextSpan.FromBounds(start, end);
        string text = here.State.Source.ToString(span);
        return IntegerLiteral.TryParse(text, out ulong value, out IntegerSuffix suffix, out string error)
            ? Combinators.Success(new IntegerLiteralExpressionSyntax(span, value, text, suffix), here.At(end))
            : Combinators.Fail<IntegerLiteralExpressionSyntax>(here, span, error, DiagnosticIds.InvalidInteger);
    }

    /// <summary>An integer that must come next.</summary>
    private static Parser<IntegerLiteralExpressionSyntax> Integer(string message) => input =>
    {
        ScriptInput here = SkipLayout(input);
        return char.IsAsciiDigit(here.Peek())
            ? IntegerHere(here)
            : Combinators.Fail<IntegerLiteralExpressionSyntax>((ScriptInput)input, message);
    };

    private static int ScanDigits(ScriptInput here, out bool trailingUnderscore)
    {
        string text = here.Text;
        int at = here.Position;
        if (here.Peek() == '0' && here.Peek(1) is 'x' or 'X')
        {
            at += 2;
            while (at < text.Length && (char.IsAsciiHexDigit(text[at]) || text[at] == '_'))
                at++;
        }
        else
        {
            at = ScanDecimal(text, at);
            trailingUnderscore = text[at - 1] == '_';
            if (trailingUnderscore)
                return at;
            if (at < text.Length && text[at] is 'e' or 'E')
                at = ScanDecimal(text, at + 1);
        }
        trailingUnderscore = text[at - 1] == '_';
        return at;
    }

    private static int ScanDecimal(string text, int at)
    {
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '_'))
            at++;
        return at;
    }

    private static int ScanSuffix(string text, int at)
    {
        char At(int offset) => at + offset < text.Length ? text[at + offset] : '\0';

        if (At(0) is 'n' or 'u' or 'm' && At(1) == 's')
            return at + 2;
        if (At(0) is 's' or 'm' or 'h' or 'd')
            return at + 1;
        int length = At(0) is 'u' or 'U' ? 1 : 0;
        for (int i = 0; i < 2 && At(length) is 'l' or 'L'; i++)
            length++;
        return at + length;
    }

    // "text\n"
    private static Parsed<StringLiteralExpressionSyntax> StringHere(ScriptInput here)
    {
        string text = here.Text;
        int start = here.Position;
        ImmutableArray<byte>.Builder bytes = ImmutableArray.CreateBuilder<byte>();
        int plain = start + 1;
        for (int at = plain; at < text.Length && text[at] != '\n'; at++)
        {
            if (text[at] is not ('"' or '\\'))
                continue;
            AppendUtf8(bytes, text.AsSpan(plain..at));
            if (text[at] == '"')
            {
                TextSpan span = TextSpan.FromBounds(start, at + 1);
                return Combinators.Success(new StringLiteralExpressionSyntax(span, bytes.ToImmutable()), here.At(at + 1));
            }
            int end = ReadEscape(here, at, bytes);
            if (end < 0)
                return new Parsed<StringLiteralExpressionSyntax>(here);
            plain = end;
            at = end - 1;
        }
        int lineEnd = text.IndexOf('\n', start);
        lineEnd = lineEnd < 0 ? text.Length : lineEnd;
        if (lineEnd > start + 1 && text[lineEnd - 1] == '\r')
            lineEnd--;
        here.State.RecordFinal(TextSpan.FromBounds(start, lineEnd), "unterminated string", DiagnosticIds.UnterminatedString);
        return new Parsed<StringLiteralExpressionSyntax>(here);
    }

    /// <summary>Reads the escape whose backslash is at <paramref name="at"/>; the position after it, or -1 after recording why not.</summary>
    private static int ReadEscape(ScriptInput here, int at, ImmutableArray<byte>.Builder bytes)
    {
        string text = here.Text;
        char escape = at + 1 < text.Length ? text[at + 1] : '\n';
        switch (escape)
        {
            case 'n':
                bytes.Add((byte)'\n');
                return at + 2;
            case 't':
                bytes.Add((byte)'\t');
                return at + 2;
            case 'r':
                bytes.Add((byte)'\r');
                return at + 2;
            case '"' or '\\':
                bytes.Add((byte)escape);
                return at + 2;
            case >= '0' and <= '7':
                return ReadOctalEscape(here, at, bytes);
            case 'x' or 'X':
                return ReadHexEscape(here, at, bytes);
            case '\n':
                // The line ends: the string is unterminated, which the caller reports.
                return at + 1;
            default:
                here.State.Record(new TextSpan(at, 2), $"invalid escape character '\\{escape}'", DiagnosticIds.InvalidEscape);
                return -1;
        }
    }

    private static int ReadOctalEscape(ScriptInput here, int at, ImmutableArray<byte>.Builder bytes)
    {
        int value = 0;
        int end = at + 1;
        for (; end < here.Text.Length && end < at + 4 && here.Text[end] is >= '0' and <= '7'; end++)
            value = (value * 8) + (here.Text[end] - '0');
        if (value > byte.MaxValue)
        {
            TextSpan span = TextSpan.FromBounds(at, end);
            here.State.Record(span, $"octal escape sequence out of range '{here.State.Source.ToString(span)}'", DiagnosticIds.InvalidEscape);
            return -1;
        }
        bytes.Add((byte)value);
        return end;
    }

    private static int ReadHexEscape(ScriptInput here, int at, ImmutableArray<byte>.Builder bytes)
    {
        int end = at + 2;
        while (end < here.Text.Length && end < at + 4 && char.IsAsciiHexDigit(here.Text[end]))
            end++;
        if (end == at + 2)
        {
            here.State.Record(new TextSpan(at, 2), "invalid hex escape sequence", DiagnosticIds.InvalidEscape);
            return -1;
        }
        bytes.Add(Convert.ToByte(here.Text[(at + 2)..end], 16));
        return end;
    }

    private static void AppendUtf8(ImmutableArray<byte>.Builder bytes, ReadOnlySpan<char> text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            foreach (char c in text)
                bytes.Add((byte)c);
        }
        else
        {
            bytes.AddRange(SourceText.Encode(text));
        }
    }
}
