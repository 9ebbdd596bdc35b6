using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Says whether bpftrace programs are valid, and what they would do, without attaching anything.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BpfScript", DefaultParameterSetName = ScriptSet)]
[OutputType(typeof(bool))]
[OutputType(typeof(ScriptReport))]
[OutputType(typeof(TestResult))]
[OutputType(typeof(BenchmarkResult))]
public sealed class TestBpfScriptCommand : ScriptCommandBase
{
    private const string ScriptSet = "Script";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<string> _scriptLines = [];

    /// <summary>The program. Strings from the pipeline are its lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ScriptSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ScriptCompleter))]
    public string Script { get; set; } = "";

    /// <summary>The scripts' files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The scripts' files, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Ask only whether the program is right: the verifier is not asked, and what the running kernel lacks is no more than a warning.</summary>
    [Parameter]
    public SwitchParameter CompileOnly { get; set; }

    /// <summary>Write a report instead of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Run the program's test probes, and write what came of each.</summary>
    [Parameter]
    public SwitchParameter RunTests { get; set; }

    /// <summary>Measure the program's bench probes, and write what came of each.</summary>
    [Parameter]
    public SwitchParameter RunBenchmarks { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if ((RunTests || RunBenchmarks) && (CompileOnly || Detailed))
        {
            string what = $"-{(CompileOnly ? nameof(CompileOnly) : nameof(Detailed))} says what the program is, -{(RunTests ? nameof(RunTests) : nameof(RunBenchmarks))} runs it: give one of them.";
            ThrowTerminatingError(Failure.Record(
                new PSArgumentException(what), "ParametersExclude", ErrorCategory.InvalidArgument, MyInvocation.BoundParameters));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                ScriptFiles.ForEach(this, Path, Test);
                break;
            case LiteralPathSet:
                ScriptFiles.ForLiteral(this, LiteralPath, Test);
                break;
            default:
                _scriptLines.Add(Script);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_scriptLines.Count > 0)
        {
            Test(new SourceText(string.Join("\n", _scriptLines), "script"));
        }
    }

    private void Test(SourceText source)
    {
        if (Stopping)
        {
            return;
        }

        if (RunTests || RunBenchmarks)
        {
            Run(source);
            return;
        }

        using CompiledTrace trace = TraceCompiler.Compile(source, ScriptOptions() with { CompileOnly = true, SwappableMaps = true }); // the programs that Start-BpfTrace would load
        TraceVerification? verification = CompileOnly || trace.HasErrors || !TraceVerifier.IsPermitted ? null : TraceVerifier.Verify(trace);
        if (Detailed)
        {
            WriteObject(ScriptReports.Create(trace, verification));
            return;
        }

        foreach (Diagnostic diagnostic in trace.Diagnostics)
        {
            Write(diagnostic);
        }

        foreach (Diagnostic diagnostic in verification?.Diagnostics ?? [])
        {
            Write(diagnostic);
        }

        WriteObject(!trace.HasErrors && verification is not { IsAccepted: false } && (CompileOnly || !trace.IsIncomplete));
    }

    /// <summary>What bpft --test and --bench do.</summary>
    private void Run(SourceText source)
    {
        using CompiledTrace trace = TraceCompiler.Compile(source, ScriptOptions());
        foreach (Diagnostic diagnostic in trace.Diagnostics)
        {
            Write(diagnostic);
        }

        if (trace.HasErrors)
        {
            return;
        }

        try
        {
            if (RunTests)
            {
                using TestSession session = TestSession.Start(trace, benchmarks: false);
                WriteResults(session.RunTests(), session);
            }

            if (RunBenchmarks)
            {
                using TestSession session = TestSession.Start(trace, benchmarks: true);
                WriteResults(session.RunBenchmarks(), session);
            }
        }
        catch (TraceStartException exception)
        {
            foreach (Diagnostic diagnostic in exception.Diagnostics)
            {
                Write(diagnostic);
            }
        }
    }

    /// <summary>The end probes' text is no result.</summary>
    private void WriteResults(IEnumerable<object> results, TestSession session)
    {
        foreach (object result in results)
        {
            WriteObject(result);
            if (Stopping)
            {
                return;
            }
        }

        if (session.Finish().TrimEnd('\n') is { Length: > 0 } text)
        {
            WriteInformation(text, []);
        }
    }

    private void Write(Diagnostic diagnostic)
    {
        if (diagnostic.IsError)
        {
            WriteError(DiagnosticErrorRecord.Create(diagnostic));
        }
        else
        {
            WriteWarning(DiagnosticErrorRecord.WarningText(diagnostic));
        }
    }
}
