using System.Collections.Immutable;
using System.Text.RegularExpressions;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Leaves of a bound script the probes a pattern matches: begin, end and self always stay (bpftrace's <c>--probe-filter</c>).</summary>
internal static class ProbeFilter
{
    /// <summary>The program without the targets that <paramref name="pattern"/> does not match anywhere in their full name.</summary>
    /// <param name="program">The bound script.</param>
    /// <param name="pattern">A regular expression.</param>
    /// <param name="error">Why the pattern is none; then the result is the program as given.</param>
    public static BoundProgram Apply(BoundProgram program, string pattern, out Diagnostic? error)
    {
        error = null;
        Regex expression;
        try
        {
            expression = new Regex(pattern, RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            error = new Diagnostic(SessionDiagnosticIds.InvalidProbeFilter, DiagnosticSeverity.Error, $"Invalid --probe-filter regex '{pattern}': {e.Message}", null);
            return program;
        }

        var kept = ImmutableArray.CreateBuilder<BoundProbe>(program.Probes.Length);
        int index = 0;
        foreach (BoundProbe probe in program.Probes)
        {
            ImmutableArray<AttachTarget> targets = probe.Type is ProbeType.Begin or ProbeType.End or ProbeType.Self
                ? probe.Targets
                : [.. probe.Targets.Where(target => expression.IsMatch(target.FullName))];
            if (targets.IsEmpty)
                continue;
            kept.Add(probe with { Targets = targets, FirstTargetIndex = index });
            index += targets.Length;
        }

        return program with { Probes = kept.ToImmutable() };
    }
}
