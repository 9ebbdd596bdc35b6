using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Programs within the functions that maps take their locks with (bpftrace <c>recursion_check.cpp</c>). Two CPUs, each with the lock of one hash
/// map, run such a program in the locking function and want the other's: both wait for ever. So every program of such a script first takes its
/// CPU's word and does nothing when it is taken. A lookup in a per-CPU array takes no lock.
/// </content>
internal sealed partial class ProgramEmitter
{
    /// <summary>Takes the CPU's word, or counts the run as lost and leaves.</summary>
    private void EmitRecursionGuard(LLVMValueRef key)
    {
        if (!_state.GuardsRecursion)
            return;
        Store(Int32(0), key);
        LLVMValueRef word = ToPointer(Call(Helper.map_lookup_elem, _module.Map(KernelMaps.RecursionGuard), key));
        LLVMBasicBlockRef found = NewBlock(), free = NewBlock(), taken = NewBlock();
        BranchIf(IsNull(word), _function.Exit, found);
        Position(found);
        LLVMValueRef before = _builder.BuildAtomicRMW(
            LLVMAtomicRMWBinOp.LLVMAtomicRMWBinOpXchg, word, Int(1), LLVMAtomicOrdering.LLVMAtomicOrderingSequentiallyConsistent, false);
        BranchIf(Equal(before, Int(0)), free, taken);
        Position(taken);
        CountLoss(key);
        Branch(_function.Exit);
        Position(free);
        Store(word, _function.Guard);
    }

    /// <summary>Gives the word back, at the way out, when this run took it.</summary>
    private void EmitRecursionRelease()
    {
        if (!_state.GuardsRecursion)
            return;
        LLVMValueRef word = Load(_module.Pointer, _function.Guard);
        If(IsNull(word), static () => { }, () => StoreVolatile(Int(0), word));
    }
}
