using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Loops. A body becomes a callback of <c>bpf_loop</c> (5.17) or <c>bpf_for_each_map_elem</c> (5.13), which the verifier walks once
/// instead of once per iteration. It shares the frame with the code around it; its context is two pointers on the
/// caller's stack: the frame and the program's context.
/// </content>
internal sealed partial class ProgramEmitter
{
    // bpf_loop's own limit (BPF_MAX_LOOPS).
    private const long MaximumIterations = 1 << 23;

    // Where a return inside a loop leaves its mark: u64 flag, i64 value.
    private int? _returnFlag;

    private void EmitWhile(BoundWhile loop) => EmitLoop(
        loop,
        Int(MaximumIterations),
        _ =>
        {
            LLVMBasicBlockRef body = NewBlock(), stop = NewBlock();
            BranchIf(Condition(loop.Condition), body, stop);
            Position(stop);
            EndIteration(Int(1));
            Position(body);
            EmitStatement(loop.Body);
        },
        loop.Body,
        turns => If(Equal(turns, Int(MaximumIterations)), () => EmitRuntimeError(RuntimeErrorKind.LoopLimit, null, Int(0), loop.Span)));

    private void EmitForRange(BoundForRange loop)
    {
        bool isSigned = TypeFacts.IsSigned(loop.Start.Type);
        LLVMValueRef start = ToInt64(Scalar(loop.Start), isSigned);
        LLVMValueRef end = ToInt64(Scalar(loop.End), TypeFacts.IsSigned(loop.End.Type));

        // The callback finds the start in the frame.
        LLVMValueRef origin = FrameSlot(8);
        int originOffset = _frameTop - 8;
        Store(start, origin);

        // Not called for nothing: the verifier would never walk the callback, remove it as dead, and refuse the call of what is gone.
        If(Compare(LLVMIntPredicate.LLVMIntSLT, start, end), () => EmitLoop(
            loop,
            Sub(end, start),
            index =>
            {
                LLVMValueRef value = Add(Load(_module.I64, Offset(Frame(), originOffset)), index);
                StoreVariable(loop.Variable, Resize(value, RegisterType(loop.Variable.Type), isSigned: false));
                EmitStatement(loop.Body);
            },
            loop.Body));
    }

    private void EmitLoop(BoundStatement loop, LLVMValueRef count, Action<LLVMValueRef> body, BoundStatement inner, Action<LLVMValueRef>? after = null)
    {
        PrepareReturn(inner);
        EmittedFunction callback = _module.AddLoopCallback(CallbackName(), LineOf(loop.Span));
        EmitCallback(loop.Span, callback, callback.Value.GetParam(1), () => body(callback.Value.GetParam(0)));

        LLVMValueRef result = Call(Helper.loop, count, callback.Value, CallbackContext(), Int(0));
        CheckResult(result, Helper.loop, loop.Span);
        after?.Invoke(result);
        PassReturn(inner);
    }

    private void EmitForMap(BoundForMap loop)
    {
        PrepareReturn(loop.Body);
        EmittedFunction callback = _module.AddMapCallback(CallbackName(), LineOf(loop.Span));
        EmitCallback(loop.Span, callback, callback.Value.GetParam(3), () =>
        {
            var entry = (TupleType)loop.Variable.Type;
            LLVMValueRef slot = VariableAddress(loop.Variable);
            LLVMValueRef key = callback.Value.GetParam(1);
            LLVMValueRef value = callback.Value.GetParam(2);
            CopyEntryPart(slot, entry.Fields[0], key);
            LLVMValueRef target = Offset(slot, entry.Fields[1].Offset);
            if (loop.Map.IsPerCpu)
                MergeInto(loop.Map, CopyOfKey(loop.Map, key), loop.Span, target);
            else
                CopyEntryPart(slot, entry.Fields[1], value);
            EmitStatement(loop.Body);
        });
        LLVMValueRef result = Call(Helper.for_each_map_elem, KernelMap(loop.Map), callback.Value, CallbackContext(), Int(0));
        CheckResult(result, Helper.for_each_map_elem, loop.Span);
        PassReturn(loop.Body);
    }

    /// <summary>len(@m): walking a map tells how many entries were walked.</summary>
    private LLVMValueRef EmitMapLength(BoundMapLength length)
    {
        if (length.Map.Storage is MapStorage.Array or MapStorage.PerCpuArray)
            return Constant(RegisterType(length.Type), 1);
        EmittedFunction callback = _module.AddMapCallback(CallbackName(), LineOf(length.Span));
        EmitCallback(length.Span, callback, callback.Value.GetParam(3), () => { });
        LLVMValueRef result = Call(Helper.for_each_map_elem, KernelMap(length.Map), callback.Value, CallbackContext(), Int(0));
        return Resize(result, RegisterType(length.Type), isSigned: false);
    }

