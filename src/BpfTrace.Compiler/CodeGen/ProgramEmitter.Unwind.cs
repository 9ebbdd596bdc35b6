using BpfTrace.Bpf;
using BpfTrace.Bpf.Unwind;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// <c>dw_ustack</c>: a user stack by the call frame information of the process's files, which the runtime puts into maps (<see cref="KernelMaps.UnwindProcesses"/>).
/// All state is in the frame, and every loop a callback of <c>bpf_loop</c>: the verifier walks each once, and knows nothing of values that come from memory, so that
/// there is nothing for it to tell apart.
/// </content>
internal sealed partial class ProgramEmitter
{
    // A binary search of 2^16 mappings, and one of 2^24 rows.
    private const int MappingSteps = 17;
    private const int RowSteps = 25;

    // What of return probes the kernel keeps of a thread (kernel/events/uprobes.c MAX_URETPROBE_DEPTH).
    private const int MaximumReturnProbes = 64;

    /// <summary>The address that stands for a failed unwinding: bpftrace's.</summary>
    private const long UnwindFailure = -1;

    /// <summary>A call of <c>dw_ustack</c> being generated: where its state is in the frame, and the callbacks that other callbacks use.</summary>
    private sealed class Unwinding(TextSpan span, StackType type, UnwindOffsets offsets, int state, int frames)
    {
        public TextSpan Span { get; } = span;

        public StackType Type { get; } = type;

        public UnwindOffsets Offsets { get; } = offsets;

        /// <summary>Offset of the state in the frame.</summary>
        public int State { get; } = state;

        /// <summary>Offset of the frames taken in the frame.</summary>
        public int Frames { get; } = frames;

        public int FrameSize => Type.HasBuildIds ? 32 : 8;

        public EmittedFunction SearchMappings { get; set; }

        public EmittedFunction SearchRows { get; set; }

        public EmittedFunction Operate { get; set; }

        public EmittedFunction Move { get; set; }

        public EmittedFunction FindReturn { get; set; }
    }

    /// <summary>Offsets in the state. The arrays have room for any index of five, or four, bits.</summary>
    private static class UnwindState
    {
        public const int Registers = 0;
        public const int Next = 256;
        public const int Stack = 512;
        public const int Process = 640;
        public const int Key = 648;
        public const int Low = 656;
        public const int High = 664;
        public const int File = 672;
        public const int Rule = 680;
        public const int FrameAddress = 688;
        public const int Valid = 696;
        public const int NextValid = 704;
        public const int Count = 712;
        public const int Failed = 720;
        public const int Moved = 728;
        public const int Depth = 736;
        public const int Operation = 744;
        public const int StackStart = 752;
        public const int Trampoline = 760;
        public const int FirstInstance = 768;
        public const int Instance = 776;
        public const int Size = 784;
    }

    private void StoreUnwoundStack(BoundCall call, LLVMValueRef destination)
    {
        var type = (StackType)call.Type;
        Store(Int(0), destination);
        Store(Int(0), Offset(destination, 8));
        LLVMValueRef process = Resize(CurrentPid(isThread: false), _module.I32, isSigned: false);
        Store(process, Offset(destination, 12));
        _state.Unwinds = true;
        if (type.Limit == 0)
            return; // none wanted

        _state.UseStacks(type.Words);
        SlotMark mark = Mark();
        int frames = TakeFrame(type.Words * 8);
        var unwinding = new Unwinding(call.Span, type, (UnwindOffsets)call.Data!, TakeFrame(UnwindState.Size), frames);
        Set(unwinding, UnwindState.Process, ToInt64(process));
        EmitUnwindCallbacks(unwinding);
        EmittedFunction step = AddCallback(call.Span, index => EmitFrame(unwinding, index));

        If(IsNull(ElementOf(_module.Map(KernelMaps.UnwindProcesses), Get(unwinding, UnwindState.Process))), () => EmitRuntimeError(RuntimeErrorKind.NoUnwindTable, null, Int(0), call.Span), () =>
        {
            EmitUnwindStart(unwinding);
            Repeat(step, Int(type.Limit));
            EmitUnwindFailure(unwinding);
            LLVMValueRef size = Mul(Get(unwinding, UnwindState.Count), Int(unwinding.FrameSize));
            KeepStack(call, Offset(Frame(), frames), size, destination);
        });
        ReleaseTo(mark);
    }

