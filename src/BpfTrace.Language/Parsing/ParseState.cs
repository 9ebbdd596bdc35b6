using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Parsing;

/// <summary>
/// What all positions of one parse share: the text, the furthest failure, the nesting depth. Sprache's <c>Many</c> and
/// <c>Optional</c> drop a failure inside them; here it is kept, and it is the one reported.
/// </summary>
internal sealed class ParseState(SourceText source)
{
    private Failure? _failure;

    internal SourceText Source { get; } = source;

    internal string Text { get; } = source.Text;

    /// <summary>How many rules that nest are open; see <see cref="Combinators.Nested{T}"/>.</summary>
    internal int Depth { get; set; }

    /// <summary>
    /// How many left-associative links were made in the statement being read and those around it: an upper bound of what the depth of the
    /// tree here exceeds the nesting by.
    /// </summary>
    internal int Links { get; set; }

    /// <summary>The most <see cref="Links"/> there were.</summary>
    internal int MaxLinks { get; private set; }

    /// <summary>Operands and operators that wait for a tighter binding right-hand side (see <c>Grammar.Binary</c>).</summary>
    internal List<PendingOperator> Pending { get; } = [];

    /// <summary>The comments found so far, in source order; null for none.</summary>
    internal List<CommentSyntax>? Comments { get; private set; }

    internal bool HasFailed => _failure is not null;

    /// <summary>A statement ends: its links are no part of the next one.</summary>
    /// <param name="before">The links before it.</param>
    internal void EndLinks(int before)
    {
        MaxLinks = Math.Max(MaxLinks, Links);
        Links = before;
    }

    /// <summary>Notes a comment that is skipped. Rules look ahead: most come by more than once, and some after later ones.</summary>
    internal void AddComment(int start, int end)
    {
        Comments ??= [];
        int at = Comments.Count;
        while (at > 0 && Comments[at - 1].Span.Start > start)
            at--;
        if (at == 0 || Comments[at - 1].Span.Start < start)
            Comments.Insert(at, new CommentSyntax(TextSpan.FromBounds(start, end)));
    }

    /// <summary>A failure of the grammar: the furthest one is kept, the first of equally far ones.</summary>
    internal void Record(TextSpan span, string message, string id = DiagnosticIds.SyntaxError)
    {
        if (_failure is null || (!_failure.IsFinal && span.Start > _failure.Span.Start))
            _failure = new Failure(span, message, id, IsFinal: false);
    }

    /// <summary>A failure no later one replaces: what follows an unterminated comment or a nesting limit means nothing.</summary>
    internal void RecordFinal(TextSpan span, string message, string id)
    {
        if (_failure is not { IsFinal: true })
            _failure = new Failure(span, message, id, IsFinal: true);
    }

    internal void ReportTo(DiagnosticBag diagnostics)
    {
        if (_failure is { } failure)
            diagnostics.ReportSyntax(failure.Id, new TextLocation(Source, failure.Span), failure.Message);
    }

    private sealed record Failure(TextSpan Span, string Message, string Id, bool IsFinal);

    /// <summary>A class, because collections of structs of one's own are not compiled ahead of time.</summary>
    internal sealed record PendingOperator(ExpressionSyntax Left, BinaryOperatorKind Operator, TextSpan Span);
}
