using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Programs whose context has types: the verifier follows the kernel's pointers in them, so that helpers take them back, and does not let them be
/// calculated with. A pointer that a script takes for a number becomes one.
/// </content>
internal sealed partial class ProgramEmitter
{
    private bool? _tracksPointers;

    private bool TracksPointers => _tracksPointers ??= _probe.Type is ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter
        || (_probe.Type == ProbeType.RawTracepoint && PointerUse.Of(_probe.Body));

    /// <summary>What a helper copies out of memory is a number to the verifier, whatever was stored there.</summary>
    private LLVMValueRef AsNumber(LLVMValueRef value)
    {
        if (!TracksPointers || value.IsAConstantInt.Handle != IntPtr.Zero)
            return value;
        SlotMark mark = Mark();
        LLVMValueRef slot = TakeStackSlot(8);
        Store(ToInt64(value), slot);
        Call(Helper.probe_read_kernel, slot, Int(8), slot);
        LLVMValueRef number = Load(_module.I64, slot);
        ReleaseTo(mark);
        return number;
    }

    /// <summary>Looks whether a raw tracepoint hands pointers back to the kernel: only then its program is loaded with types.</summary>
    private sealed class PointerUse : BoundWalker
    {
        private bool _found;

        public static bool Of(BoundBlock body)
        {
            var use = new PointerUse();
            use.Visit(body);
            return use._found;
        }

        /// <inheritdoc/>
        protected override void Node(BoundNode node) => _found |= node is BoundCall { Function.Name: "skboutput" };
    }
}
