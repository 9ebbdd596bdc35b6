using System.Management.Automation;
using System.Text;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Jobs;
using BpfTrace.Commands.Output;
using BpfTrace.Formatting;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Runs a bpftrace program on the live kernel and writes its events and maps as typed objects.</summary>
[Cmdlet(VerbsLifecycle.Start, "BpfTrace", DefaultParameterSetName = ScriptSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(TraceEvent), typeof(MapEntry))]
[OutputType(typeof(string))]
[OutputType(typeof(BpfTraceJob))]
public sealed class StartBpfTraceCommand : ScriptCommandBase
{
    private const string ScriptSet = "Script";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string ProbeSet = "Probe";

    private readonly List<string> _scriptLines = [];
    private readonly List<string> _probeNames = [];
    private static readonly TimeSpan s_finalMapsLimit = TimeSpan.FromSeconds(5);


    /// <summary>The program. Strings from the pipeline are its lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ScriptSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ProbeSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ScriptCompleter))]
    public string Script { get; set; } = "";

    /// <summary>Probes from <c>Get-BpfProbe</c>; the script is then the predicate and block they share.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ProbeSet)]
    public ProbeInfo? Probe { get; set; }

    /// <summary>The script's file; wildcards that match one file are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The script's file, taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>A command to start and trace; the trace ends with it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>End after this long: <c>5s</c>, <c>500ms</c>, a number of seconds, a TimeSpan.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Duration { get; set; }

    /// <summary>End after this many events.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxEvents { get; set; }

    /// <summary>A name for the session, to find it by.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Directories to look for separate debug files of user binaries in (bpftrace's <c>--debuginfo</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DebugInfoPath { get; set; } = [];

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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Probe is not null)
        {
            _probeNames.Add(Probe.FullName);
        }
        else if (ParameterSetName == ScriptSet)
        {
            _scriptLines.Add(Script);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Stopping)
        {
            return;
        }

        SourceText? source = ReadSource();
        if (source is null)
        {
            return;
        }

        TraceOptions options = BuildOptions();
        if (options.RecordPath is { } file && !OutputFile.Prepare(this, file, NoClobber, Force && !IsWhatIf))
        {
            return;
        }

        using CompiledTrace compiled = TraceCompiler.Compile(source, options);
        WriteDiagnostics(compiled.Diagnostics);
        if (!ConfirmProbes(compiled))
        {
            return;
        }

        if (Begin(compiled, options) is not { } session)
        {
            return;
        }

        if (AsJob)
        {
            HandOver(session);
        }
        else
        {
            Follow(session, new RecordWriter(new CmdletStreams(this)) { EventTypeSeen = EventViews.ForSites(this, compiled.EventSiteCount) });
        }
    }

    /// <summary>Loads and attaches; null when the pipeline was stopped meanwhile.</summary>
    private TraceSession? Begin(CompiledTrace compiled, TraceOptions options)
    {
        var progress = new AttachProgressBar(this);
        try
        {
            TraceSession session = TraceSession.Start(compiled, options with { Progress = progress }, StopToken);
            progress.End();
            return session;
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
    }

    private void HandOver(TraceSession session)
    {
        var job = new BpfTraceJob(session);
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    private void Follow(TraceSession session, RecordWriter writer)
    {
        using (session)
        using (ConsoleInterrupt.TryStart(Host, session.RequestStop))
        {
            try
            {
                foreach (TraceRecord record in session.ReadRecords(StopToken))
                {
                    writer.Write(record);
                }

                writer.Flush();
            }
            catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
            {
                // The pipeline was stopped: objects can no longer be written, but what bpftrace users expect of Ctrl-C, the
                // final maps, can still be shown. They also stay readable with Get-BpfMap.
                ShowFinalMaps(session, writer);
            }
        }
    }

    private void ShowFinalMaps(TraceSession session, RecordWriter writer)
    {
        session.RequestStop();
        var text = new StringBuilder();
        using var limit = new CancellationTokenSource(s_finalMapsLimit);
        try
        {
            foreach (TraceRecord record in session.ReadRecords(limit.Token))
            {
                if (record is MapRecord map)
                {
                    text.AppendJoin('\n', map.Entries).Append("\n\n");
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

    private SourceText? ReadSource()
    {
        switch (ParameterSetName)
        {
            case ProbeSet when _probeNames.Count == 0:
                return null;
            case ProbeSet:
                return new SourceText(string.Join(",\n", _probeNames) + "\n" + Script, "script");
            case ScriptSet:
                return new SourceText(string.Join("\n", _scriptLines), "script");
        }

        SourceText? source = ScriptFiles.Read(ResolveFile(), out System.Management.Automation.ErrorRecord? error);
        if (error is not null)
        {
            ThrowTerminatingError(error);
        }

        return source;
    }

    private string ResolveFile()
    {
        if (ParameterSetName == LiteralPathSet)
        {
            return ScriptFiles.ResolveLiteral(this, LiteralPath) ?? NotOneFile(LiteralPath, ScriptFiles.NotInFileSystem);
        }

        return ScriptFiles.Resolve(this, Path) switch
        {
            null => NotOneFile(Path, ScriptFiles.NotInFileSystem),
            [string only] => only,
            { Count: int count } => NotOneFile(Path, $"matches {count} files; a trace runs one script"),
        };
    }

    private string NotOneFile(string path, string why)
    {
        ThrowTerminatingError(ScriptFiles.NotAFile(path, why));
        return "";
    }

    private TraceOptions BuildOptions() => ScriptOptions() with
    {
        Command = Command,
        Duration = Duration == TimeSpan.Zero ? null : Duration,
        MaxEvents = MaxEvents == 0 ? null : MaxEvents,
        DebugInfoDirectories = JoinDirectories(DebugInfoPath),
        EmitMapsAtEnd = NoMaps ? false : null,
        Form = AsText ? EventForm.Text : EventForm.Objects,
        Name = Name,
        MeasureProbes = Statistics,
        RecordPath = RecordPath is null ? null : OutputFile.Resolve(this, RecordPath),
        SwappableMaps = true,
    };

    private bool IsWhatIf => MyInvocation.BoundParameters.ContainsKey("WhatIf");

    private bool ConfirmProbes(CompiledTrace compiled)
    {
        if (IsWhatIf)
        {
            // One line a probe: what a wildcard stands for is what people want to know before they attach.
            bool attach = true;
            foreach (string probe in compiled.Probes.Select(p => p.FullName))
            {
                attach &= ShouldProcess(probe, "Attach");
            }

            return attach;
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
}
