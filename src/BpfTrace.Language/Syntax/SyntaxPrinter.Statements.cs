namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    /// <summary>A statement with its semicolon; a braced one without.</summary>
    private TextBlock Statement(StatementSyntax statement, int width)
    {
        switch (statement)
        {
            case ExpressionStatementSyntax { Expression: IfExpressionSyntax branch }:
                return If(new TextBlock(), branch, width, isStatement: true);
            case ExpressionStatementSyntax { Expression: BlockExpressionSyntax block }:
                return Braces(new TextBlock(), block, givesValue: false, width);
            case ExpressionStatementSyntax expression when BeginsLikeStatement(expression.Expression):
                return InParentheses(expression.Expression, width).Text(";");
            case ExpressionStatementSyntax expression:
                return Bare(expression.Expression, width).Text(";");
            case AssignmentStatementSyntax assignment:
                string sign = assignment.Operator is { } kind ? $" {SyntaxFacts.GetText(kind)}= " : " = ";
                return Assigned(Bare(assignment.Target, width).Text(sign), assignment.Value, width);
            case VariableDeclarationStatementSyntax declaration:
                return Declaration(declaration, width);
            case DiscardStatementSyntax discard:
                return Assigned(new TextBlock().Text("_ = "), discard.Expression, width);
            case ReturnStatementSyntax { Value: { } value }:
                return Assigned(new TextBlock().Text("return "), value, width);
            case ReturnStatementSyntax:
                return new TextBlock().Text("return;");
            case BreakStatementSyntax:
                return new TextBlock().Text("break;");
            case ContinueStatementSyntax:
                return new TextBlock().Text("continue;");
            case ImportStatementSyntax import:
                return new TextBlock().Text(ImportText(import.Path, import.Span.Start));
            default:
                return Loop(statement, width);
        }
    }

    /// <summary>A value after what it is assigned to; a braced one keeps to the statement's edge.</summary>
    private TextBlock Assigned(TextBlock target, ExpressionSyntax value, int width)
    {
        if (value is not (IfExpressionSyntax or BlockExpressionSyntax))
            return target.Append(Bare(value, width - target.Width - 1)).Text(";");
        if (Lead(value.Span.Start) is { } lead)
            target = Join(target.Append(lead), new TextBlock());
        return (value is IfExpressionSyntax branch ? If(target, branch, width, isStatement: false) : BlockValue(target, (BlockExpressionSyntax)value, width)).Text(";");
    }

    private TextBlock Declaration(VariableDeclarationStatementSyntax declaration, int width)
    {
        TextBlock block = new TextBlock().Text("let ").Append(Bare(declaration.Variable, width));
        if (declaration.Type is not null)
            block.Text(" : ").Append(Type(declaration.Type, width));
        return declaration.Initializer is null ? block.Text(";") : Assigned(block.Text(" = "), declaration.Initializer, width);
    }

    private TextBlock Loop(StatementSyntax statement, int width)
    {
        switch (statement)
        {
            case WhileStatementSyntax loop:
                return Braces(new TextBlock().Text("while ").Append(Condition(loop.Condition, loop.Span.Start + 5, width - 8)).Text(" "), loop.Body, givesValue: false, width);
            case UnrollStatementSyntax loop:
                return Braces(new TextBlock().Text("unroll ").Append(Condition(loop.Count, loop.Span.Start + 6, width - 9)).Text(" "), loop.Body, givesValue: false, width);
            case ForStatementSyntax loop:
                return For(loop, width);
            default:
                return new TextBlock();
        }
    }

    private TextBlock For(ForStatementSyntax loop, int width)
    {
        bool hasParentheses = IsParenthesis(loop.Span.Start + 3);
        TextBlock? lead = Lead(loop.Variable.Span.Start);
        TextBlock head = new TextBlock().Text(hasParentheses ? "(" : "").Append(Bare(loop.Variable, width)).Text(" : ");
        head.Append(Bare(loop.Iterable, width - head.Width));
        if (hasParentheses)
            head.Text(")");
        return Braces(new TextBlock().Text("for ").Append(Join(lead, head)).Text(" "), loop.Body, givesValue: false, width);
    }

    /// <summary>An import as it is written, without comments in it.</summary>
    private string ImportText(string path, int start)
    {
        if (_source is null)
            return $"import {Quote(Text.SourceText.Encode(path))};";
        int quote = SkipLayout(start + "import".Length);
        int end = quote + 1;
        while (_source.Text[end] != '"')
            end += _source.Text[end] == '\\' ? 2 : 1;
        return $"import {_source.Text[quote..(end + 1)]};";
    }

    /// <summary>Whether an expression begins with a name that begins a statement elsewhere: <c>(break)</c>.</summary>
    private static bool BeginsLikeStatement(ExpressionSyntax expression) =>
        LeadingName(expression) is "break" or "continue" or "return" or "let" or "for" or "while" or "unroll" or "import" or "_";

    /// <summary>The name that an expression begins with, parentheses aside; null when it begins with something else.</summary>
    private static string? LeadingName(ExpressionSyntax expression) => expression switch
    {
        IdentifierExpressionSyntax identifier => identifier.Name,
        CallExpressionSyntax call => call.Name,
        BinaryExpressionSyntax binary => LeadingName(binary.Left),
        ConditionalExpressionSyntax conditional => LeadingName(conditional.Condition),
        UnaryExpressionSyntax unary => SyntaxFacts.IsPostfix(unary.Operator) ? LeadingName(unary.Operand) : null,
        MemberAccessExpressionSyntax access => LeadingName(access.Expression),
        TupleAccessExpressionSyntax access => LeadingName(access.Expression),
        ElementAccessExpressionSyntax access => LeadingName(access.Expression),
        _ => null,
    };
}
