using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Probes;

internal sealed partial class AttachPointParser
{
    private AttachPoint? ParseKprobe(AttachPoint point, string[] parts)
    {
        if (parts.Length == 3)
            point = point with { Target = parts[1] };
        string function = parts[^1];
        if (function.Contains('+', StringComparison.Ordinal))
            return ParseOffset(point, function, isAllowed: point.Type == ProbeType.Kprobe);
        if (TryParseNumber(function, out ulong address))
        {
            // The address goes to the kernel unchecked.
            return options.AllowUnsafe ? point with { Address = address, HasAddress = true } : Invalid(point, "Probing by address requires --unsafe");
        }
        if (function.Length == 0)
            return Invalid(point, "kprobes should be attached to a function or an address");
        return point with { Function = function };
    }

    /// <summary><c>function+offset</c>.</summary>
    private AttachPoint? ParseOffset(AttachPoint point, string text, bool isAllowed)
    {
        if (!isAllowed)
            return Invalid(point, "Offset not allowed");
        string[] halves = text.Split('+');
        if (halves.Length > 2)
            return Invalid(point, "Cannot take more than one offset");
        if (halves[0].Length == 0 || halves[1].Length == 0)
            return Invalid(point, "Invalid offset");
        return TryParseNumber(halves[1], out ulong offset, out string error)
            ? point with { Function = halves[0], Offset = offset }
            : Invalid(point, "Invalid offset: " + error);
    }

    private AttachPoint? ParseTracepoint(AttachPoint point, string[] parts)
    {
        string category = parts.Length == 2 ? "*" : parts[1];
        return category.Length == 0 || parts[^1].Length == 0
            ? Invalid(point, "tracepoint probe must have a target")
            : point with { Target = category, Function = parts[^1] };
    }

    private AttachPoint? ParseRawTracepoint(AttachPoint point, string[] parts) => parts[^1].Length == 0
        ? Invalid(point, "rawtracepoint should be attached to a function")
        : point with { Target = parts.Length == 3 ? parts[1] : "*", Function = parts[^1] };

    private AttachPoint? ParseFentry(AttachPoint point, string[] parts)
    {
        if (parts[1] == "bpf")
            return ParseFentryOnProgram(point, parts);
        if (parts.Length == 4)
            return Invalid(point, "Only the 'bpf' variant of this probe supports 4 arguments");
        if (parts[^1].Length == 0)
            return Invalid(point, "fentry/fexit should specify a function");
        string module = parts.Length == 3 ? parts[1] : SyntaxFacts.HasWildcard(parts[1]) ? "*" : "";
        return point with { Target = module, Function = parts[^1] };
    }

    private AttachPoint? ParseFentryOnProgram(AttachPoint point, string[] parts)
    {
        if (parts.Length == 2)
            return Invalid(point, "the 'bpf' variant of this probe requires a bpf program name and optional bpf program id");
        ulong id = 0;
        if (parts.Length == 4 && parts[2] != "*" && !TryParseNumber(parts[2], out id))
            return Invalid(point, "bpf program id must be a number or '*'");
        return point with { Target = "bpf", Function = parts[^1], ProgramId = id };
    }

    private AttachPoint? ParseIter(AttachPoint point, string[] parts)
    {
        if (parts.Skip(1).Any(SyntaxFacts.HasWildcard))
            return Invalid(point, "iter probe type does not support wildcards");
        if (parts[1].Length == 0)
            return Invalid(point, "iter should specify a iterator's name");
        return point with { Function = parts[1], PinPath = parts.Length == 3 ? parts[2] : "" };
    }
}
