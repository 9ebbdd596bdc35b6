using System.Collections.Immutable;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Turns refusals of the kernel into diagnostics at the place in the script they belong to.</summary>
internal static class LoadDiagnostics
{
    private const int TailLength = 8;

    /// <summary>An error at a probe.</summary>
    public static Diagnostic Of(BoundProgram program, BoundProbe probe, string id, string message) =>
        new(id, DiagnosticSeverity.Error, message, new TextLocation(program.Source, probe.Span));

    /// <summary>An error that no place in the script is to blame for.</summary>
    public static TraceStartException Exception(string id, string message, IEnumerable<Diagnostic>? before = null) =>
        new([.. before ?? [], new Diagnostic(id, DiagnosticSeverity.Error, message, null)]);

    /// <summary>What is said where nothing is attached: a script may have probes that only run when asked for.</summary>
    public static string NoProbesMessage(BoundProgram program)
    {
        foreach (BoundProbe probe in program.Probes)
        {
            if (probe.Type is ProbeType.Test)
                return "No probes attached; use --test to run test probes.";
            if (probe.Type is ProbeType.Bench)
                return "No probes attached; use --bench to run benchmark probes.";
        }

        return "Attachment failed for all probes.";
    }

    /// <summary>The maps could not be made: said at the map, where it is one of the script.</summary>
    public static TraceStartException Loading(BoundProgram program, BpfException exception)
    {
        var map = exception as BpfMapException;
        TextLocation? place = null;
        foreach (MapSymbol symbol in program.Maps)
        {
            if (map is not null && MapLayout.Create(symbol).KernelName == map.MapName)
                place = new TextLocation(program.Source, symbol.Declaration);
        }

        return new TraceStartException(
            [new Diagnostic(IdOf(exception), DiagnosticSeverity.Error, exception.Message, place)
            {
                Hints = map is { IsSizeRefused: true }
                    ? [place is null ? "perf_rb_pages, max_strlen and max_map_keys decide about sizes." : "Fewer entries (max_map_keys, or let @map = hash(N)), or shorter strings as keys and values (max_strlen)."]
                    : [],
            }],
            exception);
    }

    /// <summary>
    /// A program was refused: a diagnostic at the place in the script, or one at each call of a helper the kernel does not have for this kind of program,
    /// because all of them want mending.
    /// </summary>
    public static ImmutableArray<Diagnostic> Refused(BoundProgram program, BoundProbe probe, BpfException exception)
    {
        if (exception is not VerifierException verifier)
            return [OfLoad(program, probe, exception)];
        VerifierAdvice advice = VerifierAdvice.For(verifier.Verdict, probe);
        ImmutableArray<ProgramSourcePosition> places = verifier.CallPositions.IsEmpty && verifier.Position is { } at ? [at] : verifier.CallPositions;
        var spans = ImmutableArray.CreateBuilder<TextSpan>();
        foreach (ProgramSourcePosition place in places)
        {
            TextSpan span = SourceSpans.Find(probe, program.Source, place.Line, place.Column);
            if (!spans.Contains(span))
                spans.Add(span);
        }

        if (spans.Count == 0)
            spans.Add(probe.Span);
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>(spans.Count);
        for (int i = 0; i < spans.Count; i++)
        {
            bool isLast = i == spans.Count - 1;
            diagnostics.Add(new Diagnostic(advice.Id, DiagnosticSeverity.Error, advice.Message, new TextLocation(program.Source, spans[i]))
            {
                Hints = isLast ? Hints(advice, verifier, program.Config.LogSize) : [],
                Details = isLast ? Details(verifier) : [],
            });
        }

        return diagnostics.ToImmutable();
    }

    private static ImmutableArray<string> Hints(VerifierAdvice advice, VerifierException verifier, int logSize)
    {
        if (!verifier.IsLogTruncated || verifier.EndsWithVerdict)
            return advice.Hints;
        return advice.Hints.Add(
            "Kernel log seems to be trimmed. This may be due to buffer not being big enough, try increasing the BPFTRACE_LOG_SIZE environment variable "
            + $"beyond the current value of {logSize} bytes. Or, add the configuration `config = {{ log_size = N; }}` to the script.");
    }

    /// <summary>The end of the log, with the program it is of.</summary>
    private static ImmutableArray<string> Details(VerifierException verifier)
    {
        IReadOnlyList<string> tail = VerifierVerdict.Tail(verifier.Log, TailLength);
        string name = $"{verifier.ProgramName}: {Errno(verifier)}";
        return tail.Count == 0
            ? [name]
            : [$"{name}; the verifier's log ends (the whole of it: -v or -d verifier):", .. tail];
    }

    private static string Errno(BpfException exception) => $"{Marshal.GetPInvokeErrorMessage(exception.Errno)} ({exception.ErrnoName})";

    private static Diagnostic OfLoad(BoundProgram program, BoundProbe probe, BpfException exception)
    {
        if (!exception.IsTooLarge)
            return Of(program, probe, IdOf(exception), exception.Message);
        VerifierAdvice advice = VerifierAdvice.For(new VerifierVerdict(VerifierFault.TooLarge, ""), probe);
        return Of(program, probe, advice.Id, advice.Message) with { Hints = advice.Hints };
    }

    private static string IdOf(BpfException exception) =>
        exception.IsPermissionDenied ? SessionDiagnosticIds.MissingPrivilege : SessionDiagnosticIds.LoadFailed;
}
