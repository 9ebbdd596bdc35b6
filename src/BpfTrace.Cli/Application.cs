using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace.Cli;

/// <summary>The command line from its arguments to its exit status.</summary>
internal sealed class Application
{
    /// <summary>Set by a test that wants to know when a trace runs; a line of this name is printed then, as bpftrace does.</summary>
    private const string NotifyVariable = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";

    private readonly CommandLine _line;
    private readonly OutputSink _output;
    private readonly Messages _messages;
    private readonly TraceControl _control;

    private Application(CommandLine line, OutputSink output, OutputSink error, TraceControl control)
    {
        _line = line;
        _output = output;
        _messages = new Messages(output, error, line.Warnings != WarningLevel.None, line.Quiet);
        _control = control;
    }

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="control">Ends the run from outside.</param>
    /// <param name="outputDescriptor">The standard output, or -1.</param>
    /// <param name="errorDescriptor">The standard error.</param>
    /// <returns>0, 1 for an error, or what the program gave to <c>exit()</c>.</returns>
    public static int Run(string[] args, TraceControl control, int outputDescriptor, int errorDescriptor)
    {
        CommandLineResult result = CommandLineParser.Parse(args);
        var output = new OutputSink(outputDescriptor, result.CommandLine?.Buffering ?? OutputBuffering.Full);
        using var error = new OutputSink(errorDescriptor, OutputBuffering.None, capacity: 4096);
        try
        {
            using (output)
            {
                if (result.CommandLine is { } line)
                    return new Application(line, output, error, control).Run();
                output.Write(result.Output);
                error.Write(result.Error);
                return result.ExitCode;
            }
        }
        catch (OutputException broken)
        {
            if (broken.HResult != NativeMethods.EPIPE) // nobody reads any more: `bpft … | head`
                Tell(error, $"ERROR: failed to write output: {broken.Message}\n");
            return ExitStatus.Error;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            // What the kernel is asked by files, and there is no descriptor for one; BPFTRACE_BTF names a file of another format.
            Tell(error, $"ERROR: {failure.Message}\n");
            return ExitStatus.Error;
        }
    }

    private static void Tell(OutputSink error, string message)
    {
        try
        {
            error.Write(message);
        }
        catch (OutputException)
        {
            // It is the same full disk: the exit status has to do.
        }
    }

    private int Run()
    {
        if (_line.Info)
        {
            _output.Write(SystemReport.Create());
            return 0;
        }

        if (_line.Formatting)
            return Format();

        if (!_line.CodegenOnly && Privileges.FindMissingCapability(NativeMethods.geteuid() == 0) is { } missing)
        {
            _messages.Error($"Missing {missing} capability, please run bpft as the root user.");
            return 1;
        }

        if (!UseTraceableFunctions(_line.TraceableFunctions))
            return 1;
        if (_line.Listing && MissingProcess() is { } pid)
        {
            _messages.Error($"Failed to attach to pid: {pid}: {Marshal.GetPInvokeErrorMessage(NativeMethods.ESRCH)}");
            return 1;
        }

        if (_line.Listing && _line.Search is { } search)
            return new ProbeLister(_line, _output, _messages).Search(search);
        if (_line.Listing && _line.FileName is { } file && ProbeCatalog.IsBinary(file))
        {
            string path = Path.GetFullPath(file); // A bare name would be looked for among the system's libraries.
            return new ProbeLister(_line, _output, _messages).Search($"uprobe:{path}:*,usdt:{path}:*");
        }

        if (ReadSource() is not { } source)
            return 1;

        TraceControl.AcceptInterrupts();
        if (_line.MeasuresCompiler)
            return BenchmarkReport.Write(source, OptionMapping.ToOptions(_line, toTerminal: false), _output, _messages);
        using CompiledTrace trace = TraceCompiler.Compile(source, OptionMapping.ToOptions(_line, _line.OutputFile is null && _output.IsTerminal) with { ProbesOnly = _line.Listing });
        if (_line.Listing)
            return new ProbeLister(_line, _output, _messages).List(trace);

        StagePrinter.Print(trace, _line.DebugStages, _output);
        _messages.Diagnostics(trace.Diagnostics);
        if (trace.HasErrors)
            return ExitStatus.OfCompilation(trace);
        if (EmittedFiles.Write(_line, trace) is { } problem)
        {
            _messages.Error(problem);
            return 1;
        }

        if (_line.DebugStages.Contains("verifier") && !ShowVerifierLogs(trace))
            return ExitStatus.NotStarted;
        if (_line.CodegenOnly)
            return 0;
        if (!trace.IsIncomplete)
            return Trace(trace);
        _messages.Warning("compiled, and not run: the running kernel lacks what the warnings above name.");
        return 0;
    }

