using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>The first part of an attach point is no probe type.</summary>
    public const string InvalidProbeType = nameof(InvalidProbeType);

    /// <summary>An attach point has too few or too many parts.</summary>
    public const string InvalidAttachPoint = nameof(InvalidAttachPoint);

    /// <summary>What an attach point names is not there.</summary>
    public const string ProbeNotFound = nameof(ProbeNotFound);

    /// <summary>A binary's name stands for several files; the first is taken.</summary>
    public const string SeveralBinaries = nameof(SeveralBinaries);

    /// <summary>A function that must not be traced: the system may lock up.</summary>
    public const string DangerousFunction = nameof(DangerousFunction);

    /// <summary>A probe has no attach points.</summary>
    public const string NoAttachPoints = nameof(NoAttachPoints);

    /// <summary>No probe is left to attach.</summary>
    public const string NoProbes = nameof(NoProbes);

    /// <summary>A test or benchmark has the name of another.</summary>
    public const string DuplicateProbeName = nameof(DuplicateProbeName);

    /// <summary>More probes than max_probes.</summary>
    public const string TooManyProbes = nameof(TooManyProbes);

    /// <summary>More programs than max_bpf_progs.</summary>
    public const string TooManyPrograms = nameof(TooManyPrograms);

    /// <summary>A builtin or function that this kind of probe does not have.</summary>
    public const string NotInProbe = nameof(NotInProbe);

    /// <summary>The types of a probe's arguments are not known.</summary>
    public const string ArgumentsUnknown = nameof(ArgumentsUnknown);

    /// <summary>A binary has no debug information, or what reads it is not installed.</summary>
    public const string NoDebugInformation = nameof(NoDebugInformation);

    /// <summary>Part of a binary's debug information was not found.</summary>
    public const string DebugInformationIncomplete = nameof(DebugInformationIncomplete);

    /// <summary>sargN is gone.</summary>
    public const string StackArgument = nameof(StackArgument);

    /// <summary>cpid without a child.</summary>
    public const string NoChildCommand = nameof(NoChildCommand);

    /// <summary>Kernel stacks have no build ids.</summary>
    public const string BuildIdFallback = nameof(BuildIdFallback);
}

public sealed partial class DiagnosticBag
{
    internal void ReportInvalidProbeType(TextLocation location, string name, string? suggestion) =>
        Error(DiagnosticIds.InvalidProbeType, location, $"Invalid probe type: {name}", [.. Hints(name is "asyncwatchpoint" or "aw" ? "asyncwatchpoint is gone since bpftrace 0.25; watchpoint:ADDRESS:LENGTH:MODE watches an address." : DidYouMean(suggestion))]);

    internal void ReportNoProbeTypeMatches(TextLocation location, string pattern) =>
        Error(DiagnosticIds.InvalidProbeType, location, $"No probe type matched for {pattern}");

    internal void ReportAttachPointPartCount(TextLocation location, string type, int least, int most, int found) =>
        Error(DiagnosticIds.InvalidAttachPoint, location, AttachPointArity(type, least, most, found));

    internal void ReportInvalidAttachPoint(TextLocation location, string message, string? hint = null) =>
        Error(DiagnosticIds.InvalidAttachPoint, location, message, [.. Hints(hint)]);

    internal void ReportNoBinary(TextLocation location, string message) =>
        Lack(DiagnosticIds.InvalidAttachPoint, location, message, MissingProbesHint);

    /// <summary>A place in a binary or the kernel that is found out to be wrong before anything is attached: the reason as bpftrace says it, without the place, and the probe.</summary>
    internal void ReportCannotBeAttached(TextLocation location, string reason, string probe, MissingProbes missing)
    {
        if (missing == MissingProbes.Ignore)
            return;
        bool isError = missing == MissingProbes.Error;
        var failure = new Diagnostic(
            DiagnosticIds.InvalidAttachPoint,
            isError ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
            $"Unable to attach probe: {probe}. " + (isError ? MissingProbesHint : "Skipping."),
            location) { IsLack = true, IsOfAttaching = true };
        Add(failure with { Message = reason, Display = DiagnosticDisplay.MessageOnly });
        Add(failure);
    }

    internal void ReportMisplaced(TextLocation location, string message) => Warning(DiagnosticIds.InvalidAttachPoint, location, message);

    internal void ReportUnknownBoundary(TextLocation location, string probe) =>
        Warning(DiagnosticIds.InvalidAttachPoint, location, $"Could not determine instruction boundary for {probe} (binary appears stripped). Misaligned probes can lead to tracee crashes!");

    internal void ReportInvalidWatchpointMode(TextLocation location, string mode, string supported) =>
        Error(DiagnosticIds.InvalidAttachPoint, location, $"invalid watchpoint mode: {mode}", [.. Hints("supported modes: " + supported)]);

    /// <summary>What to do about a probe the kernel does not have, in bpftrace's words.</summary>
    internal const string MissingProbesHint = "If this is expected, set the 'missing_probes' config variable to 'warn'.";

    /// <summary>What to do about a probe whose body needs what the kernel does not have.</summary>
    internal const string MissingTypesHint = "To run without this probe, set the 'missing_probes' config variable to 'warn'.";

    internal void ReportNoMatches(TextLocation location, string message, string? suggestion, string? why) =>
        Lack(DiagnosticIds.ProbeNotFound, location, message, [.. Hints(DidYouMean(suggestion), why, MissingProbesHint)]);

    internal void ReportNoMatchesSkipped(TextLocation location, string message, string? suggestion, string? why) =>
        Add(new Diagnostic(DiagnosticIds.ProbeNotFound, DiagnosticSeverity.Warning, message, location) { Hints = [.. Hints(DidYouMean(suggestion), why)], IsLack = true });