    /// <summary>The user's registers, as they are where the process left its own code, by their DWARF numbers.</summary>
    private void EmitUnwindStart(Unwinding u)
    {
        LLVMValueRef registers = Call(Helper.task_pt_regs, Call(Helper.get_current_task_btf));
        Call(Helper.probe_read_kernel, StateAt(u, UnwindState.Next), Int(Architecture.PtRegsSize), registers);
        for (int i = 0; i < UnwindFormat.RegisterCount; i++)
            Set(u, UnwindState.Registers + (8 * i), Get(u, UnwindState.Next + Architecture.RegisterOffset(UnwindFormat.RegisterNames[i])));
        Set(u, UnwindState.Valid, Int((1 << UnwindFormat.RegisterCount) - 1));
        Set(u, UnwindState.Count, Int(0));
        Set(u, UnwindState.Failed, Int(0));
        Set(u, UnwindState.StackStart, Int(0));
        Set(u, UnwindState.Trampoline, Int(0));
        Set(u, UnwindState.FirstInstance, Int(0));
        UnwindOffsets offsets = u.Offsets;
        if (!offsets.HasStackStart && !offsets.HasTrampolines)
            return;
        LLVMValueRef task = Call(Helper.get_current_task);
        LLVMValueRef memory = ReadKernelWord(Add(task, offsets.Memory));
        if (offsets.HasStackStart)
            Set(u, UnwindState.StackStart, ReadKernelWord(Add(memory, offsets.StackStart)));
        if (!offsets.HasTrampolines)
            return;
        LLVMValueRef area = ReadKernelWord(Add(memory, offsets.Trampolines));
        If(NotEqual(area, Int(0)), () =>
        {
            Set(u, UnwindState.Trampoline, ReadKernelWord(Add(area, offsets.TrampolineAddress)));
            LLVMValueRef probes = ReadKernelWord(Add(task, offsets.Probes));
            Set(u, UnwindState.FirstInstance, ReadKernelWord(Add(probes, offsets.Instances)));
        });
    }

    /// <summary>A stack that could not be followed to its end says so behind the last frame, where there is room.</summary>
    private void EmitUnwindFailure(Unwinding u)
    {
        LLVMValueRef count = Get(u, UnwindState.Count);
        If(NotEqual(Get(u, UnwindState.Failed), Int(0)), () => If(Compare(LLVMIntPredicate.LLVMIntULT, count, Int(u.Type.Limit)), () =>
        {
            LLVMValueRef frame = FrameAt(u, count);
            if (u.Type.HasBuildIds)
            {
                Zero(frame, u.FrameSize, 8);
                frame = Offset(frame, u.FrameSize - 8);
            }

            Store(Int(UnwindFailure), frame);
            Set(u, UnwindState.Count, Add(count, 1));
        }));
    }

    /// <summary>
    /// One frame: its address is noted, then the registers of its caller are found. Whatever ends the callback before its last lines has failed.
    /// </summary>
    private void EmitFrame(Unwinding u, LLVMValueRef index)
    {
        LLVMValueRef address = Get(u, UnwindState.Registers + (8 * UnwindFormat.ReturnAddress));
        EndUnless(Compare(LLVMIntPredicate.LLVMIntULT, index, Int(u.Type.Limit)));
        LLVMValueRef frame = FrameAt(u, index);
        if (u.Type.HasBuildIds)
        {
            const int BPF_STACK_BUILD_ID_IP = 2;
            Zero(frame, u.FrameSize, 8);
            Store(Int32(BPF_STACK_BUILD_ID_IP), frame);
        }

        Store(address, Offset(frame, u.FrameSize - 8));
        Set(u, UnwindState.Count, Add(index, 1));
        if (!u.Type.HasBuildIds)
            EndUnless(Compare(LLVMIntPredicate.LLVMIntULT, index, Int(u.Type.Limit - 1)));
        Set(u, UnwindState.Failed, Int(1));

        LLVMValueRef mapping = FindMapping(u, address);
        if (u.Type.HasBuildIds)
        {
            StoreBuildId(u, index, mapping, address);
            Set(u, UnwindState.Failed, Int(0));
            EndUnless(Compare(LLVMIntPredicate.LLVMIntULT, index, Int(u.Type.Limit - 1)));
            Set(u, UnwindState.Failed, Int(1));
        }

        LLVMValueRef rule = FindRule(u, mapping, address);
        EmitFrameAddress(u, rule);
        for (int i = 0; i < UnwindFormat.RegisterCount; i++)
            Set(u, UnwindState.Next + (8 * i), Get(u, UnwindState.Registers + (8 * i)));
        Set(u, UnwindState.Next + (8 * UnwindFormat.StackPointer), Get(u, UnwindState.FrameAddress));
        Set(u, UnwindState.NextValid, Or(Get(u, UnwindState.Valid), Int(1 << UnwindFormat.StackPointer)));
        LLVMValueRef moves = And(Shr(rule, 16), 0xff);
        Set(u, UnwindState.Moved, Int(0));
        Repeat(u.Move, moves);
        EndUnless(Equal(Get(u, UnwindState.Moved), moves));
        EmitReturn(u, rule);
    }

