using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Functions: the task at hand, clocks, registers.</content>
internal sealed partial class ProgramEmitter
{
    private LLVMValueRef EmitPid(BoundCall call, bool isThread)
    {
        // Data: "init", "curr_ns", or null for the tracer's own namespace.
        if (call.Data is not "init")
            return Result(call, CurrentPid(isThread));
        LLVMValueRef both = Call(Helper.get_current_pid_tgid);
        return Result(call, isThread ? And(both, 0xffffffff) : Shr(both, 32));
    }

    /// <summary>The process or thread at hand, by the number the tracer knows it by.</summary>
    private LLVMValueRef CurrentPid(bool isThread)
    {
        if (_state.Options.PidNamespace is { } ns)
            return NamespacedPid(ns.Device, ns.Inode, isThread);
        LLVMValueRef both = Call(Helper.get_current_pid_tgid);
        return isThread ? And(both, 0xffffffff) : Shr(both, 32);
    }

    /// <summary>The pid as the tracer's own namespace has it: struct bpf_pidns_info is u32 pid (the thread), u32 tgid.</summary>
    private LLVMValueRef NamespacedPid(ulong device, ulong inode, bool isThread)
    {
        SlotMark mark = Mark();
        LLVMValueRef info = TakeStackSlot(8);
        Store(Int(0), info);
        Call(Helper.get_ns_current_pid_tgid, Int((long)device), Int((long)inode), info, Int(8));
        LLVMValueRef pid = ToInt64(Load(_module.I32, Offset(info, isThread ? 0 : 4)));
        ReleaseTo(mark);
        return pid;
    }

    private LLVMValueRef EmitNsecs(BoundCall call) => Result(call, call.Data switch
    {
        ClockMode.Monotonic => Call(Helper.ktime_get_ns),
        ClockMode.Tai => Call(Helper.ktime_get_tai_ns),
        ClockMode.SoftwareTai => SoftwareTaiTime(),
        _ => BootTime(),
    });

    private LLVMValueRef SoftwareTaiTime() => Add(BootTime(), SessionValue(8));

    /// <summary>A number the runtime leaves for the programs; see <see cref="KernelMaps.Session"/>.</summary>
    private LLVMValueRef SessionValue(int offset)
    {
        LLVMValueRef entry = SessionEntry();
        return Choose(IsNull(entry), _module.I64, () => Int(0), () => Load(_module.I64, Offset(entry, offset)));
    }

    private LLVMValueRef SessionEntry()
    {
        _state.UsesSession = true;
        SlotMark mark = Mark();
        LLVMValueRef key = TakeStackSlot(8);
        Store(Int32(0), key);
        LLVMValueRef entry = ToPointer(Call(Helper.map_lookup_elem, _module.Map(KernelMaps.Session), key));
        ReleaseTo(mark);
        return entry;
    }

    /// <summary>
    /// The traced function's address. After a return the instruction pointer is no longer in it, and a trampoline has none: the kernel
    /// knows (get_func_ip, 5.15). It does not for a probe within a function, whose instruction pointer does.
    /// </summary>
    private LLVMValueRef FunctionAddress() =>
        _probe.Type is ProbeType.Fentry or ProbeType.Fexit or ProbeType.Kretprobe or ProbeType.Uretprobe
            ? Call(Helper.get_func_ip, _function.Context)
            : LoadRegister(Architecture.InstructionPointerOffset);

    /// <summary>
    /// uaddr: the symbol is as far from where its file has it as the probe is that was hit. After a return, kernels before 6.6 do not know
    /// where the function began; the file's address is all there is then.
    /// </summary>
    private LLVMValueRef EmitUserAddress(BoundCall call)
    {
        LLVMValueRef address = Scalar(call.Arguments[0]);
        if (call.Arguments.Length == 1)
            return Result(call, address);
        LLVMValueRef here = FunctionAddress();
        return Result(call, Select(Equal(here, Int(0)), address, Add(address, Sub(here, Scalar(call.Arguments[1])))));
    }

    private LLVMValueRef EmitRegister(BoundCall call)
    {
        string name = call.Data switch
        {
            "pc" => "ip",
            "orig_rax" => "orig_ax",
            string other => other,
            _ => throw Unexpected(call),
        };
        return Result(call, LoadRegister(Architecture.RegisterOffset(name)));
    }

    /// <summary>Whether the interrupted code was user code: the privilege level in the code segment.</summary>
    private LLVMValueRef EmitUserMode(BoundCall call)
    {
        LLVMValueRef segment = LoadRegister(Architecture.RegisterOffset("cs"));
        return Result(call, ToInt64(Equal(And(segment, 3), Int(3))));
    }

    private LLVMValueRef EmitSignal(BoundCall call, Helper helper)
    {
        LLVMValueRef result = Call(helper, ToInt64(Scalar(call.Arguments[0])));
        CheckResult(result, helper, call.Span);
        return Result(call, result);
    }

    private LLVMValueRef EmitOverride(BoundCall call)
    {
        LLVMValueRef result = Call(Helper.override_return, _function.Context, ToInt64(Scalar(call.Arguments[0]), TypeFacts.IsSigned(call.Arguments[0].Type)));
        return call.Type is VoidType ? result : Result(call, result);
    }