    internal void ReportNotTraceable(TextLocation location, string function, string? suggestion) =>
        Add(new Diagnostic(
            DiagnosticIds.ProbeNotFound,
            DiagnosticSeverity.Warning,
            $"{function} is not traceable (either non-existing, inlined, or marked as \"notrace\"); attaching to it will likely fail",
            location) { Hints = [.. Hints(DidYouMean(suggestion))], IsLack = true });

    internal void ReportCannotAttach(TextLocation location, string type, string why) =>
        Add(new Diagnostic(DiagnosticIds.ProbeNotFound, DiagnosticSeverity.Warning, $"{type} probes can be compiled but not attached here: {why}", location) { IsLack = true });

    internal void ReportProbeRemoved(TextLocation location, IEnumerable<string> reasons) =>
        Warning(DiagnosticIds.NoAttachPoints, location, "Probe has no valid attach points. It is being removed which may cause issues with program behavior.", [.. reasons]);

    /// <summary>A probe that is left out for what its body asks for.</summary>
    internal void ReportProbeLeftOut(Diagnostic lack, TextLocation probe) =>
        Add(lack with { Severity = DiagnosticSeverity.Warning, IsLack = true, Notes = [.. lack.Notes, new DiagnosticNote("this probe is left out", probe)] });

    internal void ReportDangerousFunction(TextLocation location, string function) =>
        Warning(DiagnosticIds.DangerousFunction, location, $"Attaching to dangerous function: {function}. bpftrace has added mitigations to prevent a kernel deadlock but they may result in some lost events.");

    internal void ReportSeveralBinaries(TextLocation location, string kind, string first, int count) =>
        Warning(DiagnosticIds.SeveralBinaries, location, $"attaching to {kind} target file '{first}' but matched {count} binaries");

    internal void ReportNoAttachPoints(TextLocation location) =>
        Error(DiagnosticIds.NoAttachPoints, location, "No attach points for probe");

    internal void ReportNoValidAttachPoints(TextLocation location, IEnumerable<string> reasons) =>
        Add(new Diagnostic(DiagnosticIds.NoAttachPoints, DiagnosticSeverity.Error, "Probe has no valid attach points. " + MissingProbesHint, location) { Hints = [.. reasons], IsLack = true });

    internal void ReportNoProbes(TextLocation location) =>
        Error(DiagnosticIds.NoProbes, location, "No probes to attach");

    internal void ReportDuplicateProbeName(TextLocation location, string name, string type, TextLocation first) =>
        Add(new Diagnostic(DiagnosticIds.DuplicateProbeName, DiagnosticSeverity.Error, $"\"{name}\" was used as the name for more than one {type} probe", location) { Notes = [new DiagnosticNote("this is the other instance", first)] });

    internal void ReportTooManyProbes(TextLocation location, int count, int limit) =>
        Error(DiagnosticIds.TooManyProbes, location, $"Can't attach to {count} probes because it exceeds the current limit of {limit} probes.", [.. Hints("You can increase the limit through the BPFTRACE_MAX_PROBES environment variable, but BE CAREFUL since a high number of probes attached can cause your system to crash.")]);

    internal void ReportTooManyPrograms(TextLocation location, int count, int limit) =>
        Error(DiagnosticIds.TooManyPrograms, location, $"Your program is trying to generate more than {count} BPF programs, which exceeds the current limit of {limit}", [.. Hints("You can increase the limit through the BPFTRACE_MAX_BPF_PROGS environment variable.")]);

    internal void ReportNotInProbe(TextLocation location, string message) =>
        Error(DiagnosticIds.NotInProbe, location, message);

    internal void ReportArgumentsUnknown(TextLocation location, string probe, string why) =>
        Lack(DiagnosticIds.ArgumentsUnknown, location, $"Could not parse arguments of \"{probe}\": {why}");

    internal void ReportUnreadableArgument(TextLocation location, string name, bool isFloat) =>
        Error(DiagnosticIds.ArgumentsUnknown, location, $"{name} has unsupported type",
            [.. Hints(isFloat ? "It is passed in a floating-point register, which BPF programs cannot read." : null)]);

    internal void ReportNoDebugInformation(TextLocation location, string message, string? why) =>
        Lack(DiagnosticIds.NoDebugInformation, location, message, [.. Hints(why)]);

    internal void ReportDebugInformationIncomplete(TextLocation location, string message) =>
        Warning(DiagnosticIds.DebugInformationIncomplete, location, message);

    internal void ReportStackArgument(TextLocation location, string name, int offset) =>
        Warning(DiagnosticIds.StackArgument, location, $"{name} is the form of older bpftrace versions.", $"Use *(uint64 *)(reg(\"sp\") + {offset}) instead.");

    internal void ReportNoChild(TextLocation location) =>
        Warning(DiagnosticIds.NoChildCommand, location, "No child command (`-c`); cpid is zero");

    internal void ReportBuildIdFallback(TextLocation location) =>
        Warning(DiagnosticIds.BuildIdFallback, location, "'build_id' stack mode can only be used for ustack. Falling back to 'raw' mode.");

    /// <summary>The hints there are.</summary>
    private static IEnumerable<string> Hints(params string?[] hints) => hints.Where(static h => h is not null)!;

    /// <summary>A hint with a name that was probably meant.</summary>
    internal static string? DidYouMean(string? suggestion) => suggestion is null ? null : $"Did you mean '{suggestion}'?";

    private static string AttachPointArity(string type, int least, int most, int found)
    {
        if (type == "iter")
            return "iter probe type takes 2 arguments (1 optional)";
        string expected = least == most ? Text(least) : type == "rawtracepoint" ? $"{most} or {least}" : $"{least} or {most}"; // in bpftrace's order
        return $"{type} probe type requires {expected} arguments, found {found}";

        static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
