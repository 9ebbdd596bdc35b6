using System.Text;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary>Integer arguments passed in registers on x86_64 (System V ABI), and how many bpftrace's <c>argN</c> reaches.</summary>
    private const int MaxArguments = 6;

    private BoundExpression BindArgument(IdentifierExpressionSyntax syntax, string name, int index)
    {
        if (_probe.Type is not (ProbeType.Kprobe or ProbeType.Uprobe or ProbeType.Usdt or ProbeType.RawTracepoint))
        {
            Diagnostics.ReportNotInProbe(At(syntax), $"The {name} builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes");
            return Unknown(syntax.Span);
        }
        if (_loops.Count > 0)
        {
            Diagnostics.ReportNotInProbe(At(syntax), $"'{name}' builtin is not allowed in a for-loop");
            return Unknown(syntax.Span);
        }
        if (_probe.Type != ProbeType.Usdt && index >= (_probe.Type == ProbeType.RawTracepoint ? 12 : MaxArguments))
        {
            Diagnostics.ReportNotInProbe(At(syntax), $"x86_64 doesn't support {name}");
            return Unknown(syntax.Span);
        }
        return _probe.Type == ProbeType.Usdt
            ? MakeUsdtArgument(syntax, index)
            : new BoundArgument(syntax.Span, IntegerType.UInt64 with { Space = DefaultSpace }, index);
    }

    /// <summary>An argument of a static probe, from where the probe's note says it is; 64 bits wide.</summary>
    private BoundExpression MakeUsdtArgument(SyntaxNode syntax, int index)
    {
        if (UsdtOperand.Parse(_probe.Target.Arguments, index) is not { } operand)
        {
            Diagnostics.ReportArgumentsUnknown(At(syntax), _probe.Target.FullName, $"couldn't get argument {index}");
            return Unknown(syntax.Span);
        }
        IntegerType result = IntegerType.UInt64 with { Space = AddressSpace.User };
        BoundExpression value;
        if (operand.Constant is { } constant)
        {
            value = new BoundConstant(syntax.Span, operand.Type, Wrap(constant, operand.Type));
        }
        else if (operand.IsMemory)
        {
            BoundExpression address = new BoundConstant(syntax.Span, IntegerType.UInt64, operand.Displacement);
            if (operand.Register is { } start)
                address = Combine(Register(start), BinaryOperator.Add, address);
            if (operand.Index is { } scaled)
                address = Combine(address, BinaryOperator.Add, Combine(Register(scaled), BinaryOperator.Multiply, Number(operand.Scale)));
            value = new BoundDereference(syntax.Span, operand.Type, new BoundConversion(syntax.Span, new PointerType(operand.Type, AddressSpace.User), address));
        }
        else
        {
            value = Register(operand.Register!);
            if (operand.Shift != 0)
                value = Combine(value, BinaryOperator.ShiftRight, Number(operand.Shift));
            value = Convert(value, operand.Type);
        }
        return new BoundConversion(syntax.Span, result, value);

        BoundCall Register(string name) => MakeCall(syntax.Span, "reg", IntegerType.UInt64, name);

        BoundConstant Number(long number) => new(syntax.Span, IntegerType.UInt64, number);

        BoundBinary Combine(BoundExpression left, BinaryOperator op, BoundExpression right) => new(syntax.Span, IntegerType.UInt64, left, op, right);
    }

    /// <summary><c>sarg0</c> of 0.17: a word of the stack. On x86-64 the return address lies before the first.</summary>
    private BoundExpression BindStackArgument(IdentifierExpressionSyntax syntax, string name, int index)
    {
        if (!CheckAvailable(syntax, "reg"))
            return Unknown(syntax.Span);
        int offset = (index + 1) * 8;
        Diagnostics.ReportStackArgument(At(syntax), name, offset);
        BoundExpression stack = MakeCall(syntax.Span, "reg", IntegerType.UInt64, "sp");
        var place = new BoundBinary(syntax.Span, IntegerType.UInt64, stack, BinaryOperator.Add, new BoundConstant(syntax.Span, IntegerType.UInt64, offset));
        var pointer = new BoundConversion(syntax.Span, new PointerType(IntegerType.UInt64, DefaultSpace), place);
        return new BoundDereference(syntax.Span, IntegerType.UInt64 with { Space = DefaultSpace }, pointer);
    }

    /// <summary>A loop's body is a callback of the kernel, which gets no context.</summary>
    private bool IsInCallback(CallExpressionSyntax call)
    {
        if (_loops.Count == 0)
            return false;
        Diagnostics.ReportNotInProbe(At(call), $"'{call.Name}' builtin is not allowed in a for-loop");
        return true;
    }

    internal BoundExpression BindArgs(CallExpressionSyntax call)
    {
        if (_probe.Type is not (ProbeType.Tracepoint or ProbeType.RawTracepoint or ProbeType.Fentry or ProbeType.Fexit or ProbeType.Uprobe))
        {
            Diagnostics.ReportNotInProbe(At(call), $"The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes ({_probe.TypeName} used here)");
            return Unknown(call.Span);
        }
        if (_probe.Type is ProbeType.Fentry or ProbeType.Fexit && _probe.Target.Target == "bpf")
        {
            Diagnostics.ReportNotInProbe(At(call), "The args builtin cannot be used for 'fentry/fexit:bpf' probes");
            return Unknown(call.Span);
        }
        if (IsInCallback(call))
            return Unknown(call.Span);
        if (_probe.Arguments is not { } type)
        {
            Diagnostics.ReportArgumentsUnknown(At(call), _probe.Target.FullName, _probe.ArgumentsError ?? "no type information");
            return Unknown(call.Span);
        }
        if (type.Fields.IsEmpty)
        {
            Diagnostics.ReportArgumentsUnknown(At(call), _probe.Target.FullName, "Cannot read function parameters");
            return Unknown(call.Span);
        }
        return _probe.Type == ProbeType.Uprobe ? MakeUserArguments(call.Span, type) : new BoundArgs(call.Span, type);
    }

    internal BoundExpression BindReturnValue(CallExpressionSyntax call)
    {
        if (_probe.Type is not (ProbeType.Kretprobe or ProbeType.Uretprobe or ProbeType.Fentry or ProbeType.Fexit))
        {
            Diagnostics.ReportNotInProbe(At(call), "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes"
                + (_probe.Type == ProbeType.Tracepoint ? " (try to use args.ret instead)" : ""));
            return Unknown(call.Span);
        }
        if (IsInCallback(call))
            return Unknown(call.Span);
        AddressSpace space = _probe.Type == ProbeType.Uretprobe ? AddressSpace.User : AddressSpace.Kernel;
        if (_probe.Type is not (ProbeType.Fentry or ProbeType.Fexit))
            return new BoundReturnValue(call.Span, IntegerType.UInt64 with { Space = space }, 0);
        if (_probe.Type == ProbeType.Fexit && _probe.ReturnType is { } type)
            return new BoundReturnValue(call.Span, type, _probe.ArgumentCount);
        Diagnostics.ReportNotInProbe(At(call), "Can't find a field retval");
        return Unknown(call.Span);
    }

    internal BoundExpression BindProbeContext(CallExpressionSyntax call)
    {
        string? structure = _probe.Type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt => "pt_regs",
            ProbeType.Profile or ProbeType.Interval or ProbeType.Software or ProbeType.Hardware or ProbeType.Watchpoint => "bpf_perf_event_data",
            ProbeType.Iter => "bpf_iter__" + _probe.Target.Name,
            _ => null,
        };
        if (structure is null)
        {
            Diagnostics.ReportNotInProbe(At(call), _probe.Type == ProbeType.Tracepoint
                ? "Use args instead of ctx in tracepoint"
                : $"The ctx builtin can not be used with '{_probe.TypeName}' probes");
            return Unknown(call.Span);
        }
        if (IsInCallback(call))
            return Unknown(call.Span);
        BpfType target = context.Types.FindStruct(structure, isUnion: false) ?? (BpfType)BpfType.Void;
        return new BoundContext(call.Span, new PointerType(target, AddressSpace.Context));
    }

    internal BoundExpression BindFunc(CallExpressionSyntax call)
    {
        if (_probe.Type is not (ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Fentry or ProbeType.Fexit))
        {
            Diagnostics.ReportNotInProbe(At(call), $"The func builtin can not be used with '{_probe.TypeName}' probes");
            return Unknown(call.Span);
        }
        return MakeCall(call, _probe.Type is ProbeType.Uprobe or ProbeType.Uretprobe ? new UserSymbolType() : new KernelSymbolType());
    }

    internal BoundExpression BindProbeName(CallExpressionSyntax call) => _probe.Targets.Length == 1
        ? MakeString(call.Span, _probe.Target.FullName)
        : MakeCall(call, new StringType(_probe.Targets.Max(static t => Encoding.UTF8.GetByteCount(t.FullName)) + 1));

    /// <summary>bpftrace calls the probes that the tracer fires itself "special".</summary>
    internal BoundExpression BindProbeTypeName(CallExpressionSyntax call) => MakeString(call.Span, ProbeTypeName);

    private string ProbeTypeName => _probe.Type switch
    {
        ProbeType.Begin or ProbeType.End or ProbeType.Self => "special",
        ProbeType.Bench => "benchmark",
        _ => _probe.TypeName,
    };

    internal BoundExpression BindStack(CallExpressionSyntax call)
    {
        const int DefaultLimit = 127, MaxLimit = 1024;
        bool isUser = call.Name != "kstack";
        StackMode mode = context.Config.StackMode;
        int limit = DefaultLimit, next = 0;
        if (call.Arguments.Length >= 1)
        {
            if (call.Arguments[0] is IdentifierExpressionSyntax name && FindMacroArgument(name.Name) is null)
            {
                if (ConfigBinder.ParseStackMode(name.Name) is { } parsed)
                    mode = parsed;
                else
                    Diagnostics.ReportArgumentRange(At(name), $"Error parsing stack mode: Invalid value for {call.Name}: valid values are 'bpftrace', 'perf', 'raw', 'build_id'");
                next = 1;
            }
            else if (call.Arguments.Length == 2)
            {
                Diagnostics.ReportArgumentRange(At(call), "Expected stack mode as first argument");
                next = 1;
            }
        }
        if (next < call.Arguments.Length)
        {
            BoundExpression value = BindExpression(call.Arguments[next]);
            if (NonNegativeLiteral(value) is not { } number)
                Diagnostics.ReportArgumentRange(At(call), $"{call.Name}: invalid limit value");
            else if (number > MaxLimit)
                Diagnostics.ReportArgumentRange(At(call), $"{call.Name}([int limit]): limit shouldn't exceed {MaxLimit}, {number} given");
            else
                limit = (int)number;
        }
        if (mode == StackMode.BuildId && !isUser)
        {
            if (call.Arguments.IsEmpty)
                Diagnostics.ReportBuildIdFallback(At(call));
            else
                Diagnostics.ReportArgumentRange(At(call), "'build_id' stack mode can only be used for ustack");
            mode = StackMode.Raw;
        }
        return MakeCall(call, new StackType(isUser, mode, limit));
    }

    /// <summary><c>dw_ustack</c>: as <c>ustack</c>, of call frame information. What of the kernel it takes is looked up here.</summary>
    internal BoundExpression BindUnwoundStack(CallExpressionSyntax call)
    {
        CheckUnstable(call, "dw_ustack (DWARF stack unwinding)", "unstable_dw_ustack");
        if (!context.Options.CanUnwind)
            Diagnostics.ReportNoTableUnwinding(At(call));
        return BindStack(call) is BoundCall stack ? stack with { Data = UnwindOffsets.Find(OffsetIn) } : Unknown(call.Span);
    }

    /// <summary>Where a structure of the kernel has a member, in bytes; -1 where that is not known.</summary>
    private int OffsetIn(string structure, string member) =>
        context.Types.FindStruct(structure, isUnion: false) is { } type && FindField(type, member) is { } field ? field.Offset : -1;
}