    /// <summary><c>-d verifier</c>: the whole logs, also of programs that are taken.</summary>
    /// <returns>Whether they all are.</returns>
    private bool ShowVerifierLogs(CompiledTrace trace)
    {
        TraceVerification verification = TraceVerifier.Verify(trace, wholeLog: true);
        foreach (VerifiedProgram program in verification.Programs)
            _output.Write($"BPF verifier log for {program.Name}:\n--------------------------------------\n{program.Log}\n\n");
        _messages.Diagnostics(verification.Diagnostics);
        return verification.IsAccepted;
    }

    private static string RefusedLogs(CompiledTrace trace)
    {
        var text = new StringBuilder();
        foreach (VerifiedProgram program in TraceVerifier.Verify(trace, wholeLog: true).Programs)
        {
            if (!program.IsAccepted)
                text.Append(program.Log).Append('\n');
        }

        return text.ToString();
    }

    /// <summary><c>--fmt</c>: to <c>-o</c>, which may be the script itself, or the standard output.</summary>
    private int Format()
    {
        if (ReadSource() is not { } source)
            return 1;
        FormattedScript formatted = ScriptFormatter.Format(source);
        _messages.Diagnostics(formatted.Diagnostics);
        if (formatted.Text is null)
            return 1;
        if (_line.OutputFile is not { } path)
        {
            _output.Write(SourceText.Encode(formatted.Text));
            return 0;
        }

        try
        {
            ScriptFormatter.Write(path, formatted.Text);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _messages.Error($"failed to open file '{path}': {Describe(failure, path)}");
            return 1;
        }
    }

    private bool UseTraceableFunctions(string? file)
    {
        try
        {
            LinuxKernelCatalog.Shared.UseTraceableFunctions(file);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _messages.Error($"Could not read functions from {file}.");
            return false;
        }
    }

    /// <summary>A process to list the probes of that there is not. A trace finds out when it watches them.</summary>
    private int? MissingProcess()
    {
        foreach (int pid in _line.ProcessIds)
        {
            if (!ProbeCatalog.HasProcess(pid))
                return pid;
        }

        return null;
    }

    private SourceText? ReadSource()
    {
        if (_line.Program is not null)
            return new SourceText(_line.Program);
        try
        {
            return _line.FileName == "-" ? SourceText.FromBytes(StandardStream.ReadInput()) : SourceText.FromFile(_line.FileName!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _messages.Error($"failed to open file '{_line.FileName}': {Describe(failure, _line.FileName)}");
            return null;
        }
    }

    private static string Describe(Exception failure, string? path) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => Marshal.GetPInvokeErrorMessage(NativeMethods.ENOENT),
        UnauthorizedAccessException => Marshal.GetPInvokeErrorMessage(Directory.Exists(path) ? NativeMethods.EISDIR : NativeMethods.EACCES),
        _ => failure.Message,
    };

