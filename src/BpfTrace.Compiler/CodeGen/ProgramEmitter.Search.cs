using BpfTrace.Language.Binding;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>strstr: a search whose outer loop is a callback, so that its length costs the verifier nothing.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>strstr(haystack, needle): where the needle starts, -1 when it is not there.</summary>
    private LLVMValueRef EmitFindText(BoundCall call)
    {
        BoundExpression haystack = call.Arguments[0];
        BoundExpression needle = call.Arguments[1];
        int hayCapacity = haystack.Type.Size;
        int needleCapacity = needle.Type.Size;
        SlotMark mark = Mark();

        // Copies in the frame, with a NUL after each and room for reads that start near the end.
        int hayOffset = TakeFrame(hayCapacity + needleCapacity + 8);
        int needleOffset = TakeFrame(needleCapacity + 1);
        int foundOffset = TakeFrame(8);
        StoreSearchText(haystack, hayOffset, hayCapacity);
        StoreSearchText(needle, needleOffset, needleCapacity);
        Store(Int(-1), Offset(Frame(), foundOffset));

        EmittedFunction callback = _module.AddLoopCallback(CallbackName(), LineOf(call.Span));
        EmitCallback(call.Span, callback, callback.Value.GetParam(1), () =>
        {
            LLVMValueRef index = callback.Value.GetParam(0);
            LLVMBasicBlockRef inside = NewBlock(), outside = NewBlock();
            BranchIf(Compare(LLVMIntPredicate.LLVMIntULE, index, Int(hayCapacity)), inside, outside);
            Position(outside);
            EndIteration(Int(1));
            Position(inside);
            LLVMValueRef here = Offset(Offset(Frame(), hayOffset), index);
            LLVMValueRef matches = HasPrefix(here, Offset(Frame(), needleOffset), needleCapacity);
            If(matches, () =>
            {
                Store(index, Offset(Frame(), foundOffset));
                LeaveIteration(Int(1));
            });
            If(Equal(Load(_module.I8, here), Constant(_module.I8, 0)), () => LeaveIteration(Int(1)));
        });
        Call(Helper.loop, Int(hayCapacity + 1), callback.Value, CallbackContext(), Int(0));
        LLVMValueRef found = Load(_module.I64, Offset(Frame(), foundOffset));
        ReleaseTo(mark);
        return Result(call, found);
    }

    private void StoreSearchText(BoundExpression text, int offset, int capacity)
    {
        LLVMValueRef place = Offset(Frame(), offset);
        StoreValue(text, place, clean: false);
        Store(Constant(_module.I8, 0), Offset(place, capacity));
    }

    /// <summary>Whether memory starts with a NUL-terminated text of at most a capacity.</summary>
    private LLVMValueRef HasPrefix(LLVMValueRef memory, LLVMValueRef prefix, int capacity)
    {
        LLVMValueRef result = EntryAlloca(_module.I1);
        LLVMValueRef index = EntryAlloca(_module.I64);
        Store(Bool(true), result);
        Store(Int(0), index);
        LLVMBasicBlockRef head = NewBlock(), body = NewBlock(), next = NewBlock(), differs = NewBlock(), end = NewBlock();
        Branch(head);
        Position(head);
        LLVMValueRef i = Load(_module.I64, index);
        LLVMValueRef wanted = Load(_module.I8, Offset(prefix, i));
        BranchIf(Equal(wanted, Constant(_module.I8, 0)), end, body);
        Position(body);
        BranchIf(Equal(wanted, Load(_module.I8, Offset(memory, i))), next, differs);
        Position(next);
        LLVMValueRef following = Add(i, 1);
        Store(following, index);
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, following, Int(capacity)), head, end);
        Position(differs);
        Store(Bool(false), result);
        Branch(end);
        Position(end);
        return Load(_module.I1, result);
    }
}
