namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    private static readonly string s_indent = new(' ', IndentWidth);

    /// <summary>
    /// What stands before a block, its braces and what is in them, a line each. Comments between the two go behind the opening brace.
    /// </summary>
    /// <param name="head">What stands before; the rest is added to it.</param>
    /// <param name="block">The block.</param>
    /// <param name="givesValue">Whether a last expression would be its value: a statement there needs its semicolon.</param>
    /// <param name="width">The space for the whole.</param>
    /// <param name="comments">Comments from before what stands before.</param>
    private TextBlock Braces(TextBlock head, BlockExpressionSyntax block, bool givesValue, int width, List<PlacedComment>? comments = null)
    {
        head.Text("{");
        comments ??= [];
        if (_source is not null)
            TakeCommentsAtBrace(SkipLayout(block.Span.Start), comments);
        TextBlock content = Content(block, givesValue, comments, width - IndentWidth);
        if (FitsAtBrace(comments))
            head.Comment(comments[0].Lines, " ");
        if (content.IsEmpty && comments.Count == 0)
            return head.Text("}");
        if (!content.IsEmpty)
            head.NewLine().Text(s_indent).Append(content);
        return head.NewLine().Text("}");
    }

    /// <summary>Comments before the opening brace, and those behind it on its line.</summary>
    private void TakeCommentsAtBrace(int brace, List<PlacedComment> comments)
    {
        while (_comments!.TakeBefore(brace) is { } before)
            comments.Add(before);
        int first = SkipLayout(brace + 1);
        while (_comments.PeekBefore(first) is { Place: CommentPlace.Trailing })
            comments.Add(_comments.TakeBefore(first)!);
    }

    private static bool FitsAtBrace(List<PlacedComment> comments) => comments.Count > 0 && comments[0].Lines.Count == 1;

    /// <summary>Statements and value, with the comments that have no place behind the opening brace before them.</summary>
    private TextBlock Content(BlockExpressionSyntax block, bool givesValue, List<PlacedComment> atBrace, int width)
    {
        var content = new TextBlock();
        for (int i = FitsAtBrace(atBrace) ? 1 : 0; i < atBrace.Count; i++)
            AddLine(content, new TextBlock().Comment(atBrace[i].Lines, ""), isSeparated: false);
        int count = block.Statements.Length;
        for (int i = 0; i < count; i++)
        {
            StatementSyntax statement = block.Statements[i];
            int start = StartOf(statement);
            OwnLines(content, start);
            bool isSeparated = IsSeparated(start);
            bool isLast = i == count - 1 && block.Value is null;
            TextBlock line = JoinLine(Lead(start), Statement(statement, width));
            if (NeedsSemicolon(statement, isLast && givesValue, i + 1 < count ? block.Statements[i + 1] : block.Value))
                line.Text(";");
            AddLine(content, line, isSeparated);
            if (!isLast)
                TrailUpTo(content, i + 1 < count ? StartOf(block.Statements[i + 1]) : block.Value!.Span.Start);
        }
        if (block.Value is { } value)
        {
            OwnLines(content, value.Span.Start);
            bool isSeparated = IsSeparated(value.Span.Start);
            AddLine(content, Bare(value, width), isSeparated);
        }
        Last(content, block.Span.End);
        return content;
    }

    /// <summary>Comments on lines of their own before a statement.</summary>
    private void OwnLines(TextBlock content, int next)
    {
        while (_comments?.PeekBefore(next) is { Place: not CommentPlace.Inline })
        {
            PlacedComment comment = _comments.TakeBefore(next)!;
            AddLine(content, new TextBlock().Comment(comment.Lines, ""), HasEmptyLineBefore(comment.Start));
        }
    }

    private static void AddLine(TextBlock content, TextBlock line, bool isSeparated)
    {
        if (!content.IsEmpty)
        {
            content.NewLine();
            if (isSeparated)
                content.NewLine();
        }
        content.Append(line);
    }

    /// <summary>A statement's first token: what a block ends with has the block's place.</summary>
    private static int StartOf(StatementSyntax statement) =>
        statement is ExpressionStatementSyntax expression ? Math.Max(statement.Span.Start, expression.Expression.Span.Start) : statement.Span.Start;

    /// <summary>
    /// A braced statement ends with its brace, except where its value would be taken for the block's, or what follows would belong to it.
    /// </summary>
    private static bool NeedsSemicolon(StatementSyntax statement, bool wouldBeValue, SyntaxNode? next) =>
        statement is ExpressionStatementSyntax { Expression: IfExpressionSyntax or BlockExpressionSyntax }
        && (wouldBeValue || (next is not null && BeginsLikeOperator(next)));

    private static bool BeginsLikeOperator(SyntaxNode node)
    {
        while (true)
        {
            switch (node)
            {
                case ExpressionStatementSyntax statement:
                    node = statement.Expression;
                    break;
                case BinaryExpressionSyntax binary:
                    node = binary.Left;
                    break;
                case ConditionalExpressionSyntax conditional:
                    node = conditional.Condition;
                    break;
                case UnaryExpressionSyntax unary:
                    return unary.Operator is UnaryOperatorKind.Negate or UnaryOperatorKind.Dereference or UnaryOperatorKind.AddressOf;
                default:
                    return false;
            }
        }
    }

    /// <summary>A block that is a value, after what it is assigned to: on one line where it is short and holds nothing but the value.</summary>
    private TextBlock BlockValue(TextBlock head, BlockExpressionSyntax block, int width)
    {
        if (block is not { Statements.IsEmpty: true, Value: { } value } || _comments?.HasLineEndBefore(block.Span.End) == true || ShowsGrouping)
            return Braces(head, block, givesValue: true, width);
        TextBlock inside = Bare(value, width - IndentWidth);
        List<PlacedComment> comments = CommentsBefore(block.Span.End);
        bool isShort = inside.LineCount == 1 && head.Width + inside.Width + InlineWidth(comments) + 4 <= width;
        AtBrace(inside, comments, isShort);
        if (isShort)
            return head.Text("{ ").Append(inside).Text(" }");
        return head.Text("{").NewLine().Text(s_indent).Append(inside).NewLine().Text("}");
    }

    /// <summary>
    /// <c>if</c>, after what it is assigned to: as a statement a line per branch's part, as a value on one line where it is short.
    /// </summary>
    private TextBlock If(TextBlock head, IfExpressionSyntax branch, int width, bool isStatement)
    {
        bool mayBeShort = !isStatement && !ShowsGrouping && branch.Then is { Statements.IsEmpty: true, Value: not null }
            && branch.Else is BlockExpressionSyntax { Statements.IsEmpty: true, Value: not null } && _comments?.HasLineEndBefore(branch.Span.End) != true;
        head.Text("if ").Append(Condition(branch.Condition, branch.Span.Start + 2, width - 5)).Text(" ");
        if (mayBeShort)
            return ShortIf(head, branch.Then, (BlockExpressionSyntax)branch.Else!, width);
        TextBlock block = Braces(head, branch.Then, !isStatement, width);
        while (branch.Else is IfExpressionSyntax next)
        {
            List<PlacedComment> comments = CommentsBefore(next.Condition.Span.Start);
            block.Text(" else if ").Append(Condition(next.Condition, next.Span.Start + 2, width - 12)).Text(" ");
            block = Braces(block, next.Then, !isStatement, width, comments);
            branch = next;
        }
        if (branch.Else is BlockExpressionSyntax otherwise)
            block = Braces(block.Text(" else "), otherwise, !isStatement, width);
        return block;
    }

    /// <summary>The comments up to a position, to be put where they fit: those before <c>else</c> and its condition go behind its brace.</summary>
    private List<PlacedComment> CommentsBefore(int position)
    {
        var comments = new List<PlacedComment>();
        while (_comments?.TakeBefore(position) is { } comment)
            comments.Add(comment);
        return comments;
    }

    private static int InlineWidth(List<PlacedComment> comments)
    {
        int width = 0;
        foreach (PlacedComment comment in comments)
            width += comment.Lines[0].Length + 1;
        return width;
    }

    /// <summary>Comments before a closing brace: on its line, or at the end of the line before it, where they do not count for the width.</summary>
    private static void AtBrace(TextBlock block, List<PlacedComment> comments, bool isOnLine)
    {
        foreach (PlacedComment comment in comments)
        {
            if (isOnLine)
                Tail(block, comment);
            else
                block.Comment(comment.Lines, " ");
        }
    }

    private TextBlock ShortIf(TextBlock head, BlockExpressionSyntax then, BlockExpressionSyntax otherwise, int width)
    {
        TextBlock first = Bare(then.Value!, width - IndentWidth);
        List<PlacedComment> afterFirst = CommentsBefore(then.Span.End);
        TextBlock second = Bare(otherwise.Value!, width - IndentWidth);
        List<PlacedComment> afterSecond = CommentsBefore(otherwise.Span.End);
        bool isShort = head.LineCount == 1 && first.LineCount == 1 && second.LineCount == 1
            && head.Width + first.Width + InlineWidth(afterFirst) + second.Width + InlineWidth(afterSecond) + 15 <= width;
        AtBrace(first, afterFirst, isShort);
        AtBrace(second, afterSecond, isShort);
        if (isShort)
            return head.Text("{ ").Append(first).Text(" } else { ").Append(second).Text(" }");
        head.Text("{").NewLine().Text(s_indent).Append(first).NewLine();
        return head.Text("} else {").NewLine().Text(s_indent).Append(second).NewLine().Text("}");
    }

    /// <summary>
    /// A condition before a brace: in parentheses where it is written so or needs them. Without, it is an operand that does not itself begin
    /// with one.
    /// </summary>
    private TextBlock Condition(ExpressionSyntax condition, int afterKeyword, int width)
    {
        if (ShowsGrouping)
        {
            TextBlock operand = Operand(condition, width);
            return operand.First == '(' && IsPrimary(condition) ? new TextBlock().Text("(").Append(operand).Text(")") : operand;
        }
        bool isUnary = IsPrimary(condition) || condition is UnaryExpressionSyntax or ComptimeExpressionSyntax;
        bool hasParentheses = !isUnary || IsParenthesis(afterKeyword);
        TextBlock? lead = Lead(condition.Span.Start);
        TextBlock block = Bare(condition, hasParentheses ? width - 2 : width);
        if (hasParentheses || block.First == '(')
            block = new TextBlock().Text("(").Append(block).Text(")");
        return Join(lead, block);
    }

    /// <summary>Whether the first token from a position on is an opening parenthesis.</summary>
    private bool IsParenthesis(int position)
    {
        int at = _source is null ? 0 : SkipLayout(position);
        return _source is not null && at < _source.Length && _source.Text[at] == '(';
    }
}
