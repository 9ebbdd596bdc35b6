using BpfTrace.Bpf.Unwind;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>The callbacks of <c>dw_ustack</c>: searches in tables, rules of registers, operations of expressions.</content>
internal sealed partial class ProgramEmitter
{
    private const int RegisterMask = 31;
    private const int StackMask = UnwindFormat.StackDepth - 1;

    private void EmitUnwindCallbacks(Unwinding u)
    {
        u.SearchMappings = AddCallback(u.Span, _ => EmitSearch(u, middle =>
        {
            LLVMValueRef mappings = Existing(ElementOf(_module.Map(KernelMaps.UnwindProcesses), Get(u, UnwindState.Process)));
            return Load(_module.I64, Existing(ElementOf(mappings, middle)));
        }));
        u.SearchRows = AddCallback(u.Span, _ => EmitSearch(u, middle => And(WordAt(u, middle), uint.MaxValue)));
        u.Operate = AddCallback(u.Span, _ => EmitOperation(u));
        u.Move = AddCallback(u.Span, _ => EmitMove(u));
        if (u.Offsets.HasTrampolines)
            u.FindReturn = AddCallback(u.Span, _ => EmitFindReturn(u));
    }

    /// <summary>A step of a binary search for the first element behind the key.</summary>
    private void EmitSearch(Unwinding u, Func<LLVMValueRef, LLVMValueRef> keyAt)
    {
        LLVMValueRef low = Get(u, UnwindState.Low);
        LLVMValueRef high = Get(u, UnwindState.High);
        EndUnless(Compare(LLVMIntPredicate.LLVMIntULT, low, high));
        LLVMValueRef middle = Shr(Add(low, high), 1);
        LLVMValueRef key = keyAt(middle);
        If(
            Compare(LLVMIntPredicate.LLVMIntULE, key, Get(u, UnwindState.Key)),
            () => Set(u, UnwindState.Low, Add(middle, 1)),
            () => Set(u, UnwindState.High, middle));
    }

    /// <summary>The canonical frame address, by the first word of a rule.</summary>
    private void EmitFrameAddress(Unwinding u, LLVMValueRef rule)
    {
        LLVMValueRef kind = And(rule, 0xff);
        LLVMValueRef operand = OperandOf(rule);
        EndUnless(NotEqual(kind, Int((int)CfaRule.None)));
        If(
            Equal(kind, Int((int)CfaRule.Register)),
            () => Set(u, UnwindState.FrameAddress, Add(ValidRegister(u, And(Shr(rule, 8), RegisterMask)), operand)),
            () => Set(u, UnwindState.FrameAddress, Evaluate(u, operand)));
    }

    /// <summary>The rule of one register: its value in the caller.</summary>
    private void EmitMove(Unwinding u)
    {
        LLVMValueRef moved = Add(Get(u, UnwindState.Moved), 1);
        LLVMValueRef word = WordAt(u, Add(Get(u, UnwindState.Rule), moved));
        LLVMValueRef kind = And(word, 0xff);
        LLVMValueRef register = And(Shr(word, 8), RegisterMask);
        LLVMValueRef operand = OperandOf(word);
        LLVMValueRef bit = _builder.BuildShl(Int(1), register);
        If(
            Equal(kind, Int((int)RegisterRule.Undefined)),
            () => Set(u, UnwindState.NextValid, And(Get(u, UnwindState.NextValid), Xor(bit, Int(-1)))),
            () =>
            {
                LLVMValueRef value = EntryAlloca(_module.I64);
                Store(Add(Get(u, UnwindState.FrameAddress), operand), value);
                If(Equal(kind, Int((int)RegisterRule.Register)), () => Store(ValidRegister(u, operand), value));
                LLVMValueRef isRead = Equal(kind, Int((int)RegisterRule.Expression));
                If(
                    _builder.BuildOr(isRead, Equal(kind, Int((int)RegisterRule.ValueExpression))),
                    () => Store(Evaluate(u, operand), value));
                If(
                    _builder.BuildOr(isRead, Equal(kind, Int((int)RegisterRule.Offset))),
                    () => Store(ReadUserWord(Load(_module.I64, value)), value));
                Store(Load(_module.I64, value), StateAt(u, UnwindState.Next, register, RegisterMask));
                Set(u, UnwindState.NextValid, Or(Get(u, UnwindState.NextValid), bit));
            });
        Set(u, UnwindState.Moved, moved);
    }

    /// <summary>The result of an expression by the index of its first word; ends the loop where it has none.</summary>
    private LLVMValueRef Evaluate(Unwinding u, LLVMValueRef expression)
    {
        Set(u, UnwindState.Operation, expression);
        Set(u, UnwindState.Depth, Int(0));
        Repeat(u.Operate, Int(UnwindFormat.MaximumOperations));
        EndUnless(Equal(Get(u, UnwindState.Operation), Int(0)));
        return Load(_module.I64, StateAt(u, UnwindState.Stack, Int(0), StackMask));
    }