    private int Trace(CompiledTrace trace)
    {
        OutputSink? file = null;
        try
        {
            if (_line.OutputFile is { } path)
                file = OutputSink.Create(path, _line.Buffering);
        }
        catch (IOException failure)
        {
            _messages.Error($"Failed to open output file: \"{_line.OutputFile}\": {failure.Message}");
            return 1;
        }

        using (file)
        {
            try
            {
                if (_line.RunsTests || _line.RunsBenchmarks)
                    return RunTests(trace, file ?? _output);
                _control.ListenToSignals();
                if (!HasSignalProbes(trace))
                    _control.ListenForMaps();
                using TraceSession session = TraceSession.Start(trace, cancellation: _control.StopToken);
                if (_line.DryRun)
                {
                    if (_line.Verbose)
                        new VerboseMessages(_messages, session).Attached();
                    foreach (Diagnostic warning in session.StartWarnings)
                        _messages.Runtime(warning);
                    return 0;
                }

                _control.Attach(session);
                return Follow(session, file ?? _output);
            }
            catch (OperationCanceledException) when (_control.StopToken.IsCancellationRequested)
            {
                return ExitStatus.NotStarted; // Interrupted while it was attached: nothing of it is left.
            }
            catch (TraceStartException failure)
            {
                _messages.Diagnostics(failure.Diagnostics);
                if (failure.VerifierLog is not null && _line.Verbose)
                    _messages.Line("Kernel error log:\n" + RefusedLogs(trace));
                return ExitStatus.OfStart(failure);
            }
        }
    }

    private int RunTests(CompiledTrace trace, OutputSink output)
    {
        using TestSession session = TestSession.Start(trace, _line.RunsBenchmarks);
        var report = new TestReport(output, _messages, _line.Format == "json");
        try
        {
            return _line.RunsBenchmarks ? report.Measure(session) : report.Test(session);
        }
        finally
        {
            output.BatchEnd();
        }
    }

    private int Follow(TraceSession session, OutputSink output)
    {
        VerboseMessages? verbose = _line.Verbose ? new VerboseMessages(_messages, session) : null;
        int status = 1; // Without an end record the trace failed, and has said why.
        foreach (TraceRecord record in session.ReadRecords())
        {
            switch (record)
            {
                case TextRecord text:
                    output.Write(text.Text.Span);
                    output.BatchEnd();
                    break;
                case WarningRecord warning:
                    output.BatchEnd();
                    _messages.Runtime(warning.Diagnostic);
                    break;
                case ErrorRecord error:
                    output.BatchEnd();
                    _messages.Runtime(error.Diagnostic);
                    break;
                case AttachedRecord attached:
                    verbose?.Attached();
                    Announce(attached.ProbeCount, output);
                    break;
                case StoppingRecord:
                    output.BatchEnd();
                    Notify("STOPPING=1\nSTATUS=Shutting down...", "shutdown");
                    break;
                case EndRecord end:
                    verbose?.Ended();
                    status = session.State == SessionState.Failed ? 1 : end.ExitCode;
                    break;
            }
        }

        return status;
    }

    private void Announce(int count, OutputSink output)
    {
        if (_line.Format == "json" && !_line.Quiet)
            output.Write($"{{\"type\": \"attached_probes\", \"count\": {count}, \"data\": {{\"probes\": {count}}}}}\n");
        else if (!_line.Quiet)
            _messages.Line(count == 1 ? "Attached 1 probe" : $"Attached {count} probes");
        if (Environment.GetEnvironmentVariable(NotifyVariable) is not null)
        {
            _output.Write(NotifyVariable + "\n");
            _output.Flush();
        }

        Notify("READY=1\nSTATUS=Processing events...", "readiness");
    }

    private void Notify(string state, string what)
    {
        if (ServiceNotification.IsWanted && ServiceNotification.Send(state) is { } problem)
            _messages.Warning($"Failed to send {what} notification, ignoring: {problem}");
    }

    private static bool HasSignalProbes(CompiledTrace trace)
    {
        foreach (AttachTarget probe in trace.Probes)
        {
            if (probe.Type == ProbeType.Self)
                return true;
        }

        return false;
    }
}
