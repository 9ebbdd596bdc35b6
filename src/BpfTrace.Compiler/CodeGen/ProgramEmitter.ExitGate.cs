using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// A timed program that calls <c>exit()</c> does not run again once the call has gone out: the runtime needs a moment to detach it, and what a
/// fast timer counts until then would depend on how long. Programs of other probes go on until they are detached, as bpftrace's do: what
/// happens in that moment is seen.
/// </content>
internal sealed partial class ProgramEmitter
{
    /// <summary>The place of the mark in the session's values.</summary>
    private const int ExitedOffset = 16;

    private void EmitExitGate()
    {
        if (_probe.Type is not (ProbeType.Interval or ProbeType.Profile) || !ExitFinder.CallsExit(_probe))
            return;
        LLVMBasicBlockRef goOn = NewBlock();
        BranchIf(Equal(SessionValue(ExitedOffset), Int(0)), goOn, _function.Exit);
        Position(goOn);
    }

    /// <summary>Only after the record is in the buffer: one that was lost must come again.</summary>
    private void MarkExited()
    {
        LLVMValueRef session = SessionEntry();
        If(IsNull(session), static () => { }, () => Store(Int(1), Offset(session, ExitedOffset)));
    }

    private sealed class ExitFinder : BoundWalker
    {
        private bool _found;

        public static bool CallsExit(BoundProbe probe)
        {
            var finder = new ExitFinder();
            finder.Visit(probe.Body);
            return finder._found;
        }

        /// <inheritdoc/>
        protected override void Exits() => _found = true;

        /// <inheritdoc/>
        protected override void Calls(SubprogramSymbol subprogram) => Visit(subprogram.Body);
    }
}
