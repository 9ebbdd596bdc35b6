using System.Collections.Immutable;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private const int CommLength = 16;

    internal BoundExpression BindProcessId(CallExpressionSyntax call)
    {
        string? mode = null;
        if (call.Arguments is [var argument])
        {
            if (argument is not IdentifierExpressionSyntax { Name: var name })
                Diagnostics.ReportArgumentType(At(call), $"{call.Name}() only supports curr_ns and init as the argument");
            else if (name is not ("curr_ns" or "init"))
                Diagnostics.ReportArgumentRange(At(argument), $"Invalid PID namespace mode: {name} (expects: curr_ns or init)");
            else
                mode = name;
        }
        return MakeCall(call.Span, call.Name, IntegerType.UInt32, mode);
    }

    internal BoundExpression BindNsecs(CallExpressionSyntax call)
    {
        ClockMode mode = ClockMode.Boot;
        if (call.Arguments is [var argument])
        {
            ClockMode? parsed = (argument as IdentifierExpressionSyntax)?.Name switch
            {
                "boot" => ClockMode.Boot,
                "monotonic" => ClockMode.Monotonic,
                "tai" => ClockMode.Tai,
                "sw_tai" => ClockMode.SoftwareTai,
                _ => null,
            };
            if (parsed is null)
            {
                if (argument is IdentifierExpressionSyntax { Name: var name })
                    Diagnostics.ReportArgumentRange(At(argument), $"Invalid timestamp mode: {name}", "Valid modes: boot, monotonic, sw_tai, tai");
                else
                    Diagnostics.ReportArgumentType(At(call), $"nsecs() only supports timestamp_mode arguments ({TypeRules.KindName(BindExpression(argument).Type)} provided)");
                return Unknown(call.Span);
            }
            mode = parsed.Value;
        }
        return MakeCall(call.Span, call.Name, IntegerType.UInt64, mode);
    }

    /// <summary>Which clock a time comes from; the boot clock where that is not to be seen.</summary>
    private static ClockMode ClockOf(BoundExpression time) => time is BoundCall { Data: ClockMode mode } ? mode : ClockMode.Boot;

    internal BoundExpression BindComm(CallExpressionSyntax call)
    {
        if (call.Arguments.IsEmpty)
            return MakeCall(call, new StringType(CommLength));
        BoundExpression id = BindExpression(call.Arguments[0]);
        if (IsUnknown(id))
            return Unknown(call.Span);
        if (!TypeRules.IsInteger(id.Type))
        {
            Diagnostics.ReportArgumentType(At(call), "Only integer supported for comm()'s pid");
            return Unknown(call.Span);
        }
        if (_subprogram is not null)
        {
            Diagnostics.ReportNotInProbe(At(call), "Builtin comm(pid) not supported outside probe");
            return Unknown(call.Span);
        }
        if (!context.Catalog.AllowsKernelCall(_probe.Type, "bpf_task_from_pid"))
        {
            Diagnostics.ReportNotInProbe(At(call), $"Syntax comm(PID) is not supported in this probe type yet. Type: {ProbeTypeName}");
            return Unknown(call.Span);
        }
        return MakeNameOfProcess(call, Convert(id, IntegerType.Int32));
    }

    /// <summary>The name of a process's task; of one that there is not, <c>N/A</c> and a warning (bpftrace <c>base.bt</c>).</summary>
    private BoundExpression MakeNameOfProcess(CallExpressionSyntax call, BoundExpression id)
    {
        if (context.Types.FindStruct("task_struct", isUnion: false) is not { } task || FindField(task, "comm") is not { } field)
        {
            Diagnostics.ReportUnknownType(At(call), "Cannot resolve unknown type \"struct task_struct\"");
            return Unknown(call.Span);
        }
        var type = new StringType(64);
        VariableSymbol process = NewTemporary(call.Span, IntegerType.Int32), name = NewTemporary(call.Span, type);
        BoundVariable readProcess = new(call.Span, process), readName = new(call.Span, name);
        var address = new BoundAddressOf(call.Span, new PointerType(type, AddressSpace.Program), readName);
        BoundStatementExpression warning = MakeOutput(
            call, NewSite(OutputKind.Warnf) with { Format = FormatParser.Parse("No such process (pid=%d)"), ValueNames = ["pid"] }, [readProcess]);
        var missing = new BoundBlock(call.Span,
            [.. warning.Statements, new BoundAssignVariable(call.Span, name, new BoundConversion(call.Span, type, MakeString(call.Span, "N/A")))]);
        return new BoundBlockExpression(call.Span, type,
        [
            new BoundAssignVariable(call.Span, process, id),
            new BoundAssignVariable(call.Span, name, null),
            new BoundIf(call.Span, new BoundCall(call.Span, BpfType.Bool, new FunctionSymbol("comm_of_pid"), [readProcess, address], field.Offset), new BoundBlock(call.Span, []), missing),
        ], readName);
    }

    internal static BoundExpression BindUserName(CallExpressionSyntax call) =>
        new BoundConversion(call.Span, new UserNameType(), MakeCall(call.Span, "uid", IntegerType.UInt64, null));

    /// <summary>Where no code of a process is interrupted, the answer is known.</summary>
    internal BoundExpression BindUserMode(CallExpressionSyntax call) => _probe.Type switch
    {
        ProbeType.Begin or ProbeType.End or ProbeType.Self => MakeInteger(call.Span, 1UL),
        ProbeType.Test or ProbeType.Bench or ProbeType.Tracepoint or ProbeType.RawTracepoint or ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter
            => MakeInteger(call.Span, 0UL),
        _ => MakeCall(call, IntegerType.UInt8),
    };

    internal BoundExpression BindChildId(CallExpressionSyntax call)
    {
        if (context.Options.ChildProcessId is null)
            Diagnostics.ReportNoChild(At(call));
        return new BoundConstant(call.Span, IntegerType.UInt64, context.Options.ChildProcessId ?? 0);
    }

    internal BoundExpression BindHasChild(CallExpressionSyntax call) => MakeBoolean(call.Span, context.Options.ChildProcessId is not null);

    internal BoundExpression BindCurrentTask(CallExpressionSyntax call) => MakeCurrentTask(call);

    private static BoundCall MakeCurrentTask(CallExpressionSyntax call, BpfType target) =>
        MakeCall(call.Span, "curtask", new PointerType(target, AddressSpace.Kernel), null);

    private BoundCall MakeCurrentTask(CallExpressionSyntax call) =>
        MakeCurrentTask(call, context.Types.FindStruct("task_struct", isUnion: false) ?? (BpfType)BpfType.Void);

    /// <summary><c>ppid</c> and its kin: members of a task, the current one unless given.</summary>
    internal BoundExpression BindTaskMember(CallExpressionSyntax call, params ReadOnlySpan<string> members)
    {
        BoundExpression task = call.Arguments.IsEmpty ? MakeCurrentTask(call) : BindExpression(call.Arguments[0]);
        foreach (string member in members)
            task = Access(call.Span, task, member);
        return task;
    }

    internal BoundExpression BindDefaultStringLength(CallExpressionSyntax call) => MakeInteger(call.Span, (ulong)context.Config.MaxStrlen);

    /// <summary><c>config</c>: the settings in force, as a record of literals.</summary>
    internal BoundExpression BindConfigRecord(CallExpressionSyntax call)
    {
        ImmutableArray<(string Name, BoundExpression Value)> fields =
            [.. ConfigBinder.Settings(context.Config).Select(s => (s.Name, s.Value switch
            {
                bool flag => (BoundExpression)MakeBoolean(call.Span, flag),
                int number => MakeInteger(call.Span, (ulong)number),
                _ => MakeString(call.Span, (string)s.Value),
            }))];
        return new BoundTuple(call.Span, TupleType.CreateRecord([.. fields.Select(static f => (f.Name, f.Value.Type))]), [.. fields.Select(static f => f.Value)]);
    }
}
