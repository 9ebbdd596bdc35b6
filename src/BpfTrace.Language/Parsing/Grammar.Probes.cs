using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // kprobe:f, tracepoint:a:b, /pid == 1/ { … }
    private static IResult<MemberSyntax> Probe(ScriptInput here)
    {
        ImmutableArray<AttachPointSyntax>.Builder attachPoints = ImmutableArray.CreateBuilder<AttachPointSyntax>(1);
        ScriptInput next = here;
        do
        {
            IResult<AttachPointSyntax> attachPoint = AttachPoint(next);
            if (!attachPoint.WasSuccessful)
                return Combinators.Fail<MemberSyntax>(attachPoint);
            attachPoints.Add(attachPoint.Value);
            next = SkipLayout(attachPoint.Remainder);
        }
        while (ContinuesList(ref next));

        TextSpan span = TextSpan.FromBounds(here.Position, attachPoints[^1].Span.End);
        PredicateSyntax? predicate = null;
        if (next.Peek() == '/')
        {
            IResult<PredicateSyntax> slashes = s_predicate(next);
            if (!slashes.WasSuccessful)
                return Combinators.Fail<MemberSyntax>(slashes);
            predicate = slashes.Value;
            next = (ScriptInput)slashes.Remainder;
        }
        IResult<BlockExpressionSyntax> body = Body(next);
        return body.WasSuccessful
            ? Combinators.Success<MemberSyntax>(new ProbeSyntax(span, attachPoints.ToImmutable(), predicate, body.Value), body.Remainder)
            : Combinators.Fail<MemberSyntax>(body);
    }

    /// <summary>Whether a comma and another attach point follow; a comma before the predicate or the body is let pass.</summary>
    private static bool ContinuesList(ref ScriptInput next)
    {
        if (next.Peek() != ',')
            return false;
        next = SkipLayout(next.At(next.Position + 1));
        return next.Peek() is not ('/' or '{');
    }

    // /pid == 1/
    private static readonly Parser<PredicateSyntax> s_predicate =
        from open in Symbol('/')
        from condition in Combinators.Rule<ExpressionSyntax>(Expression)
        from close in PredicateEnd
        select new PredicateSyntax(open.Span.Union(close.Span), condition);

    private static Parser<Token> PredicateEnd => static input =>
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == '/'
            ? Combinators.Success(new Token(new TextSpan(here.Position, 1), string.Empty), here.At(here.Position + 1))
            : Combinators.Fail<Token>(here, "expected '/' to close predicate");
    };

    // kprobe:vfs_*   uprobe:"/path with:colon":main   usdt:$1:$2   BEGIN
    private static IResult<AttachPointSyntax> AttachPoint(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        int end = AttachPointEnd(here);
        if (end < 0)
            return new Parsed<AttachPointSyntax>(here);
        if (end == here.Position)
            return Combinators.Fail<AttachPointSyntax>(here, "expected attach point");
        TextSpan span = TextSpan.FromBounds(here.Position, end);
        return Combinators.Success(AttachPointParts.Create(here.State.Source.ToString(span), span), here.At(end));
    }

    /// <summary>
    /// Where the attach point ends: at a brace, a comma, white space, or a slash (a predicate's, a comment's) that cannot begin a path
    /// because no colon came before it; -1 after recording what is wrong.
    /// </summary>
    private static int AttachPointEnd(ScriptInput here)
    {
        string text = here.Text;
        bool sawColon = false;
        for (int at = here.Position; at < text.Length; at++)
        {
            char c = text[at];
            if (c is '{' or ',' || Layout.IsSpace(c))
                return at;
            if (c == '/' && at > here.Position && !sawColon)
                return at;
            if (c == '"')
            {
                int close = QuoteEnd(text, at);
                if (close < 0)
                {
                    here.State.RecordFinal(new TextSpan(at, 1), "unterminated string", DiagnosticIds.UnterminatedString);
                    return -1;
                }
                at = close;
            }
            else if (char.IsControl(c) || char.IsSurrogate(c) && !IsPair(text, at))
            {
                here.State.Record(
                    new TextSpan(at, 1), $"unexpected character {Describe(c)} in attach point", DiagnosticIds.InvalidCharacter);
                return -1;
            }
            sawColon |= c == ':';
        }
        return text.Length;
    }

    private static int QuoteEnd(string text, int at)
    {
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i;
            if (text[i] == '\\')
                i++;
        }
        return -1;
    }

    private static bool IsPair(string text, int at) =>
        (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        || (char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1]));

    /// <summary>A character as a byte or code point: what cannot be shown must be told.</summary>
    private static string Describe(char c) => c is < '\u0080' or (>= '\uDC80' and <= '\uDCFF') ? $"\\x{c & 0xFF:x2}" : $"\\u{(int)c:x4}";
}
