using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Parsing;

/// <summary>White space, comments and the extent of tokens.</summary>
internal static class Layout
{
    /// <summary>The first position from <paramref name="position"/> on that is neither white space nor in a comment.</summary>
    internal static int Skip(ParseState state, int position)
    {
        string text = state.Text;
        while (position < text.Length)
        {
            char c = text[position];
            if (IsSpace(c))
            {
                position++;
            }
            else if (c == '/' && position + 1 < text.Length && text[position + 1] == '/')
            {
                int end = text.IndexOf('\n', position);
                end = end < 0 ? text.Length : end;
                state.AddComment(position, end);
                position = end;
            }
            else if (c == '/' && position + 1 < text.Length && text[position + 1] == '*')
            {
                int end = text.IndexOf("*/", position + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    state.RecordFinal(new TextSpan(position, 2), "unterminated comment", DiagnosticIds.UnterminatedComment);
                    return text.Length;
                }
                state.AddComment(position, end + 2);
                position = end + 2;
            }
            else
            {
                break;
            }
        }
        return position;
    }

    internal static bool IsSpace(char c) => c is ' ' or '\n' or '\t' or '\r' or '\v' or '\f';

    /// <summary>Where the token at <paramref name="start"/> ends, as bpftrace underlines it (<c>Parser::error</c>).</summary>
    internal static int TokenEnd(string text, int start)
    {
        if (start >= text.Length)
            return text.Length;
        char c = text[start];
        int end = start + 1;
        if (SyntaxFacts.IsIdentifierStart(c) || c is '@' or '$')
            return IdentifierEnd(text, end);
        if (char.IsAsciiDigit(c))
        {
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '.'))
                end++;
        }
        return end;
    }

    /// <summary>The first position from <paramref name="position"/> on that is no part of an identifier.</summary>
    internal static int IdentifierEnd(string text, int position)
    {
        while (position < text.Length && SyntaxFacts.IsIdentifierPart(text[position]))
            position++;
        return position;
    }

    /// <summary>The position after the bracket that closes the one at <paramref name="position"/>, or -1.</summary>
    internal static int BalancedEnd(string text, int position, char open, char close)
    {
        int depth = 0;
        for (; position < text.Length; position++)
        {
            if (text[position] == open)
                depth++;
            else if (text[position] == close && --depth == 0)
                return position + 1;
        }
        return -1;
    }
}
