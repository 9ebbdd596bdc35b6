using BpfTrace.Bpf;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Wording of what a running session reports. The ids are PowerShell error ids: never renamed.</summary>
internal static class SessionDiagnostics
{
    /// <summary>Printed by bpftrace as it is, without <c>WARNING:</c>.</summary>
    public static Diagnostic Lost(long count) =>
        new(SessionDiagnosticIds.LostEvents, DiagnosticSeverity.Warning, $"Lost {count} events", null);

    public static Diagnostic TotalLost(long count) =>
        new(SessionDiagnosticIds.TotalLostEvents, DiagnosticSeverity.Warning, $"Total lost event count: {count}", null);

    public static Diagnostic Missed(SourceText script, MissedHits hits) => new(
        SessionDiagnosticIds.MissedProbes,
        DiagnosticSeverity.Warning,
        $"The kernel skipped {hits.Count} hits of this probe: a program was running already, or too many calls were waiting to return",
        hits.Place is { } place ? new TextLocation(script, place) : null);

    public static Diagnostic NoUnwindTable(string file, string reason) =>
        new(SessionDiagnosticIds.NoUnwindTable, DiagnosticSeverity.Warning, $"dw_ustack cannot get through {file}: {reason}", null);

    public static Diagnostic DamagedUnwindTable(string file, int functions) =>
        new(SessionDiagnosticIds.NoUnwindTable, DiagnosticSeverity.Warning, $"dw_ustack cannot get through {functions} functions of {file}: their call frame information is damaged, or of a kind that is not known", null);

    public static Diagnostic StatisticsUnavailable(string reason) =>
        new(SessionDiagnosticIds.StatisticsUnavailable, DiagnosticSeverity.Warning, $"The run time of probes is not measured: {reason}", null);

    public static Diagnostic RecordingFailed(Exception exception) =>
        new(SessionDiagnosticIds.RecordingFailed, DiagnosticSeverity.Error, $"The recording cannot be written: {exception.Message}", null);

    public static Diagnostic TracerFailed(Exception exception) =>
        new(
            SessionDiagnosticIds.TracerFailed,
            DiagnosticSeverity.Error,
            exception is BpfException ? exception.Message : $"the trace failed: {exception.GetType().Name}: {exception.Message}",
            null);
}
