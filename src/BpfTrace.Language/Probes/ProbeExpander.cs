using System.Globalization;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Probes;

/// <summary>
/// Finds the places an attach point stands for: wildcards, files, symbols (bpftrace <c>ap_probe_expansion.cpp</c>,
/// <c>probe_matcher.cpp</c>). What is not there is an error, a warning or nothing, as <c>missing_probes</c> says.
/// </summary>
internal sealed partial class ProbeExpander(SourceText source, IKernelCatalog catalog, BindOptions options, TraceConfig config, DiagnosticBag diagnostics)
{
    /// <summary>What to do about what is not there; of a list of alternatives in an older script it is less strict.</summary>
    public MissingProbes Missing { get; set; } = options.MissingProbes(config);

    /// <summary>Why the patterns expanded so far matched nothing: no error while another attach point of the probe has a match.</summary>
    public List<string> Unmatched { get; } = [];

    /// <summary>The targets of an attach point; empty when there are none, which is then reported.</summary>
    public IReadOnlyList<AttachTarget> Expand(AttachPoint point)
    {
        if (!catalog.Supports(point.Type, out string reason) && !IsCompiledOnly(point, reason))
        {
            ReportMissing(point, $"{point.TypeName} probes are not available: {reason}", null);
            return [];
        }
        return point.Type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe => ExpandKprobe(point),
            ProbeType.Fentry or ProbeType.Fexit => ExpandFentry(point),
            ProbeType.Tracepoint => ExpandTracepoint(point),
            ProbeType.RawTracepoint => ExpandRawTracepoint(point),
            ProbeType.Iter => ExpandIter(point),
            ProbeType.Uprobe or ProbeType.Uretprobe => ExpandUprobe(point),
            ProbeType.Usdt => ExpandUsdt(point),
            ProbeType.Profile or ProbeType.Interval => [Timer(point)],
            ProbeType.Software or ProbeType.Hardware => [Event(point)],
            ProbeType.Watchpoint => [Simple(point) with { Address = point.Address, Count = point.Length, Mode = point.Mode }],
            ProbeType.Self => [Simple(point) with { Target = point.Target, Name = point.Function }],
            ProbeType.Test or ProbeType.Bench => [Simple(point) with { Name = point.Target }],
            _ => [Simple(point)],
        };
    }

    /// <summary>Whether what cannot be attached is compiled nevertheless; said once for each kind of probe.</summary>
    private bool IsCompiledOnly(AttachPoint point, string reason)
    {
        if (!options.CompileOnly && !options.ProbesOnly)
            return false;
        _cannotAttach ??= [];
        if (!_cannotAttach.Contains(point.TypeName))
        {
            _cannotAttach.Add(point.TypeName);
            diagnostics.ReportCannotAttach(At(point), point.TypeName, reason);
        }
        return true;
    }

    private List<string>? _cannotAttach;

    /// <summary>A place that is not there, for a body that is bound nevertheless: what it keeps in maps has types.</summary>
    public static AttachTarget Absent(AttachPoint point) => Simple(point) with { Target = point.Target, Provider = point.Provider, Name = point.Function };

    private static AttachTarget Simple(AttachPoint point) =>
        new(point.Type, point.FullName) { PlaceName = point.Syntax.UserName is null ? null : point.PlaceName };

    private static AttachTarget Timer(AttachPoint point) => Simple(point) with
    {
        Target = point.Target,
        Count = point.Count * Math.Max(1, AttachPointParser.NanosecondsOf(point.Target)),
    };

    private static AttachTarget Event(AttachPoint point)
    {
        EventNames.TryFind(point.Type, point.Target, out string name, out ulong count);
        return Simple(point) with { Name = name, Count = point.Count != 0 ? point.Count : count };
    }

    private TextLocation At(AttachPoint point) => new(source, point.Span);

    /// <summary>
    /// Nothing there: bpftrace's wording, with the nearest name there is. A pattern that matches nothing is only left out, as in bpftrace.
    /// </summary>
    private void ReportNoMatches(AttachPoint point, string? suggestion)
    {
        string message = $"No matches for {point.TypeName} {(point.Target.Length == 0 ? "" : point.Target + ":")}{point.Function}";
        if (!HasWildcard(point))
        {
            ReportMissing(point, message, suggestion);
            return;
        }
        Unmatched.Add(message + ".");
        if (catalog.WhyEmpty(point.Type) is { } why)
            Unmatched.Add(why);
    }

    private void ReportMissing(AttachPoint point, string message, string? suggestion)
    {
        string? why = (options.CompileOnly || options.ProbesOnly) && !catalog.Supports(point.Type, out _) ? null : catalog.WhyEmpty(point.Type);
        if (why is not null && message.Contains(why, StringComparison.Ordinal))
            why = null; // it has been said
        switch (Missing)
        {
            case MissingProbes.Error:
                diagnostics.ReportNoMatches(At(point), message + ".", suggestion, why);
                break;
            case MissingProbes.Warn:
                diagnostics.ReportNoMatchesSkipped(At(point), message + ". Skipping.", suggestion, why);
                break;
        }
    }

    private static bool HasWildcard(AttachPoint point) => SyntaxFacts.HasWildcard(point.Target) || SyntaxFacts.HasWildcard(point.Function);

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
