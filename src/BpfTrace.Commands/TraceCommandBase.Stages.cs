using System.Globalization;
using System.Management.Automation;
using BpfTrace.Commands.Output;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace.Commands;

public abstract partial class TraceCommandBase
{
    // A wildcard can stand for thousands.
    private const int ListedItems = 100;

    /// <summary>What the compiler made of the script: how it will be attached for -Verbose, probes and programs for -Debug. Costs nothing without them.</summary>
    private void TellCompiled(CompiledTrace compiled, TimeSpan took)
    {
        bool isDebug = IsAskedFor("Debug", "DebugPreference");
        if (!isDebug && !IsAskedFor("Verbose", "VerbosePreference"))
        {
            return;
        }

        ScriptReport report = ScriptReports.Create(compiled);
        string probes = Count(compiled.Probes.Length, "probe");
        WriteVerbose($"Compiled in {Milliseconds(took)}: {probes}, {Count(report.Programs.Length, "program")}, {Count(report.Maps.Length, "map")}.");
        foreach (string line in CostText.Lines(report))
        {
            WriteVerbose(line);
        }

        if (!isDebug)
        {
            return;
        }

        WriteDebug($"Resolved to {probes}.");
        foreach (AttachTarget probe in compiled.Probes.Take(ListedItems))
        {
            WriteDebug("Probe " + probe.FullName);
        }

        TellRest(compiled.Probes.Length);
        foreach (ScriptProgram program in report.Programs.Take(ListedItems))
        {
            WriteDebug($"Program {program.Name}: {Count(program.InstructionCount, "instruction")}, for {Count(program.Probes.Length, "probe")}.");
        }

        TellRest(report.Programs.Length);
    }

    private protected override object? TargetOf(Diagnostic diagnostic) => diagnostic.Id switch
    {
        SessionDiagnosticIds.CommandFailed => Command,
        SessionDiagnosticIds.NoSuchProcess => ProcessId is [int only] ? only : ProcessId,
        SessionDiagnosticIds.InvalidProbeFilter => ProbeFilter,
        SessionDiagnosticIds.RecordingFailed => RecordPath,
        DiagnosticIds.InvalidConfig => Config,
        DiagnosticIds.UnexpectedNamedParameters => NamedArgument,
        _ => null,
    };

    private void TellAttached(TraceSession session, TimeSpan took) =>
        WriteVerbose($"Trace {session.Id.ToString(CultureInfo.InvariantCulture)} ({session.Name}) was loaded and attached in {Milliseconds(took)}.");

    private void TellRest(int count)
    {
        if (count > ListedItems)
        {
            WriteDebug($"and {(count - ListedItems).ToString(CultureInfo.InvariantCulture)} more.");
        }
    }

    /// <summary>Whether a stream is shown, by the command's own parameter or else by the preference.</summary>
    private bool IsAskedFor(string parameter, string preference) => MyInvocation.BoundParameters.TryGetValue(parameter, out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.TryConvertTo(GetVariableValue(preference), out ActionPreference action) && action is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms");
}
