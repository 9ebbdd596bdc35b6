using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Expressions. A value of register type comes from <see cref="Scalar"/>. Of a value of memory type either its place is
/// wanted (<see cref="Locate"/>: nothing is read yet) or it is written somewhere (<see cref="StoreValue"/>).
/// </content>
internal sealed partial class ProgramEmitter
{
    /// <summary>The value of an expression of register type.</summary>
    private LLVMValueRef Scalar(BoundExpression expression)
    {
        EmittedNode outer = Enter(expression);
        LLVMValueRef value = ScalarCore(expression);
        Leave(outer);
        return value;
    }

    private LLVMValueRef ScalarCore(BoundExpression expression) => expression switch
    {
        BoundConstant constant => constant.Type is BoolType ? Bool(constant.Value != 0) : Constant(RegisterType(constant.Type), constant.Value),
        BoundVariable variable => LoadVariable(variable.Variable),
        BoundMapValue value => ReadMapScalar(value),
        BoundUnary unary => EmitUnary(unary),
        BoundBinary binary => EmitBinary(binary),
        BoundConditional conditional => Choose(
            Scalar(conditional.Condition), RegisterType(conditional.Type), () => Scalar(conditional.WhenTrue), () => Scalar(conditional.WhenFalse)),
        BoundConversion conversion => ConvertToScalar(conversion),
        BoundFieldAccess { Field.IsDataLoc: true } access => LocateDataLoc(access),
        BoundFieldAccess { Field.IsBitField: true } access => LoadBitField(Locate(access.Receiver), access.Field, access.Span),
        BoundIncrement increment => EmitIncrement(increment),
        BoundBlockExpression block => EmitBlockExpression(block, Scalar),
        BoundCall call => FunctionTable.Scalar(this, call),
        BoundSubprogramCall call => FromRegister(EmitSubprogramCall(call), call.Type),
        BoundCFunctionCall call => FromRegister(EmitCFunctionCall(call), call.Type),
        BoundArgument argument => EmitArgument(argument),
        BoundReturnValue value => EmitReturnValue(value),
        BoundContext => ToAddress(_function.Context),
        BoundAddressOf address => EmitAddressOf(address),
        BoundMapAddress address => ToAddress(KernelMap(address.Map)),
        BoundDelete delete => EmitDelete(delete),
        BoundHasKey has => EmitHasKey(has),
        BoundMapLength length => EmitMapLength(length),
        BoundDereference or BoundFieldAccess or BoundTupleElement or BoundElementAccess =>
            LoadScalar(Locate(expression), expression.Type, expression.Span),
        _ => throw Unexpected(expression),
    };

    /// <summary>Where the value of an expression of memory type lies. Computed values are first put into a slot.</summary>
    private Location Locate(BoundExpression expression)
    {
        EmittedNode outer = Enter(expression);
        Location location = LocateCore(expression);
        Leave(outer);
        return location;
    }

    private Location LocateCore(BoundExpression expression)
    {
        switch (expression)
        {
            case BoundVariable variable:
                return new Location(VariableSlot(variable.Variable), 0, AddressSpace.Program);
            case MaterialisedValue value:
                return value.Place;
            case BoundArgs:
                return new Location(_function.Context, 0, AddressSpace.Context);
            case BoundDereference dereference:
                return LocateTarget(dereference.Pointer);
            case BoundFieldAccess access when !access.Field.IsDataLoc:
                return Locate(access.Receiver).Plus(access.Field.Offset);
            case BoundFieldAccess access:
                return new Location(ToPointer(LocateDataLoc(access)), 0, AddressSpace.Kernel);
            case BoundTupleElement element:
                return Locate(element.Receiver).Plus(element.Element.Offset);
            case BoundElementAccess access:
                return LocateElement(access);
            case BoundMapValue { Map.IsPerCpu: false } value:
                return LocateMapValue(value);
            case BoundBlockExpression block:
                return EmitBlockExpression(block, Locate);
            case BoundConversion { Operand: var operand } when LocatesAs(operand.Type, expression.Type):
                return Locate(operand);
            default:
                // What has neither a place nor a way to be stored would be sent to and fro for ever.
                if (expression is not (BoundString or BoundTuple or BoundCall or BoundSubprogramCall or BoundConditional or BoundMapValue or BoundConversion))
                    throw Unexpected(expression);
                LLVMValueRef slot = SlotFor(expression.Type);
                StoreValue(expression, slot, clean: StaysClean(expression.Type));
                return new Location(slot, 0, AddressSpace.Program);
        }
    }

