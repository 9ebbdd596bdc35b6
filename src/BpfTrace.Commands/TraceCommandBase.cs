using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Jobs;
using BpfTrace.Commands.Output;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>A cmdlet that runs a program on the live kernel and writes its events and maps.</summary>
public abstract partial class TraceCommandBase : ScriptCommandBase
{
    private static readonly TimeSpan s_finalMapsLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_stopSignalLimit = TimeSpan.FromMilliseconds(100);

    // Of several tools in a pipeline each is a trace.
    private bool _hasRecorded;

    /// <summary>A command to start and trace; the trace ends with it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("C")]
    public string? Command { get; set; }

    /// <summary>Further processes whose stacks <c>dw_ustack</c> can unwind, beside those of -ProcessId and -Command (bpftrace's <c>--dwarf-pid</c>).</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ProcessIdCompleter))]
    public int[] DwarfProcessId { get; set; } = [];

    /// <summary>End after this long: <c>5s</c>, <c>500ms</c>, a number of seconds, a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Duration { get; set; }

    /// <summary>End after this many events.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxEvents { get; set; }

    /// <summary>Directories to look for separate debug files of user binaries in (bpftrace's <c>--debuginfo</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DebugInfoPath { get; set; } = [];

    /// <summary>A regular expression: of the probes, only those whose name it matches are attached (bpftrace's <c>--probe-filter</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ProbeFilter { get; set; }

    /// <summary>Features of the kernel to do without (bpftrace's <c>--no-feature</c>).</summary>
    [Parameter]
    [ValidateSet("kprobe_multi", "kprobe_session", "uprobe_multi")]
    public string[] NoFeature { get; set; } = [];

    /// <summary>A list of the kernel functions that can be traced, in place of the kernel's own (bpftrace's <c>--traceable-functions</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TraceableFunctionPath { get; set; }

    /// <summary>Warn of look-ups of keys that are not there too (bpftrace's <c>-k</c>); of failed reads of memory it is always warned.</summary>
    [Parameter]
    public SwitchParameter AllWarnings { get; set; }

    /// <summary>Trace in the background: write a job instead of the events.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Let the kernel measure how often and how long the probes' programs run, for Get-BpfTrace.</summary>
    [Parameter]
    public SwitchParameter Statistics { get; set; }

    /// <summary>A file to record to, for Import-BpfTrace.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RecordPath { get; set; }

    /// <summary>Do not overwrite the file to record to.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Overwrite the file to record to also when it is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the text bpftrace prints, a string for each line, instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsText { get; set; }

    /// <summary>Do not write the maps when the trace ends.</summary>
    [Parameter]
    public SwitchParameter NoMaps { get; set; }

    /// <summary>Compiles, attaches and streams one program to its end.</summary>
    private protected void Trace(SourceText source, TraceOptions options)
    {
        if (options.RecordPath is { } file && !MayRecordTo(file))
        {
            return;
        }

        if (RecordPath is null && (NoClobber || Force))
        {
            WriteWarning("-NoClobber and -Force are about the file of -RecordPath; without it nothing is recorded.");
        }

        long start = Stopwatch.GetTimestamp();
        using CompiledTrace compiled = Compile(source, options);
        WriteDiagnostics(compiled.Diagnostics);
        TellCompiled(compiled, Stopwatch.GetElapsedTime(start));
        if (!ConfirmProbes(compiled))
        {
            return;
        }

        if (Begin(compiled, options) is not { } session)
        {
            return;
        }

        _hasRecorded = options.RecordPath is not null;
        if (AsJob)
        {
            HandOver(session);
        }
        else
        {
            Follow(session, new RecordWriter(new CmdletStreams(this)));
        }
    }

    private bool MayRecordTo(string file)
    {
        if (!_hasRecorded)
        {
            return OutputFile.Prepare(this, file, NoClobber, Force && !IsWhatIf);
        }

        WriteError(Failure.Record(
            new IOException($"'{file}' has the recording of the trace before; a recording is of one trace."), "RecordingOfAnother", ErrorCategory.ResourceExists, RecordPath));
        return false;
    }

    /// <summary>Loads and attaches; null when the pipeline was stopped meanwhile.</summary>
    private TraceSession? Begin(CompiledTrace compiled, TraceOptions options)
    {
        var progress = new AttachProgressBar(this);
        long start = Stopwatch.GetTimestamp();
        TraceSession? session = null;
        try
        {
            session = TraceSession.Start(compiled, options with { Progress = progress }, StopToken);
            progress.End();
            TellAttached(session, Stopwatch.GetElapsedTime(start));

            // Now, while nothing has happened yet, and not when the first event is there to be shown.
            if (!AsText)
            {
                EventViews.Register(this, compiled);
            }

            TraceSession begun = session;
            session = null;
            return begun;
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            return null; // stopped while it was attached: nothing of it is left
        }
        catch (TraceStartException exception)
        {
            WriteDiagnostics(exception.Diagnostics);
            throw;
        }
        finally
        {
            session?.Dispose(); // a message can end the pipeline (Verbose ... | Select-Object -First 1): then nobody is left to end the trace
        }
    }

    private void HandOver(TraceSession session)
    {
        var job = new BpfTraceJob(session);
        JobRepository.Add(job);
        job.Start(Runspace.DefaultRunspace);
        WriteObject(job);
    }