    /// <summary>
    /// One operation of an expression. How many values are on the stack was verified when the table was made; it must only not lead out of the state. After the
    /// last one there is no next operation, and the result is in the first place of the stack.
    /// </summary>
    private void EmitOperation(Unwinding u)
    {
        LLVMValueRef at = Get(u, UnwindState.Operation);
        LLVMValueRef word = WordAt(u, at);
        LLVMValueRef kind = And(word, 0xff);
        LLVMValueRef operand = OperandOf(word);
        LLVMValueRef depth = Get(u, UnwindState.Depth);
        LLVMValueRef top = LoadStack(1);
        If(Equal(kind, Operation(UnwindOperation.End)), () =>
        {
            Store(top, StateAt(u, UnwindState.Stack, Int(0), StackMask));
            Set(u, UnwindState.Operation, Int(0));
            LeaveIteration(Int(1));
        });
        Set(u, UnwindState.Operation, Add(at, 1));

        Pushing(UnwindOperation.Constant, () => operand);
        Pushing(UnwindOperation.FrameAddress, () => Get(u, UnwindState.FrameAddress));
        Pushing(UnwindOperation.Register, () => Add(ValidRegister(u, And(Shr(word, 8), RegisterMask)), operand));
        Replacing(UnwindOperation.UpperHalf, () => Or(And(top, uint.MaxValue), And(word, -1L << 32)));
        Replacing(UnwindOperation.AddConstant, () => Add(top, operand));
        Replacing(UnwindOperation.Read, () => ReadUserWord(top));
        Combining(UnwindOperation.And, And);
        Combining(UnwindOperation.Or, Or);
        Combining(UnwindOperation.Add, Add);
        Combining(UnwindOperation.Subtract, Sub);
        Combining(UnwindOperation.Multiply, Mul);
        Combining(UnwindOperation.ShiftLeft, (left, right) => _builder.BuildShl(left, And(right, 63)));
        Combining(UnwindOperation.GreaterOrEqual, (left, right) => ToInt64(Compare(LLVMIntPredicate.LLVMIntSGE, left, right)));

        LLVMValueRef Operation(UnwindOperation operation) => Int((int)operation);

        LLVMValueRef LoadStack(int fromTop) => Load(_module.I64, StateAt(u, UnwindState.Stack, Add(depth, -fromTop), StackMask));

        void Pushing(UnwindOperation operation, Func<LLVMValueRef> value) => Does(operation, value, 0, 1);

        void Replacing(UnwindOperation operation, Func<LLVMValueRef> value) => Does(operation, value, -1, 0);

        void Combining(UnwindOperation operation, Func<LLVMValueRef, LLVMValueRef, LLVMValueRef> value) => Does(operation, () => value(LoadStack(2), top), -2, -1);

        void Does(UnwindOperation operation, Func<LLVMValueRef> value, int place, int change) => If(Equal(kind, Operation(operation)), () =>
        {
            Store(value(), StateAt(u, UnwindState.Stack, Add(depth, place), StackMask));
            Set(u, UnwindState.Depth, Add(depth, change));
            LeaveIteration(Int(0));
        });
    }

    /// <summary>A step through what the kernel keeps of return probes: the return address that belongs to the stack at hand.</summary>
    private void EmitFindReturn(Unwinding u)
    {
        LLVMValueRef instance = Get(u, UnwindState.Instance);
        EndUnless(NotEqual(instance, Int(0)));
        LLVMValueRef stack = ReadKernelWord(Add(instance, u.Offsets.InstanceStack));
        If(Equal(Add(stack, 8), Get(u, UnwindState.Next + (8 * UnwindFormat.StackPointer))), () =>
        {
            Set(u, UnwindState.Next + (8 * UnwindFormat.ReturnAddress), ReadKernelWord(Add(instance, u.Offsets.InstanceReturn)));
            LeaveIteration(Int(1));
        });
        Set(u, UnwindState.Instance, ReadKernelWord(Add(instance, u.Offsets.InstanceNext)));
    }

    /// <summary>A register at hand; ends the loop where it is lost.</summary>
    private LLVMValueRef ValidRegister(Unwinding u, LLVMValueRef register)
    {
        LLVMValueRef masked = And(register, RegisterMask);
        EndUnless(NotEqual(And(_builder.BuildLShr(Get(u, UnwindState.Valid), masked), 1), Int(0)));
        return Load(_module.I64, StateAt(u, UnwindState.Registers, masked, RegisterMask));
    }

    /// <summary>A word of the process's memory; ends the loop where it cannot be read.</summary>
    private LLVMValueRef ReadUserWord(LLVMValueRef address)
    {
        SlotMark mark = Mark();
        LLVMValueRef word = TakeStackSlot(8);
        Store(Int(0), word);
        LLVMValueRef result = Call(Helper.probe_read_user, word, Int(8), ToPointer(address));
        EndUnless(Equal(result, Int(0)));
        LLVMValueRef value = Load(_module.I64, word);
        ReleaseTo(mark);
        return value;
    }

    /// <summary>The upper half of a word, signed.</summary>
    private LLVMValueRef OperandOf(LLVMValueRef word) => _builder.BuildAShr(word, Int(32));
}
