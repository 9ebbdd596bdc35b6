using BpfTrace.Language.Binding;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>The builtins and functions evaluated in the kernel. A new one is an entry here and a method.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>How a function is generated. Which members are set follows from its result: a register, memory, nothing.</summary>
    private sealed class FunctionEmitter
    {
        /// <summary>The result of register type.</summary>
        public Func<ProgramEmitter, BoundCall, LLVMValueRef>? Scalar { get; init; }

        /// <summary>Writes the result of memory type (destination, clean).</summary>
        public Action<ProgramEmitter, BoundCall, LLVMValueRef, bool>? Store { get; init; }

        /// <summary>Writes the bytes of a text or buffer for a record and gives their number: where that is cheaper than storing and copying.</summary>
        public Func<ProgramEmitter, BoundCall, LLVMValueRef, LLVMValueRef>? Pack { get; init; }

        /// <summary>A function without a result.</summary>
        public Action<ProgramEmitter, BoundCall>? Effect { get; init; }
    }

    private static class FunctionTable
    {
        private static readonly Dictionary<string, FunctionEmitter> s_functions = new(StringComparer.Ordinal)
        {
            ["pid"] = new() { Scalar = (e, c) => e.EmitPid(c, isThread: false) },
            ["tid"] = new() { Scalar = (e, c) => e.EmitPid(c, isThread: true) },
            ["uid"] = new() { Scalar = (e, c) => e.Result(c, e.And(e.Call(Helper.get_current_uid_gid), 0xffffffff)) },
            ["gid"] = new() { Scalar = (e, c) => e.Result(c, e.Shr(e.Call(Helper.get_current_uid_gid), 32)) },
            ["cpu"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.get_smp_processor_id)) },
            ["ncpus"] = new() { Scalar = (e, c) => e.Result(c, e.Int(e._state.Options.PossibleCpus)) },
            ["numaid"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.get_numa_node_id)) },
            ["rand"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.get_prandom_u32)) },
            ["cgroup"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.get_current_cgroup_id)) },
            ["curtask"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.get_current_task)) },
            ["jiffies"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.jiffies64)) },
            ["nsecs"] = new() { Scalar = (e, c) => e.EmitNsecs(c) },
            ["elapsed"] = new() { Scalar = (e, c) => e.Result(c, e.Sub(e.BootTime(), e.SessionValue(0))) },
            ["func"] = new() { Scalar = (e, c) => e.FunctionAddress(), Store = (e, c, d, _) => e.StoreUserSymbol(e.FunctionAddress(), d) },
            ["reg"] = new() { Scalar = (e, c) => e.EmitRegister(c) },
            ["usermode"] = new() { Scalar = (e, c) => e.EmitUserMode(c) },
            ["percpu_kaddr"] = new() { Scalar = (e, c) => e.EmitPerCpuAddress(c) },
            ["uaddr"] = new() { Scalar = (e, c) => e.EmitUserAddress(c) },
            ["socket_cookie"] = new() { Scalar = (e, c) => e.Result(c, e.Call(Helper.get_socket_cookie, e.KernelPointer(c.Arguments[0]))) },
            ["skboutput"] = new() { Scalar = (e, c) => e.EmitPacket(c) },
            ["write_user"] = new() { Scalar = (e, c) => e.EmitWriteUser(c) },
            ["ksym"] = new() { Scalar = (e, c) => e.Identity(c) },
            ["bswap"] = new() { Scalar = (e, c) => e.EmitByteSwap(c) },
            ["strncmp"] = new() { Scalar = (e, c) => e.EmitCompareText(c) },
            ["strstr"] = new() { Scalar = (e, c) => e.EmitFindText(c) },
            ["memcmp"] = new() { Scalar = (e, c) => e.EmitCompareMemory(c) },
            ["strlen"] = new() { Scalar = (e, c) => e.EmitStringLength(c) },
            ["stack_len"] = new() { Scalar = (e, c) => e.EmitStackLength(c) },
            ["signal"] = new() { Scalar = (e, c) => e.EmitSignal(c, Helper.send_signal) },
            ["signal_thread"] = new() { Scalar = (e, c) => e.EmitSignal(c, Helper.send_signal_thread) },
            ["debugf"] = new() { Effect = (e, c) => e.EmitDebug(c) },
            ["override"] = new() { Effect = (e, c) => e.EmitOverride(c), Scalar = (e, c) => e.EmitOverride(c) },
            ["comm"] = new() { Store = (e, c, d, clean) => e.StoreComm(c, d, clean), Pack = (e, _, d) => e.PackComm(d) },
            ["comm_of_pid"] = new() { Scalar = (e, c) => e.ReadNameOfTask(c) },
            ["probe"] = new() { Store = (e, c, d, _) => e.StoreProbeName(c, d) },
            ["str"] = new() { Store = (e, c, d, clean) => e.StoreStr(c, d, clean), Pack = (e, c, d) => e.PackStr(c, d) },
            ["buf"] = new() { Store = (e, c, d, clean) => e.StoreBuf(c, d, clean), Pack = (e, c, d) => e.PackBuf(c, d) },
            ["strerror"] = new() { Store = (e, c, d, _) => e.StoreName(c, d) },
            ["signal_name"] = new() { Store = (e, c, d, _) => e.StoreName(c, d) },
            ["syscall_name"] = new() { Store = (e, c, d, _) => e.StoreName(c, d) },
            ["str_concat"] = new() { Store = (e, c, d, clean) => e.StoreConcatenation(c, d, clean) },
            ["path"] = new() { Store = (e, c, d, clean) => e.StorePath(c, d, clean) },
            ["join"] = new() { Store = (e, c, d, clean) => e.StoreJoin(c, d), Pack = (e, c, d) => e.PackJoin(c, d) },
            ["kstack"] = new() { Store = (e, c, d, _) => e.StoreStack(c, d) },
            ["ustack"] = new() { Store = (e, c, d, _) => e.StoreStack(c, d) },
            ["dw_ustack"] = new() { Store = (e, c, d, _) => e.StoreUnwoundStack(c, d) },
            ["usym"] = new() { Store = (e, c, d, _) => e.StoreUserSymbol(e.ToInt64(e.Scalar(c.Arguments[0])), d) },
            ["ntop"] = new() { Store = (e, c, d, _) => e.StoreInet(c, d) },
            ["macaddr"] = new() { Store = (e, c, d, _) => e.StoreMacAddress(c, d) },
            ["strftime"] = new() { Store = (e, c, d, _) => e.StoreIndexed(c, d) },
            ["cgroup_path"] = new() { Store = (e, c, d, _) => e.StoreIndexed(c, d) },
        };

        public static LLVMValueRef Scalar(ProgramEmitter emitter, BoundCall call) =>
            (Find(call).Scalar ?? throw Unsupported(call))(emitter, call);

        public static void Store(ProgramEmitter emitter, BoundCall call, LLVMValueRef destination, bool clean) =>
            (Find(call).Store ?? throw Unsupported(call))(emitter, call, destination, clean);

        public static LLVMValueRef? Pack(ProgramEmitter emitter, BoundCall call, LLVMValueRef destination) =>
            Find(call).Pack is { } pack ? pack(emitter, call, destination) : default(LLVMValueRef?); // A plain null would become a reference to nothing.

        public static void Effect(ProgramEmitter emitter, BoundCall call) =>
            (Find(call).Effect ?? throw Unsupported(call))(emitter, call);

        private static FunctionEmitter Find(BoundCall call) =>
            s_functions.GetValueOrDefault(call.Function.Name) ?? throw Unsupported(call);
    }

    private static UnsupportedException Unsupported(BoundCall call) =>
        new(call.Span, $"{call.Function.Name}() is not supported here");

    /// <summary>A number as wide as the call's type says.</summary>
    private LLVMValueRef Result(BoundCall call, LLVMValueRef value) => Resize(value, RegisterType(call.Type), isSigned: false);

    /// <summary>The argument itself: the function only changes its type.</summary>
    private LLVMValueRef Identity(BoundCall call) =>
        Resize(Scalar(call.Arguments[0]), RegisterType(call.Type), TypeFacts.IsSigned(call.Arguments[0].Type));
}