    /// <summary>write_user(destination, source, length): whether it could be written.</summary>
    private LLVMValueRef EmitWriteUser(BoundCall call)
    {
        BoundExpression source = call.Arguments[1];
        SlotMark mark = Mark();
        LLVMValueRef memory = SlotFor(source.Type);
        StoreValue(source, memory, clean: false);
        LLVMValueRef result = Call(
            Helper.probe_write_user, ToPointer(ToInt64(Scalar(call.Arguments[0]))), memory, Bounded(call.Arguments[2], source.Type.Size));
        ReleaseTo(mark);
        return Equal(result, Int(0));
    }

    /// <summary>usym_t: u64 address, u32 pid, u32 zero.</summary>
    private void StoreUserSymbol(LLVMValueRef address, LLVMValueRef destination)
    {
        Store(address, destination);
        Store(CurrentPid(isThread: false), Offset(destination, 8));
    }

    private void StoreComm(BoundCall call, LLVMValueRef destination, bool clean)
    {
        const int TaskCommLength = 16;
        int capacity = call.Type.Size;
        // Before Linux 6.7 the helper leaves what is behind the name as it was, and a key has to be the same each time.
        if (clean)
            Zero(destination, capacity, 1);
        Call(Helper.get_current_comm, destination, Int(Math.Min(capacity, TaskCommLength)));
    }

    /// <summary>comm(pid): the task is held while its name is read (bpf_task_from_pid, 6.2).</summary>
    private LLVMValueRef ReadNameOfTask(BoundCall call)
    {
        const int TaskCommLength = 16;
        LLVMValueRef destination = ToPointer(Scalar(call.Arguments[1]));
        LLVMValueRef task = CallKernel("bpf_task_from_pid", ToInt64(Scalar(call.Arguments[0]), isSigned: true));
        LLVMValueRef found = EntryAlloca(_module.I64);
        Store(Int(0), found);
        If(NotEqual(task, Int(0)), () =>
        {
            Call(Helper.probe_read_kernel_str, destination, Int(TaskCommLength), Add(task, (int)call.Data!));
            CallKernel("bpf_task_release", task);
            Store(Int(1), found);
        });
        return NotEqual(Load(_module.I64, found), Int(0));
    }

    /// <summary>
    /// percpu_kaddr(name, cpu): the variable's address plus the CPU's offset (include/linux/percpu-defs.h per_cpu_ptr); 0 for a CPU that there
    /// is not. Needs no BTF, unlike bpf_per_cpu_ptr: the result is a plain number.
    /// </summary>
    private LLVMValueRef EmitPerCpuAddress(BoundCall call)
    {
        LLVMValueRef cpu = call.Arguments.Length > 2 ? ToInt64(Scalar(call.Arguments[2]), isSigned: false) : Call(Helper.get_smp_processor_id);
        LLVMValueRef result = EntryAlloca(_module.I64);
        LLVMValueRef offset = EntryAlloca(_module.I64);
        Store(Int(0), result);
        If(Compare(LLVMIntPredicate.LLVMIntULT, cpu, Int(_state.Options.PossibleCpus)), () =>
        {
            Store(Int(0), offset);
            LLVMValueRef read = Call(Helper.probe_read_kernel, offset, Int(8), Add(Scalar(call.Arguments[1]), Mul(cpu, Int(8))));
            CheckRead(read, Helper.probe_read_kernel, call.Span);
            Store(Add(Scalar(call.Arguments[0]), Load(_module.I64, offset)), result);
        });
        return Load(_module.I64, result);
    }

    /// <summary>Calls a function of the kernel; the loader finds it by name.</summary>
    private LLVMValueRef CallKernel(string name, LLVMValueRef argument) =>
        _builder.BuildCall2(_module.KernelFunctionType, _module.KernelFunction(name), [argument], "");

    /// <summary>comm for a record: two words, whose first zero byte is found by arithmetic instead of a copying helper.</summary>
    private LLVMValueRef PackComm(LLVMValueRef destination)
    {
        LLVMValueRef slot = TakeStackSlot(16);
        Call(Helper.get_current_comm, slot, Int(16));
        LLVMValueRef low = Load(_module.I64, slot);
        LLVMValueRef high = Load(_module.I64, Offset(slot, 8));
        Store(low, destination);
        Store(high, Offset(destination, 8));
        LLVMValueRef lowMark = ZeroBytes(low);
        LLVMValueRef inLow = NotEqual(lowMark, Int(0));
        LLVMValueRef mark = Select(inLow, lowMark, ZeroBytes(high));
        return Add(FirstMarkedByte(mark), Select(inLow, Int(0), Int(8)));
    }

    /// <summary>The top bit of each zero byte; higher marks may be false, the lowest never is.</summary>
    private LLVMValueRef ZeroBytes(LLVMValueRef word) =>
        And(And(Sub(word, Int(0x0101010101010101)), _builder.BuildNot(word)), unchecked((long)0x8080808080808080));

    /// <summary>The number of the lowest marked byte. With exactly one bit 8k+7 left, shifting 0x0001…07 by 8k leaves k on top.</summary>
    private LLVMValueRef FirstMarkedByte(LLVMValueRef marks)
    {
        LLVMValueRef lowest = And(marks, _builder.BuildNeg(marks));
        return Shr(Mul(Shr(lowest, 7), Int(0x0001020304050607)), 56);
    }
}