    /// <summary>The value of an expression of memory type, in own memory.</summary>
    private LLVMValueRef Materialise(BoundExpression expression)
    {
        Location location = Locate(expression);
        if (location.Space == AddressSpace.Program)
            return AddressOf(location);
        LLVMValueRef slot = SlotFor(expression.Type);
        if (expression.Type is StringType type)
            ReadString(slot, type.Capacity, location, type.Capacity, expression.Span, room: true);
        else
            Read(slot, expression.Type.Size, expression.Type.Alignment, location, expression.Span);
        return slot;
    }

    /// <summary>Writes an expression's value to own memory: exactly its type's size.</summary>
    /// <param name="expression">The value.</param>
    /// <param name="destination">Where to; aligned as the type is.</param>
    /// <param name="clean">True when every byte matters (map keys): padding and what follows a string's NUL are zero.</param>
    private void StoreValue(BoundExpression expression, LLVMValueRef destination, bool clean)
    {
        EmittedNode outer = Enter(expression);
        StoreValueCore(expression, destination, clean);
        Leave(outer);
    }

    /// <summary>
    /// True for values that are copied as bytes from where they are kept: they may become a key. What is between their fields would be undefined to
    /// LLVM, too, which reads registers nothing was written to.
    /// </summary>
    private static bool StaysClean(BpfType type) => type is TupleType or StructType;

    private void StoreValueCore(BoundExpression expression, LLVMValueRef destination, bool clean)
    {
        if (TypeFacts.InRegister(expression.Type))
        {
            StoreScalar(Scalar(expression), expression.Type, destination);
            return;
        }

        switch (expression)
        {
            case BoundString text:
                StoreString(text, destination, clean);
                break;
            case BoundTuple tuple:
                StoreTuple(tuple, destination, clean);
                break;
            case BoundCall call:
                FunctionTable.Store(this, call, destination, clean);
                break;
            case BoundSubprogramCall call:
                EmitSubprogramCall(call);
                StoreFrom(new Location(Offset(Frame(), _subprograms[call.Subprogram].ResultOffset), 0, AddressSpace.Program), call, destination, clean);
                break;
            case BoundConditional conditional:
                If(
                    Scalar(conditional.Condition),
                    () => StoreValue(conditional.WhenTrue, destination, clean),
                    () => StoreValue(conditional.WhenFalse, destination, clean));
                break;
            case BoundMapValue { Map.IsPerCpu: true } value:
                StoreMergedValue(value, destination);
                break;
            case BoundConversion { Operand: BoundTuple tuple } conversion when conversion.Type is StructType && tuple.Type.Size == conversion.Type.Size:
                StoreTuple(tuple, destination, clean);
                break;
            case BoundConversion conversion when !LocatesAs(conversion.Operand.Type, conversion.Type):
                StoreConverted(conversion, destination, clean);
                break;
            default:
                StoreFrom(Locate(expression), expression, destination, clean);
                break;
        }
    }

    private void StoreFrom(in Location source, BoundExpression expression, LLVMValueRef destination, bool clean)
    {
        if (expression.Type is StringType type)
        {
            if (clean)
                Zero(destination, type.Capacity, 1);
            ReadString(destination, type.Capacity, source, type.Capacity, expression.Span, room: false);
        }
        else
        {
            Read(destination, expression.Type.Size, expression.Type.Alignment, source, expression.Span);
        }
    }

    private void StoreTuple(BoundTuple tuple, LLVMValueRef destination, bool clean)
    {
        int used = 0;
        foreach (TupleField field in tuple.TupleType.Fields)
            used += field.Type.Size;
        bool cleared = clean && (used != tuple.TupleType.Size || tuple.TupleType.Fields.Any(field => !TypeFacts.InRegister(field.Type)));
        if (cleared)
            Zero(destination, tuple.TupleType.Size, (uint)tuple.TupleType.Alignment);
        for (int i = 0; i < tuple.Elements.Length; i++)
            StoreValue(tuple.Elements[i], Offset(destination, tuple.TupleType.Fields[i].Offset), clean);
    }

    private T EmitBlockExpression<T>(BoundBlockExpression block, Func<BoundExpression, T> value)
    {
        foreach (BoundStatement statement in block.Statements)
            EmitStatement(statement);
        return value(block.Value);
    }

    private static InvalidOperationException Unexpected(BoundNode node) =>
        new($"The code generator does not expect {node.GetType().Name} here.");
}
