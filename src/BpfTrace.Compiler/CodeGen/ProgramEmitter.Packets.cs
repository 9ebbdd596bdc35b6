using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content><c>skboutput()</c>: only bpf_skb_output() (Linux 5.5) copies all of a packet, and only to an array of perf events.</content>
internal sealed partial class ProgramEmitter
{
    private const long BPF_F_CURRENT_CPU = 0xffffffff;
    private const int ENOSPC = 28;

    /// <summary>Sends a record's header and values; the helper puts the packet's first bytes behind them. The result is the helper's.</summary>
    private LLVMValueRef EmitPacket(BoundCall call)
    {
        var site = (OutputSite)call.Data!;
        EventLayout layout = _state.LayoutOf(site);
        _state.SendsPackets = true;
        LLVMValueRef packet = KernelPointer(call.Arguments[0]);
        LLVMValueRef length = Scalar(call.Arguments[1]);
        LLVMValueRef offset = Scalar(call.Arguments[2]);
        SlotMark mark = Mark();
        LLVMValueRef record = TakeStackSlot(layout.FixedSize);
        StoreHeader(record, site, EmitHeaderValues());
        StoreScalar(length, layout.Fields[0].Type, Offset(record, layout.Fields[0].Offset));
        StoreScalar(offset, layout.Fields[1].Type, Offset(record, layout.Fields[1].Offset));
        LLVMValueRef flags = Or(Shl(ToInt64(length), 32), Int(BPF_F_CURRENT_CPU));
        LLVMValueRef result = Call(Helper.skb_output, packet, _module.Map(KernelMaps.Packets), flags, record, Int(layout.FixedSize));
        ReleaseTo(mark);
        If(Compare(LLVMIntPredicate.LLVMIntEQ, result, Int(-ENOSPC)), CountLoss);
        return Result(call, result);
    }

    /// <summary>A pointer from the kernel that a helper takes back: also an <c>argN</c>, whose type the verifier knows where the probe has types.</summary>
    private LLVMValueRef KernelPointer(BoundExpression pointer)
    {
        if (_probe.Type == ProbeType.RawTracepoint)
            _state.TypedTracepoints.Add(_probe.Name);
        return ToPointer(Scalar(pointer));
    }
}