    /// <summary>The caller's registers become those at hand; ends the walk where there is no caller.</summary>
    private void EmitReturn(Unwinding u, LLVMValueRef rule)
    {
        const int ReturnPlace = UnwindState.Next + (8 * UnwindFormat.ReturnAddress);
        const int TrampolineSize = 4096;
        Set(u, UnwindState.Failed, Int(0));
        EndUnless(NotEqual(And(Get(u, UnwindState.NextValid), 1 << UnwindFormat.ReturnAddress), Int(0)));
        EndUnless(NotEqual(Get(u, ReturnPlace), Int(0)));
        LLVMValueRef stack = Get(u, UnwindState.Next + (8 * UnwindFormat.StackPointer));
        LLVMValueRef start = Get(u, UnwindState.StackStart);
        If(NotEqual(start, Int(0)), () => EndUnless(Compare(LLVMIntPredicate.LLVMIntULT, stack, Add(start, -8))));
        if (u.Offsets.HasTrampolines)
        {
            LLVMValueRef trampoline = Get(u, UnwindState.Trampoline);
            LLVMValueRef within = Sub(Get(u, ReturnPlace), trampoline);
            If(NotEqual(trampoline, Int(0)), () => If(Compare(LLVMIntPredicate.LLVMIntULT, within, Int(TrampolineSize)), () =>
            {
                Set(u, UnwindState.Instance, Get(u, UnwindState.FirstInstance));
                Repeat(u.FindReturn, Int(MaximumReturnProbes));
            }));
        }

        for (int i = 0; i < UnwindFormat.ReturnAddress; i++)
            Set(u, UnwindState.Registers + (8 * i), Get(u, UnwindState.Next + (8 * i)));

        // The call is before the address returned to, and may be its function's last instruction. A signal came before the instruction itself.
        LLVMValueRef isSignal = And(Shr(rule, 24), 1);
        Set(u, UnwindState.Registers + (8 * UnwindFormat.ReturnAddress), Add(Add(Get(u, ReturnPlace), -1), isSignal));
        Set(u, UnwindState.Valid, Get(u, UnwindState.NextValid));
    }

    /// <summary>The element of the process's mappings that an address lies in.</summary>
    private LLVMValueRef FindMapping(Unwinding u, LLVMValueRef address)
    {
        LLVMValueRef mappings = Existing(ElementOf(_module.Map(KernelMaps.UnwindProcesses), Get(u, UnwindState.Process)));
        LLVMValueRef count = Load(_module.I64, Existing(ElementOf(mappings, Int(0))));
        Set(u, UnwindState.Key, address);
        Set(u, UnwindState.Low, Int(1));
        Set(u, UnwindState.High, Add(count, 1));
        Repeat(u.SearchMappings, Int(MappingSteps));
        LLVMValueRef found = Get(u, UnwindState.Low);
        EndUnless(Compare(LLVMIntPredicate.LLVMIntUGT, found, Int(1)));
        LLVMValueRef mapping = Existing(ElementOf(mappings, Add(found, -1)));
        EndUnless(Compare(LLVMIntPredicate.LLVMIntULT, address, Load(_module.I64, Offset(mapping, 8))));
        return mapping;
    }