    private void Follow(TraceSession session, RecordWriter writer)
    {
        using (session)
        using (ConsoleInterrupt.TryStart(this, session.RequestStop))
        {
            bool isEnding = false;
            try
            {
                foreach (TraceRecord record in session.ReadRecords(StopToken))
                {
                    isEnding |= record is StoppingRecord;
                    writer.Write(record);
                }

                writer.Flush();
            }
            catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
            {
                // The pipeline was stopped: objects can no longer be written, but what bpftrace users expect of Ctrl-C, the
                // final maps, can still be shown. They also stay readable with Get-BpfMap.
                ShowFinalMaps(session, writer, isEnding);
            }
            catch (PipelineStoppedException)
            {
                // The same, while an object was being written; or a command behind this one has failed. The engine says which right after.
                if (StopToken.WaitHandle.WaitOne(s_stopSignalLimit))
                {
                    ShowFinalMaps(session, writer, isEnding);
                }

                throw;
            }
        }
    }

    /// <summary>Shows what END probes and the end itself have to say; events that waited for the pipeline before are left out.</summary>
    private void ShowFinalMaps(TraceSession session, RecordWriter writer, bool isEnding)
    {
        session.RequestStop();
        session.SkipWaiting(); // of what the pipeline did not get to, only that
        var text = new StringBuilder();
        using var limit = new CancellationTokenSource(s_finalMapsLimit);
        try
        {
            foreach (TraceRecord record in session.ReadRecords(limit.Token))
            {
                isEnding |= record is StoppingRecord;
                if (record is EventRecord e && isEnding)
                {
                    text.Append(e.Event.Text.TrimEnd('\n')).Append('\n');
                }
                else if (record is MapRecord map)
                {
                    text.Append(map.IsContinued || text.Length == 0 ? "" : "\n").AppendJoin('\n', map.Entries).Append('\n');
                }
                else if (record is TextRecord rest)
                {
                    text.AppendJoin('\n', writer.AddText(rest.Text.Span)).Append('\n');
                }
                else if (record is WarningRecord warning)
                {
                    text.Append("WARNING: ").Append(DiagnosticErrorRecord.WarningText(warning.Diagnostic)).Append('\n');
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            text.Append("WARNING: the trace did not end in time; its maps are not complete.\n");
        }

        if (text.Length > 0)
        {
            WriteInformation(ConsoleEscape.Escape(text.ToString()), ["PSHOST"]);
        }
    }

    /// <summary>Compiles; the list of traceable functions is the process's, and only lent to this script.</summary>
    private CompiledTrace Compile(SourceText source, TraceOptions options)
    {
        if (TraceableFunctionPath is null)
        {
            return TraceCompiler.Compile(source, options);
        }

        try
        {
            LinuxKernelCatalog.Shared.UseTraceableFunctions(FullPath(TraceableFunctionPath));
            return TraceCompiler.Compile(source, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(ScriptFiles.Unreadable(TraceableFunctionPath, exception));
            throw;
        }
        finally
        {
            LinuxKernelCatalog.Shared.UseTraceableFunctions(null);
        }
    }

    /// <summary>The options of these parameters.</summary>
    private protected TraceOptions RunOptions() => ScriptOptions() with
    {
        Command = Command,
        UnwindProcessIds = [.. DwarfProcessId.Distinct()],
        Duration = Duration == TimeSpan.Zero ? null : Duration,
        MaxEvents = MaxEvents == 0 ? null : MaxEvents,
        DebugInfoDirectories = JoinDirectories(DebugInfoPath),
        ProbeFilter = ProbeFilter,
        AvoidedFeatures = [.. NoFeature],
        HelperErrors = AllWarnings ? HelperErrors.All : HelperErrors.Reads,
        EmitMapsAtEnd = NoMaps ? false : null,
        SummarizeErrors = true,
        Form = AsText ? EventForm.Text : EventForm.Objects,
        MeasureProbes = Statistics,
        RecordPath = RecordPath is null ? null : OutputFile.Resolve(this, RecordPath),
        SwappableMaps = true,
    };

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private bool ConfirmProbes(CompiledTrace compiled)
    {
        if (IsWhatIf)
        {
            ShowPlan(compiled);
            return false;
        }

        var names = new StringBuilder();
        foreach (string probe in compiled.Probes.Select(p => p.FullName).Take(5))
        {
            names.Append(names.Length == 0 ? "" : ", ").Append(probe);
        }

        if (compiled.Probes.Length > 5)
        {
            names.Append(System.Globalization.CultureInfo.InvariantCulture, $" and {compiled.Probes.Length - 5} more");
        }

        return ShouldProcess(names.ToString(), "Attach");
    }

    /// <summary>What would be attached, a line a probe, and what that costs. Nothing of the script is loaded.</summary>
    private void ShowPlan(CompiledTrace compiled)
    {
        // What a wildcard stands for is what people want to know before they attach; of thousands the first are enough.
        const int ShownProbes = 100;
        foreach (string probe in compiled.Probes.Take(ShownProbes).Select(static p => p.FullName))
        {
            ShouldProcess(probe, "Attach");
        }

        if (compiled.Probes.Length > ShownProbes)
        {
            ShouldProcess($"and {compiled.Probes.Length - ShownProbes} more probes; (Test-BpfScript -Detailed).Probes has all", "", "");
        }

        foreach (string line in CostText.Lines(ScriptReports.Create(compiled)))
        {
            ShouldProcess(line, "", "");
        }
    }
}
