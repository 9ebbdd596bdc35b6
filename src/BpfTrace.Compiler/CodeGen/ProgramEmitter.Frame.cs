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

    // A per-CPU array's value is at most one unit of the per-CPU allocator (kernel: PCPU_MIN_UNIT_SIZE).
    private const int MaximumPerCpuFrame = 32 << 10;

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
        _frameTop = offset + size;
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
        return FreeStackSlot(size) is not null || _function.StackBytes + size <= Math.Max(DefaultStackBudget, 6 * limit);
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

    /// <summary>The prologue: this program's entry of the scratch map, when anything lives there.</summary>
    private void EmitFrameLookup()
    {
        if (_frameMaximum == 0)
        {
            Store(Null, _function.Frame);
            return;
        }

        LLVMValueRef key = EntryAlloca(_module.I32);
        LLVMValueRef map;
        if (_frameMaximum <= MaximumPerCpuFrame)
        {
            map = _module.Map(KernelMaps.Scratch);
            Store(Int32(_index), key);
        }
        else
        {
            map = _module.Map(KernelMaps.LargeScratch);
            LLVMValueRef cpu = Call(Helper.get_smp_processor_id);
            Store(Resize(Add(cpu, (long)_index * _state.Options.PossibleCpus), _module.I32, isSigned: false), key);
        }

        LLVMValueRef frame = ToPointer(Call(Helper.map_lookup_elem, map, key));
        Store(frame, _function.Frame);
        LLVMBasicBlockRef found = NewBlock();
        BranchIf(IsNull(frame), _function.Exit, found);
        Position(found);
        EmitCallbackContext();
    }

    private readonly record struct SlotMark(int FrameTop, int Taken);
}
