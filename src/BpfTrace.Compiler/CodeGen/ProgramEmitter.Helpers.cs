using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Helper calls, and what becomes of their errors.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>Calls a helper. Arguments are pointers, or integers that are widened to 64 bits without sign; those not given end the list.</summary>
    private unsafe LLVMValueRef Call(
        Helper helper,
        LLVMValueRef a = default,
        LLVMValueRef b = default,
        LLVMValueRef c = default,
        LLVMValueRef d = default,
        LLVMValueRef e = default)
    {
        // Plain pointers: spans over LLVM's types would be the one thing here that has to be compiled at start-up.
        LLVMOpaqueValue** arguments = stackalloc LLVMOpaqueValue*[] { Argument(a), Argument(b), Argument(c), Argument(d), Argument(e) };
        int count = 0;
        while (count < 5 && arguments[count] != null)
            count++;
        LLVMValueRef function = LLVMValueRef.CreateConstIntToPtr(Int((long)helper), _module.Pointer);
        using var name = new MarshaledString("");
        LLVMValueRef result = LLVM.BuildCall2(_builder, _module.HelperType(arguments, count), function, arguments, (uint)count, name);
        return helper is Helper.map_update_elem or Helper.map_delete_elem or Helper.loop ? SignExtendInt(result) : result;
    }

    /// <summary>
    /// The verifier turns calls of these helpers into calls of the map's own functions, which return an int before Linux 6.4 (kernel/bpf/verifier.c
    /// do_misc_fixups; struct bpf_map_ops): the upper half of the register is then no part of the result. A bpf_loop that the verifier puts in line gives
    /// its error as an int, too (inline_bpf_loop).
    /// </summary>
    private LLVMValueRef SignExtendInt(LLVMValueRef result) => Resize(Resize(result, _module.I32, isSigned: true), _module.I64, isSigned: true);

    private LLVMValueRef Argument(LLVMValueRef value) =>
        value.Handle == IntPtr.Zero || value.TypeOf == _module.Pointer ? value : ToInt64(value);

    /// <summary>Reports a helper's failure, when its result is negative. bpftrace: helper_error.</summary>
    private void CheckResult(LLVMValueRef result, Helper helper, TextSpan span)
    {
        if (_state.Options.HelperErrors >= HelperErrors.Effects)
            If(IsNegative(result), () => EmitRuntimeError(RuntimeErrorKind.HelperFailed, helper, result, span));
    }

    /// <summary>As <see cref="CheckResult"/>, for failures that are reported only on demand: reads of memory.</summary>
    private void CheckRead(LLVMValueRef result, Helper helper, TextSpan span)
    {
        if (_state.Options.HelperErrors >= HelperErrors.Reads)
            CheckResult(result, helper, span);
    }

    /// <summary>Reports, on demand, that a key looked up is not there.</summary>
    private void ReportMissing(Helper helper, TextSpan span)
    {
        if (_state.Options.HelperErrors >= HelperErrors.All)
            EmitRuntimeError(RuntimeErrorKind.HelperFailed, helper, Int(0), span);
    }

    private void EmitRuntimeError(RuntimeErrorKind kind, Helper? helper, LLVMValueRef result, TextSpan span) =>
        EmitSimpleRecord(_state.ErrorSite(span, _expansion, kind, helper?.ToString()), result);

    private LLVMValueRef BootTime() => Call(Helper.ktime_get_boot_ns);

    /// <summary>The helper that copies memory of a space; own memory is copied by the kernel's. Where no space is known, the address itself says which it is.</summary>
    private Helper ReadHelper(AddressSpace space) => Resolve(space) switch
    {
        AddressSpace.User => Helper.probe_read_user,
        AddressSpace.None => Helper.probe_read,
        _ => Helper.probe_read_kernel,
    };

    private Helper ReadStringHelper(AddressSpace space) => Resolve(space) switch
    {
        AddressSpace.User => Helper.probe_read_user_str,
        AddressSpace.None => Helper.probe_read_str,
        _ => Helper.probe_read_kernel_str,
    };

    /// <summary>What an unknown address space is in this probe.</summary>
    private AddressSpace Resolve(AddressSpace space) => space == AddressSpace.None ? TypeFacts.DefaultSpace(_probe.Type) : space;
}
