using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Variables. Scalars that one function alone uses are stack variables, which LLVM keeps in registers; those that a loop's callback
/// shares with the code around it, and all values of memory type, are in the frame.
/// </content>
internal sealed partial class ProgramEmitter
{
    private readonly Dictionary<VariableSymbol, int> _frameVariables = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gives every variable of the program its place, before anything else takes frame memory.</summary>
    /// <param name="body">The code of the program, or of a function of the script.</param>
    /// <param name="usage">What it uses.</param>
    private void AssignVariables(BoundBlock body, VariableUsage usage)
    {
        foreach (VariableSymbol variable in usage.Variables)
        {
            if (_frameVariables.ContainsKey(variable) || _function.Variables.ContainsKey(variable))
                continue;
            if (!usage.IsShared(variable) && TypeFacts.InRegister(variable.Type))
                continue;
            int offset = TakeFrame(variable.Type.Size + 1);
            _frameVariables.Add(variable, offset);

            // The frame keeps what the last run left: start from zero, of a text from the empty one.
            int cleared = variable.Type is StringType ? Math.Min(8, variable.Type.Size) : variable.Type.Size;
            Zero(Offset(Frame(), offset), cleared, 1);
        }

        _returnFlag = ReturnInLoop.In(body) ? TakeFrame(16) : null;
    }

    private LLVMValueRef LoadVariable(VariableSymbol variable)
    {
        LLVMValueRef value = Load(MemoryType(variable.Type), VariableAddress(variable));
        return variable.Type is BoolType ? NotEqual(value, Constant(_module.I8, 0)) : value;
    }

    private void StoreVariable(VariableSymbol variable, LLVMValueRef value) => StoreScalar(value, variable.Type, VariableAddress(variable));

    /// <summary>Where a variable's value lies.</summary>
    private LLVMValueRef VariableAddress(VariableSymbol variable)
    {
        if (_frameVariables.TryGetValue(variable, out int offset))
            return Offset(Frame(), offset);
        if (!_function.Variables.TryGetValue(variable, out StackSlot? slot))
        {
            // Eight clean bytes: a variable may be read before it is assigned, and it is zero then.
            slot = new StackSlot(EntryAlloca(_module.I64), 8);
            _entryBuilder.BuildStore(Int(0), slot.Address);
            _function.Variables.Add(variable, slot);
        }

        return slot.Address;
    }

    private LLVMValueRef VariableSlot(VariableSymbol variable) => VariableAddress(variable);

    private void AssignVariable(BoundAssignVariable assignment)
    {
        VariableSymbol variable = assignment.Variable;
        if (TypeFacts.InRegister(variable.Type))
        {
            LLVMValueRef value = assignment.Value is { } expression ? Scalar(expression) : Constant(RegisterType(variable.Type), 0);
            StoreVariable(variable, value);
        }
        else if (assignment.Value is null)
        {
            Zero(VariableSlot(variable), variable.Type is StringType ? 8 : variable.Type.Size);
        }
        else if (Overlaps(assignment.Value, variable))
        {
            // $x = (…$x…): the old value is read while the new one is written.
            LLVMValueRef slot = SlotFor(variable.Type);
            StoreValue(assignment.Value, slot, clean: StaysClean(variable.Type));
            Copy(VariableSlot(variable), slot, variable.Type.Size, Math.Max(variable.Type.Alignment, 8));
        }
        else
        {
            StoreVariableValue(variable, assignment.Value);
        }
    }

    private void StoreVariableValue(VariableSymbol variable, BoundExpression value)
    {
        // The slot has a byte more than the string: leave a NUL there, for whoever reads up to one.
        LLVMValueRef slot = VariableSlot(variable);
        StoreValue(value, slot, clean: StaysClean(variable.Type));
        if (variable.Type is StringType type)
            Store(Constant(_module.I8, 0), Offset(slot, type.Capacity));
    }

    private static bool Overlaps(BoundExpression value, VariableSymbol variable) =>
        value is not (BoundString or BoundMapValue) && VariableUsage.Reads(value, variable);
}
