using BpfTrace.Language.Binding;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Statements.</content>
internal sealed partial class ProgramEmitter
{
    private void EmitStatement(BoundStatement statement)
    {
        SlotMark mark = Mark();
        EmittedNode outer = Enter(statement);
        EmitStatementCore(statement);
        Leave(outer);
        ReleaseTo(mark);
    }

    private void EmitStatementCore(BoundStatement statement)
    {
        switch (statement)
        {
            case BoundBlock block:
                foreach (BoundStatement inner in block.Statements)
                    EmitStatement(inner);
                break;
            case BoundExpressionStatement expression:
                EmitEffect(expression.Expression);
                break;
            case BoundAssignVariable assignment:
                AssignVariable(assignment);
                break;
            case BoundAssignMap assignment:
                AssignMap(assignment);
                break;
            case BoundAggregate aggregate:
                EmitAggregate(aggregate);
                break;
            case BoundIf conditional:
                If(
                    Condition(conditional.Condition),
                    () => EmitStatement(conditional.Then),
                    conditional.Else is { } otherwise ? () => EmitStatement(otherwise) : null);
                break;
            case BoundUnroll unroll:
                for (int i = 0; i < unroll.Count; i++)
                    EmitStatement(unroll.Body);
                break;
            case BoundWhile loop:
                EmitWhile(loop);
                break;
            case BoundForRange loop:
                EmitForRange(loop);
                break;
            case BoundForMap loop:
                EmitForMap(loop);
                break;
            case BoundBreak:
                LeaveIteration(Int(1));
                break;
            case BoundContinue:
                LeaveIteration(Int(0));
                break;
            case BoundReturn leave:
                EmitReturn(leave);
                break;
            case BoundOutput output:
                EmitOutput(output);
                break;
            default:
                throw Unexpected(statement);
        }
    }

    /// <summary>An expression whose value nobody wants.</summary>
    private void EmitEffect(BoundExpression expression)
    {
        if (expression.Type is Language.Symbols.VoidType)
        {
            EmittedNode outer = Enter(expression);
            if (expression is BoundCall call)
                FunctionTable.Effect(this, call);
            else if (expression is BoundSubprogramCall subprogram)
                EmitSubprogramCall(subprogram);
            else if (expression is BoundCFunctionCall compiled)
                EmitCFunctionCall(compiled);
            else
                throw Unexpected(expression);
            Leave(outer);
        }
        else if (TypeFacts.InRegister(expression.Type))
        {
            Scalar(expression);
        }
        else if (expression.Type is not Language.Symbols.AggregateType)
        {
            Materialise(expression);
        }
    }

    private void EmitReturn(BoundReturn leave)
    {
        LLVMValueRef result = EmitReturnedValue(leave.Value);
        if (_function.IsCallback)
        {
            // The code around the loop looks at the flag and leaves in turn.
            Store(Int(1), Offset(Frame(), _returnFlag!.Value));
            Store(result, Offset(Frame(), _returnFlag.Value + 8));
            Store(Int(1), _function.Result);
        }
        else
        {
            Store(result, _function.Result);
        }

        Leave();
    }

    private LLVMValueRef EmitReturnedValue(BoundExpression? value)
    {
        if (value is null)
            return Int(0);
        if (TypeFacts.InRegister(value.Type))
            return ToInt64(Scalar(value), TypeFacts.IsSigned(value.Type));
        StoreValue(value, Offset(Frame(), _function.Subprogram!.ResultOffset), clean: StaysClean(value.Type));
        return Int(0);
    }

    /// <summary>Goes to the way out; what follows is never reached.</summary>
    private void Leave()
    {
        Branch(_function.Exit);
        Position(NewBlock());
    }
}
