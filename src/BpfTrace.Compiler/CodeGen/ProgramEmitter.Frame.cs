using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Where values that have no register live: small ones on the BPF stack (512 bytes), the others in the scratch frame, this
/// program's entry of a per-CPU array. Temporary slots are taken and given back statement by statement, so both stay small.
/// </content>
internal sealed partial class ProgramEmitter
{
    // What slots may take of the 512 bytes of stack; the rest is for spilled registers and callbacks' frames.
    private const int DefaultStackBudget = 192;

    // Functions of the script call one another, and the 512 bytes are for all of a chain.
    private const int SubprogramStackBudget = 32;

    // A per-CPU array's value is at most one unit of the per-CPU allocator (kernel: PCPU_MIN_UNIT_SIZE).
    private const int MaximumPerCpuFrame = 32 << 10;

    // How many runs of one program may be under way on one CPU.
    private const int OverlappingFrames = 4;

    private int _frameTop;
    private int _frameMaximum;

    /// <summary>Memory for a value of this many bytes, 8-aligned, until <see cref="ReleaseTo"/> goes back before it.</summary>
    private LLVMValueRef Slot(int size)
    {
        size = Math.Max((size + 7) / 8 * 8, 8);
        return FitsStack(size) ? TakeStackSlot(size) : Offset(Frame(), TakeFrame(size));
    }

    /// <summary>As <see cref="Slot"/>, but always of the frame: memory that callbacks see too.</summary>
    private LLVMValueRef FrameSlot(int size) => Offset(Frame(), TakeFrame(size));

    /// <summary>
    /// Memory for a value. Of a string one byte more than its capacity, so that a NUL may follow a full one. Tuples with text stay off
    /// the stack: the text may lie at odd places, where the verifier takes no wide access on the stack.
    /// </summary>
    private LLVMValueRef SlotFor(BpfType type) => type switch
    {
        StringType => Slot(type.Size + 1),
        TupleType tuple when tuple.Fields.Any(field => field.Type.Alignment != field.Type.Size) => FrameSlot(type.Size),
        _ => Slot(type.Size),
    };

    private int TakeFrame(int size)
    {
        int offset = (_frameTop + 7) / 8 * 8;
        _frameTop = offset + Math.Max(size, 1); // a map takes a byte of a value of none
        _frameMaximum = Math.Max(_frameMaximum, (_frameTop + 7) / 8 * 8);
        return offset;
    }

    private LLVMValueRef Frame()
    {
        _frameMaximum = Math.Max(_frameMaximum, 8);
        return Load(_module.Pointer, _function.Frame);
    }

    private bool FitsStack(int size)
    {
        int limit = _state.Program.Config.OnStackLimit;
        if (size > limit)
            return false;
        return FreeStackSlot(size) is not null
            || _function.StackBytes + size <= (_function.Subprogram is null ? Math.Max(DefaultStackBudget, 6 * limit) : SubprogramStackBudget);
    }

    private StackSlot? FreeStackSlot(int size)
    {
        foreach (StackSlot slot in _function.Slots)
        {
            if (!slot.InUse && slot.Size == size)
                return slot;
        }

        return null;
    }

    private LLVMValueRef TakeStackSlot(int size)
    {
        StackSlot? slot = FreeStackSlot(size);
        if (slot is null)
        {
            slot = new StackSlot(EntryAlloca(LLVMTypeRef.CreateArray(_module.I64, (uint)size / 8)), size);
            _function.StackBytes += size;
            _function.Slots.Add(slot);
        }

        slot.InUse = true;
        _function.Taken.Add(slot);
        return slot.Address;
    }

    /// <summary>The present state of the temporary slots.</summary>
    private SlotMark Mark() => new(_frameTop, _function.Taken.Count);

    /// <summary>Gives back every slot taken since the mark.</summary>
    private void ReleaseTo(in SlotMark mark)
    {
        _frameTop = mark.FrameTop;
        List<StackSlot> taken = _function.Taken;
        while (taken.Count > mark.Taken)
        {
            taken[^1].InUse = false;
            taken.RemoveAt(taken.Count - 1);
        }
    }

    /// <summary>
    /// True for programs that can be interrupted by a run of themselves on the same CPU: those of user-space probes may be preempted. They
    /// have several frames, each with a word that says it is taken. (The others run with preemption off, or the kernel skips the second run.)
    /// </summary>
    private bool MayOverlap => _probe.Type is ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt;

    /// <summary>The prologue: this program's entry of the scratch map, when anything lives there.</summary>
    private void EmitFrameLookup(LLVMValueRef key)
    {
        if (_frameMaximum == 0)
            return;

        bool isLarge = _frameMaximum > MaximumPerCpuFrame;
        int count = MayOverlap ? OverlappingFrames : 1;
        int first = isLarge ? _state.LargeFrames : _state.Frames;
        if (isLarge)
        {
            _state.LargeFrames += count;
            _state.LargeFrameSize = Math.Max(_state.LargeFrameSize, _frameMaximum);
        }
        else
        {
            _state.Frames += count;
            _state.FrameSize = Math.Max(_state.FrameSize, _frameMaximum);
        }

        LLVMBasicBlockRef ready = NewBlock();
        for (int i = 0; i < count; i++)
        {
            LLVMValueRef frame = LookUpFrame(key, first + i, isLarge);
            LLVMBasicBlockRef found = NewBlock();
            BranchIf(IsNull(frame), _function.Exit, found);
            Position(found);
            if (!MayOverlap)
            {
                Store(frame, _function.Frame);
                Branch(ready);
                break;
            }

            LLVMBasicBlockRef taken = NewBlock(), next = NewBlock();
            LLVMValueRef before = _builder.BuildAtomicRMW(
                LLVMAtomicRMWBinOp.LLVMAtomicRMWBinOpXchg, frame, Int(1), LLVMAtomicOrdering.LLVMAtomicOrderingSequentiallyConsistent, false);
            BranchIf(Equal(before, Int(0)), taken, next);
            Position(taken);
            Store(frame, _function.Frame);
            Branch(ready);
            Position(next);
        }

        if (MayOverlap)
        {
            // All are taken: this run is lost, and counted.
            CountLoss(key);
            Branch(_function.Exit);
        }

        Position(ready);
        EmitCallbackContext();
    }

    private LLVMValueRef LookUpFrame(LLVMValueRef key, int index, bool isLarge)
    {
        if (!isLarge)
        {
            Store(Int32(index), key);
            return ToPointer(Call(Helper.map_lookup_elem, _module.Map(KernelMaps.Scratch), key));
        }

        LLVMValueRef cpu = Call(Helper.get_smp_processor_id);
        Store(Resize(Add(cpu, (long)index * _state.Options.PossibleCpus), _module.I32, isSigned: false), key);
        return ToPointer(Call(Helper.map_lookup_elem, _module.Map(KernelMaps.LargeScratch), key));
    }

    /// <summary>Gives the frame back, at the way out.</summary>
    private void EmitFrameRelease()
    {
        if (!MayOverlap || _frameMaximum == 0)
            return;
        LLVMValueRef frame = Load(_module.Pointer, _function.Frame);
        If(IsNull(frame), () => { }, () => StoreVolatile(Int(0), frame));
    }

    private readonly record struct SlotMark(int FrameTop, int Taken);
}
