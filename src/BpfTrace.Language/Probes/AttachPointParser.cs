using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Probes;

/// <summary>
/// Tells the parts of attach points apart (bpftrace <c>src/ast/passes/attachpoint_passes.cpp</c>). One probe type per
/// method; each returns null after reporting what is wrong.
/// </summary>
internal sealed partial class AttachPointParser(SourceText source, BindOptions options, DiagnosticBag diagnostics)
{
    /// <summary>The attach points one stands for: several where its probe type is a pattern, none where it is wrong or empty.</summary>
    public IEnumerable<AttachPoint> Parse(AttachPointSyntax syntax)
    {
        if (AttachPointParts.Expand(syntax, options.Arguments, source, diagnostics) is not { } expanded)
            return [];
        string provider = expanded.Provider.Text;
        if (provider.Length == 0)
        {
            // A trailing comma.
            return [];
        }
        if (expanded.Provider.HasWildcard)
            return ParsePattern(expanded, provider);
        if (!ProbeNames.TryParse(provider, out ProbeType type))
        {
            diagnostics.ReportInvalidProbeType(At(expanded), provider, Suggestions.Closest(provider, ProbeNames.All));
            return [];
        }
        return ParseAs(expanded, type, ignoreInvalid: false) is { } point ? [point] : [];
    }

    private List<AttachPoint> ParsePattern(AttachPointSyntax syntax, string provider)
    {
        bool userSpace = options.ProcessId is not null
            || (syntax.Parts.Length >= 2 && syntax.Parts[1].Text.Contains('/', StringComparison.Ordinal));
        List<ProbeType> types = [.. ProbeNames.Match(syntax.Parts.Length == 1 ? "*" : provider, userSpace)];
        if (types.Count == 0)
            diagnostics.ReportNoProbeTypeMatches(At(syntax), provider);
        var points = new List<AttachPoint>();
        foreach (ProbeType type in types)
        {
            AttachPointSyntax one = syntax.Parts.Length == 1
                ? syntax with { Parts = [syntax.Parts[0] with { Text = ProbeNames.GetName(type) }, syntax.Parts[0]] }
                : syntax;
            if (ParseAs(one, type, ignoreInvalid: types.Count > 1) is { } point)
                points.Add(point);
        }
        return points;
    }

    private AttachPoint? ParseAs(AttachPointSyntax syntax, ProbeType type, bool ignoreInvalid)
    {
        var point = new AttachPoint(syntax, type);
        string[] parts = [.. syntax.Parts.Select(static p => p.Text)];
        (int least, int most) = PartCount(type, parts);
        if (parts.Length - 1 < least || parts.Length - 1 > most)
        {
            if (!ignoreInvalid)
                diagnostics.ReportAttachPointPartCount(At(syntax), point.TypeName, least, most, parts.Length - 1);
            return null;
        }
        return type switch
        {
            ProbeType.Begin or ProbeType.End => point,
            ProbeType.Self => ParseSelf(point, parts),
            ProbeType.Test or ProbeType.Bench => ParseNamed(point, parts),
            ProbeType.Kprobe or ProbeType.Kretprobe => ParseKprobe(point, parts),
            ProbeType.Uprobe or ProbeType.Uretprobe => ParseUprobe(point, parts),
            ProbeType.Usdt => ParseUsdt(point, parts),
            ProbeType.Tracepoint => ParseTracepoint(point, parts),
            ProbeType.RawTracepoint => ParseRawTracepoint(point, parts),
            ProbeType.Profile or ProbeType.Interval => ParseTimer(point, parts),
            ProbeType.Software or ProbeType.Hardware => ParseEvent(point, parts),
            ProbeType.Watchpoint => ParseWatchpoint(point, parts),
            ProbeType.Fentry or ProbeType.Fexit => ParseFentry(point, parts),
            _ => ParseIter(point, parts),
        };
    }

    /// <summary>How many parts may follow the probe type.</summary>
    private (int Least, int Most) PartCount(ProbeType type, string[] parts) => type switch
    {
        ProbeType.Begin or ProbeType.End => parts is [_, "*"] ? (0, 1) : (0, 0),
        ProbeType.Self => (2, 2),
        ProbeType.Test or ProbeType.Bench => (1, 1),
        ProbeType.Kprobe or ProbeType.Kretprobe => (1, 2),
        ProbeType.Uprobe or ProbeType.Uretprobe => parts.Length > 2 && parts[2] == "@" ? (2, int.MaxValue) : options.ProcessId is null ? (2, 3) : (1, 3),
        ProbeType.Usdt => options.ProcessId is null ? (2, 3) : (1, 3),
        ProbeType.Tracepoint => parts.Length == 2 && SyntaxFacts.HasWildcard(parts[1]) ? (1, 2) : (2, 2),
        ProbeType.Watchpoint => (3, 3),
        ProbeType.Fentry or ProbeType.Fexit => (1, 3),
        _ => (1, 2),
    };

    private TextLocation At(AttachPointSyntax syntax) => new(source, syntax.Span);

    private AttachPoint? Invalid(AttachPoint point, string message, string? hint = null)
    {
        diagnostics.ReportInvalidAttachPoint(At(point.Syntax), message, hint);
        return null;
    }

    /// <summary>A number as the language has them, outside of it: in attach points, the configuration, on the command line.</summary>
    internal static bool TryParseNumber(string text, out ulong value) => TryParseNumber(text, out value, out _);

    /// <inheritdoc cref="TryParseNumber(string, out ulong)"/>
    private static bool TryParseNumber(string text, out ulong value, out string error)
    {
        bool isNumber = IntegerLiteral.TryParse(text, out value, out _, out error);
        if (!isNumber)
            value = 0;
        return isNumber;
    }
}
