using System.Text;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    private static bool IsCDefinition(ScriptInput here) =>
        (here.Peek() == '#' && here.Peek(1) != '!')
        || (PeekWord(here) is "struct" or "union" or "enum" && LooksLikeCType(here));

    /// <summary>
    /// Whether names and balanced groups lead from the keyword to a brace: <c>struct __attribute__((packed)) S {</c> does,
    /// an attach point <c>struct:x</c> does not.
    /// </summary>
    private static bool LooksLikeCType(ScriptInput here)
    {
        string text = here.Text;
        int at = Layout.Skip(here.State, Layout.IdentifierEnd(text, here.Position));
        while (at < text.Length)
        {
            char c = text[at];
            if (c == '{')
                return true;
            int end = c switch
            {
                '(' => Layout.BalancedEnd(text, at, '(', ')'),
                '[' => Layout.BalancedEnd(text, at, '[', ']'),
                _ => SyntaxFacts.IsIdentifierStart(c) ? Layout.IdentifierEnd(text, at) : -1,
            };
            if (end < 0)
                return false;
            at = Layout.Skip(here.State, end);
        }
        return false;
    }

    private static IResult<CDefinitionSyntax> CDefinition(ScriptInput here) =>
        here.Peek() == '#' ? PreprocessorLine(here) : CType(here);

    // #define N 5      a backslash continues the line
    private static Parsed<CDefinitionSyntax> PreprocessorLine(ScriptInput here)
    {
        string text = here.Text;
        int end = here.Position;
        while (true)
        {
            int lineEnd = text.IndexOf('\n', end);
            end = lineEnd < 0 ? text.Length : lineEnd;
            if (lineEnd < 0 || !text.AsSpan(here.Position..lineEnd).TrimEnd('\r').EndsWith("\\"))
                break;
            end++;
        }
        TextSpan span = TextSpan.FromBounds(here.Position, end);
        string line = here.State.Source.ToString(span).TrimEnd();
        return Combinators.Success(
            new CDefinitionSyntax(span, CDefinitionKind.Preprocessor, line), here.At(Math.Min(end + 1, text.Length)));
    }

    // struct S { int x; } __attribute__((packed));
    private static Parsed<CDefinitionSyntax> CType(ScriptInput here)
    {
        string text = here.Text;
        int end = BraceEnd(text, text.IndexOf('{', here.Position));
        if (end < 0)
            return Combinators.Fail<CDefinitionSyntax>(here.At(text.Length), "expected '}'");
        var definition = new StringBuilder(text, here.Position, end - here.Position, end - here.Position + 16);

        ScriptInput next = SkipLayout(here.At(end));
        while (IsWord(next, "__attribute__"))
        {
            ScriptInput open = SkipLayout(next.At(next.Position + "__attribute__".Length));
            if (open.Peek() != '(' || open.Peek(1) != '(')
                return Combinators.Fail<CDefinitionSyntax>(open, "__attribute__ syntax error, expected '(('");
            int close = Layout.BalancedEnd(text, open.Position, '(', ')');
            if (close < 0)
                return Combinators.Fail<CDefinitionSyntax>(open, "__attribute__ syntax error, mismatched '(' and ')'");
            definition.Append(text, end, close - end);
            end = close;
            next = SkipLayout(here.At(close));
        }
        definition.Append(';');
        ScriptInput after = next.Peek() == ';' ? next.At(next.Position + 1) : next;
        return Combinators.Success(
            new CDefinitionSyntax(here.To(after), CDefinitionKind.Type, definition.ToString()), after);
    }

    /// <summary>The position after the brace that closes the one at <paramref name="at"/>, comments skipped, or -1.</summary>
    private static int BraceEnd(string text, int at)
    {
        int depth = 0;
        while (at < text.Length)
        {
            char c = text[at];
            char next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (c == '/' && next is '/' or '*')
            {
                int end = next == '/' ? text.IndexOf('\n', at) : text.IndexOf("*/", at + 2, StringComparison.Ordinal);
                if (end < 0)
                    return -1;
                at = next == '/' ? end : end + 2;
                continue;
            }
            if (c == '{')
                depth++;
            else if (c == '}' && --depth == 0)
                return at + 1;
            at++;
        }
        return -1;
    }
}
