namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    private void NewLine() => _output.Append('\n').Append(' ', _indent * 2);

    /// <summary>Braces and what is in them, a line each.</summary>
    private void WriteBlock(BlockExpressionSyntax block)
    {
        _output.Append('{');
        _indent++;
        foreach (StatementSyntax statement in block.Statements)
        {
            NewLine();
            Write(statement);
        }
        if (block.Value is not null)
        {
            NewLine();
            WriteBare(block.Value);
        }
        _indent--;
        NewLine();
        _output.Append('}');
    }

    private void Write(StatementSyntax statement)
    {
        switch (statement)
        {
            case ExpressionStatementSyntax expression:
                WriteBare(expression.Expression);
                // Without a semicolon a block at the end of another would be its value.
                _output.Append(';');
                break;
            case AssignmentStatementSyntax assignment:
                WriteBare(assignment.Target);
                _output.Append(assignment.Operator is { } kind ? $" {SyntaxFacts.GetText(kind)}= " : " = ");
                WriteBare(assignment.Value);
                _output.Append(';');
                break;
            case VariableDeclarationStatementSyntax declaration:
                Write(declaration);
                break;
            case DiscardStatementSyntax discard:
                _output.Append("_ = ");
                WriteBare(discard.Expression);
                _output.Append(';');
                break;
            case ReturnStatementSyntax { Value: { } value }:
                _output.Append("return ");
                WriteBare(value);
                _output.Append(';');
                break;
            case ReturnStatementSyntax:
                _output.Append("return;");
                break;
            case BreakStatementSyntax:
                _output.Append("break;");
                break;
            case ContinueStatementSyntax:
                _output.Append("continue;");
                break;
            case ImportStatementSyntax import:
                _output.Append("import \"").Append(import.Path).Append("\";");
                break;
            default:
                WriteLoop(statement);
                break;
        }
    }

    private void WriteLoop(StatementSyntax statement)
    {
        switch (statement)
        {
            case WhileStatementSyntax loop:
                _output.Append("while ");
                WriteCondition(loop.Condition);
                _output.Append(' ');
                WriteBlock(loop.Body);
                break;
            case UnrollStatementSyntax loop:
                _output.Append("unroll ");
                WriteCondition(loop.Count);
                _output.Append(' ');
                WriteBlock(loop.Body);
                break;
            case ForStatementSyntax loop:
                _output.Append("for ").Append(loop.Variable.Name).Append(" : ");
                WriteBare(loop.Iterable);
                _output.Append(' ');
                WriteBlock(loop.Body);
                break;
        }
    }

    private void Write(VariableDeclarationStatementSyntax declaration)
    {
        _output.Append("let ").Append(declaration.Variable.Name);
        if (declaration.Type is not null)
        {
            _output.Append(" : ");
            Write(declaration.Type);
        }
        if (declaration.Initializer is not null)
        {
            _output.Append(" = ");
            WriteBare(declaration.Initializer);
        }
        _output.Append(';');
    }
}