    /// <summary>Copies a key or value into its place in the tuple.</summary>
    private void CopyEntryPart(LLVMValueRef tuple, TupleField field, LLVMValueRef source)
    {
        LLVMValueRef destination = Offset(tuple, field.Offset);
        if (TypeFacts.InRegister(field.Type))
            Store(Load(MemoryType(field.Type), source), destination);
        else
            Copy(destination, source, field.Type.Size, field.Type.Alignment);
    }

    /// <summary>A copy of the key at hand, for helpers that take keys from own memory only.</summary>
    private LLVMValueRef CopyOfKey(MapSymbol map, LLVMValueRef key)
    {
        int size = _state.LayoutOf(map).KeySize;
        LLVMValueRef slot = Slot(size);
        Copy(slot, key, size, size % 8 == 0 ? 8 : 4);
        return slot;
    }

    private string CallbackName() => _probe.Name + "_loop" + (_callbacks++).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Generates a callback in the middle of the code that calls it.</summary>
    private void EmitCallback(TextSpan span, EmittedFunction callback, LLVMValueRef context, Action body)
    {
        EmitInner(span, new FunctionState(callback) { IsCallback = true, Subprogram = _function.Subprogram }, context, () =>
        {
            SlotMark mark = Mark();
            body();
            ReleaseTo(mark);
        });
    }

    /// <summary>Generates another function in the middle of this one, which hands it the frame and the program's context.</summary>
    private void EmitInner(TextSpan span, FunctionState inner, LLVMValueRef context, Action body)
    {
        FunctionState outer = _function;
        LLVMBasicBlockRef here = _builder.InsertBlock;
        LLVMMetadataRef location = CurrentLocation();
        _function = inner;
        BeginFunction(span);

        // The context is needed from the first instruction of the body on.
        _function.ContextPlace = EntryAlloca(_module.Pointer);
        _function.Context = Load(_module.Pointer, _function.ContextPlace);
        body();
        EndFunction(() =>
        {
            Store(Load(_module.Pointer, context), _function.Frame);
            Store(Load(_module.Pointer, Offset(context, 8)), _function.ContextPlace);
            EmitCallbackContext();
        });

        _function = outer;
        Position(here);
        _entryBuilder.PositionAtEnd(outer.Entry);
        RestoreLocation(location);
    }

    /// <summary>The two pointers that callbacks of this function are given.</summary>
    private LLVMValueRef CallbackContext()
    {
        Frame();
        if (_function.CallbackContext.Handle == IntPtr.Zero)
            _function.CallbackContext = EntryAlloca(LLVMTypeRef.CreateArray(_module.Pointer, 2));
        return _function.CallbackContext;
    }

    /// <summary>Fills them in, in the prologue.</summary>
    private void EmitCallbackContext()
    {
        if (_function.CallbackContext.Handle == IntPtr.Zero)
            return;
        Store(Load(_module.Pointer, _function.Frame), _function.CallbackContext);
        Store(_function.ContextPlace.Handle == IntPtr.Zero ? _function.Context : Load(_module.Pointer, _function.ContextPlace), Offset(_function.CallbackContext, 8));
    }

    /// <summary>Ends one iteration, 0 goes on, 1 ends the loop; what follows is never reached.</summary>
    private void LeaveIteration(LLVMValueRef result)
    {
        EndIteration(result);
        Position(NewBlock());
    }

    /// <summary>As <see cref="LeaveIteration"/>, where the next code has its own block.</summary>
    private void EndIteration(LLVMValueRef result)
    {
        Store(result, _function.Result);
        Branch(_function.Exit);
    }

    /// <summary>Clears the mark a return in the body would leave.</summary>
    private void PrepareReturn(BoundStatement body)
    {
        if (!LeavesProgram.In(body))
            return;
        Store(Int(0), Offset(Frame(), _returnFlag!.Value));
    }

    /// <summary>Leaves as well, when the body returned.</summary>
    private void PassReturn(BoundStatement body)
    {
        if (!LeavesProgram.In(body))
            return;
        LLVMValueRef flag = Load(_module.I64, Offset(Frame(), _returnFlag!.Value));
        If(NotEqual(flag, Int(0)), () =>
        {
            // What comes out of memory can be anything to the verifier, and most types of programs may return a few values only.
            bool givesValue = _function.Subprogram is not null || _probe.Type is ProbeType.Test or ProbeType.Bench;
            Store(
                _function.IsCallback ? Int(1) : givesValue ? Load(_module.I64, Offset(Frame(), _returnFlag.Value + 8)) : Int(0),
                _function.Result);
            Leave();
        });
    }

    private sealed class LeavesProgram : BoundWalker
    {
        private bool _found;

        public static bool In(BoundStatement statement)
        {
            var walker = new LeavesProgram();
            walker.Visit(statement);
            return walker._found;
        }

        protected override void Leaves() => _found = true;
    }
}
