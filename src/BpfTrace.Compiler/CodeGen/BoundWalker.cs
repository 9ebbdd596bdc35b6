using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>Visits every node of a bound tree.</summary>
internal abstract class BoundWalker
{
    /// <summary>A statement or expression, before its parts.</summary>
    protected virtual void Node(BoundNode node)
    {
    }

    /// <summary>A variable is read or written.</summary>
    protected virtual void Variable(VariableSymbol variable)
    {
    }

    /// <summary>A variable's address is taken.</summary>
    protected virtual void AddressTaken(VariableSymbol variable) => Variable(variable);

    /// <summary>The part of a loop that becomes a callback.</summary>
    protected virtual void LoopBody(Action visit) => visit();

    /// <summary><c>return</c>, or an output after which the program returns.</summary>
    protected virtual void Leaves()
    {
    }

    /// <summary>A function of the script is called; its code is not visited.</summary>
    protected virtual void Calls(SubprogramSymbol subprogram)
    {
    }

    /// <summary><c>exit()</c>, after which the program returns.</summary>
    protected virtual void Exits() => Leaves();

    public void Visit(BoundStatement? statement)
    {
        if (statement is not null)
            Node(statement);
        switch (statement)
        {
            case BoundBlock block:
                foreach (BoundStatement inner in block.Statements)
                    Visit(inner);
                break;
            case BoundExpressionStatement expression:
                Visit(expression.Expression);
                break;
            case BoundAssignVariable assignment:
                Variable(assignment.Variable);
                Visit(assignment.Value);
                break;
            case BoundAssignMap assignment:
                Visit(assignment.Key);
                Visit(assignment.Value);
                break;
            case BoundAggregate aggregate:
                Visit(aggregate.Key);
                Visit(aggregate.Value);
                Visit(aggregate.Weight);
                Visit(aggregate.Time);
                break;
            case BoundIf conditional:
                Visit(conditional.Condition);
                Visit(conditional.Then);
                Visit(conditional.Else);
                break;
            case BoundUnroll unroll:
                Visit(unroll.Body);
                break;
            case BoundReturn leave:
                Visit(leave.Value);
                Leaves();
                break;
            case BoundOutput output:
                foreach (BoundExpression argument in output.Arguments)
                    Visit(argument);
                if (output.Site.Kind == OutputKind.Exit)
                    Exits();
                break;
            default:
                VisitLoop(statement);
                break;
        }
    }

    public void Visit(BoundExpression? expression)
    {
        if (expression is not null)
            Node(expression);
        switch (expression)
        {
            case BoundVariable variable:
                Variable(variable.Variable);
                break;
            case BoundAddressOf { Operand: BoundVariable variable }:
                AddressTaken(variable.Variable);
                break;
            case BoundBlockExpression block:
                foreach (BoundStatement statement in block.Statements)
                    Visit(statement);
                Visit(block.Value);
                break;
            case BoundSubprogramCall call:
                foreach (BoundExpression argument in call.Arguments)
                    Visit(argument);
                Calls(call.Subprogram);
                break;
            default:
                foreach (BoundExpression? child in Children(expression))
                    Visit(child);
                break;
        }
    }

    private void VisitLoop(BoundStatement? statement)
    {
        switch (statement)
        {
            case BoundWhile loop:
                LoopBody(() =>
                {
                    Visit(loop.Condition);
                    Visit(loop.Body);
                });
                break;
            case BoundForMap loop:
                LoopBody(() =>
                {
                    Variable(loop.Variable);
                    Visit(loop.Body);
                });
                break;
            case BoundForRange loop:
                Visit(loop.Start);
                Visit(loop.End);
                LoopBody(() =>
                {
                    Variable(loop.Variable);
                    Visit(loop.Body);
                });
                break;
        }
    }

    private static BoundExpression?[] Children(BoundExpression? expression) => expression switch
    {
        BoundMapValue value => [value.Key],
        BoundUnary unary => [unary.Operand],
        BoundBinary binary => [binary.Left, binary.Right],
        BoundConditional conditional => [conditional.Condition, conditional.WhenTrue, conditional.WhenFalse],
        BoundConversion conversion => [conversion.Operand],
        BoundDereference dereference => [dereference.Pointer],
        BoundFieldAccess access => [access.Receiver],
        BoundTupleElement element => [element.Receiver],
        BoundElementAccess access => [access.Receiver, access.Index],
        BoundTuple tuple => [.. tuple.Elements],
        BoundAddressOf address => [address.Operand],
        BoundIncrement increment => [increment.Target],
        BoundCall call => [.. call.Arguments],
        BoundDelete delete => [delete.Key],
        BoundHasKey has => [has.Key],
        BoundCFunctionCall call => [.. call.Arguments],
        _ => [],
    };
}