    /// <summary>The first word of the rule at an address.</summary>
    private LLVMValueRef FindRule(Unwinding u, LLVMValueRef mapping, LLVMValueRef address)
    {
        LLVMValueRef key = Sub(address, Load(_module.I64, Offset(mapping, 16)));
        Set(u, UnwindState.File, ToInt64(Load(_module.I32, Offset(mapping, 24))));
        Set(u, UnwindState.High, ToInt64(Load(_module.I32, Offset(mapping, 28))));
        Set(u, UnwindState.Low, Int(0));
        Set(u, UnwindState.Key, key);
        EndUnless(Equal(Shr(key, 32), Int(0)));
        Repeat(u.SearchRows, Int(RowSteps));
        LLVMValueRef found = Get(u, UnwindState.Low);
        EndUnless(NotEqual(found, Int(0)));
        LLVMValueRef rule = Shr(WordAt(u, Add(found, -1)), 32);
        EndUnless(NotEqual(rule, Int(0)));
        Set(u, UnwindState.Rule, rule);
        return WordAt(u, rule);
    }

    /// <summary>The build id and the offset in the file in the place of the address, where the file has one (status 1, BPF_STACK_BUILD_ID_VALID).</summary>
    private void StoreBuildId(Unwinding u, LLVMValueRef index, LLVMValueRef mapping, LLVMValueRef address)
    {
        const int Status = 40;
        If(NotEqual(Load(_module.I32, Offset(mapping, Status)), Int32(0)), () =>
        {
            LLVMValueRef frame = FrameAt(u, index);
            Copy(frame, Offset(mapping, Status), 24, 8);
            Store(Sub(address, Load(_module.I64, Offset(mapping, 32))), Offset(frame, 24));
        });
    }

    private LLVMValueRef ReadKernelWord(LLVMValueRef address)
    {
        SlotMark mark = Mark();
        LLVMValueRef word = TakeStackSlot(8);
        Store(Int(0), word);
        Call(Helper.probe_read_kernel, word, Int(8), ToPointer(address));
        LLVMValueRef value = Load(_module.I64, word);
        ReleaseTo(mark);
        return value;
    }

    private LLVMValueRef StateAt(Unwinding u, int offset) => Offset(Frame(), u.State + offset);

    private LLVMValueRef Get(Unwinding u, int offset) => Load(_module.I64, StateAt(u, offset));

    private void Set(Unwinding u, int offset, LLVMValueRef value) => Store(value, StateAt(u, offset));

    /// <summary>A place in one of the state's arrays; the index counts modulo their length, so that it cannot lead out of them.</summary>
    private LLVMValueRef StateAt(Unwinding u, int array, LLVMValueRef index, int mask) => Offset(Offset(Frame(), u.State + array), Shl(And(index, mask), 3));

    private LLVMValueRef FrameAt(Unwinding u, LLVMValueRef index) => Offset(Offset(Frame(), u.Frames), Mul(index, Int(u.FrameSize)));

    /// <summary>An element of an array or of a map of maps; may be null.</summary>
    private LLVMValueRef ElementOf(LLVMValueRef map, LLVMValueRef index)
    {
        SlotMark mark = Mark();
        LLVMValueRef key = TakeStackSlot(8);
        Store(Resize(index, _module.I32, isSigned: false), key);
        LLVMValueRef element = ToPointer(Call(Helper.map_lookup_elem, map, key));
        ReleaseTo(mark);
        return element;
    }

    /// <summary>A word of the table of the file at hand; ends the loop where there is none.</summary>
    private LLVMValueRef WordAt(Unwinding u, LLVMValueRef index)
    {
        LLVMValueRef table = Existing(ElementOf(_module.Map(KernelMaps.UnwindFiles), Get(u, UnwindState.File)));
        return Load(_module.I64, Existing(ElementOf(table, index)));
    }

    /// <summary>Ends the loop where a pointer is null.</summary>
    private LLVMValueRef Existing(LLVMValueRef pointer)
    {
        EndUnless(NotEqual(pointer, Null));
        return pointer;
    }

    /// <summary>Ends the loop unless a condition holds.</summary>
    private void EndUnless(LLVMValueRef condition)
    {
        LLVMBasicBlockRef goOn = NewBlock(), end = NewBlock();
        BranchIf(condition, goOn, end);
        Position(end);
        EndIteration(Int(1));
        Position(goOn);
    }

    private EmittedFunction AddCallback(TextSpan span, Action<LLVMValueRef> body)
    {
        EmittedFunction callback = _module.AddLoopCallback(CallbackName(), LineOf(span));
        EmitCallback(span, callback, callback.Value.GetParam(1), () => body(callback.Value.GetParam(0)));
        return callback;
    }

    private void Repeat(EmittedFunction callback, LLVMValueRef count) => Call(Helper.loop, count, callback.Value, CallbackContext(), Int(0));
}
