using System.Collections;
using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Says whether bpftrace programs are valid, and what they would do, without attaching anything.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BpfScript", DefaultParameterSetName = ScriptSet)]
[OutputType(typeof(bool))]
[OutputType(typeof(ScriptReport))]
public sealed class TestBpfScriptCommand : ScriptCommandBase
{
    private const string ScriptSet = "Script";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<string> _scriptLines = [];

    /// <summary>The program. Strings from the pipeline are its lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ScriptSet)]
    [AllowEmptyString]
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

    /// <summary>Positional parameters: <c>$1</c>, <c>$2</c>, …</summary>
    [Parameter]
    [Alias("Args")]
    [AllowEmptyCollection]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Compile for a trace of this process only.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Alias("Pid")]
    public int ProcessId { get; set; }

    /// <summary>Configuration keys, as in a script's config block; they win over it.</summary>
    [Parameter]
    public Hashtable? Config { get; set; }

    /// <summary>Allow functions that change the system.</summary>
    [Parameter]
    public SwitchParameter Unsafe { get; set; }

    /// <summary>Ask only whether the program is right: the verifier is not asked, and what the running kernel lacks is no more than a warning.</summary>
    [Parameter]
    public SwitchParameter CompileOnly { get; set; }

    /// <summary>Write a report instead of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                foreach (string path in Path)
                {
                    TestFiles(path);
                }

                break;
            case LiteralPathSet:
                foreach (string path in LiteralPath)
                {
                    TestFile(ScriptFiles.ResolveLiteral(this, path), path);
                }

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

    private void TestFiles(string path)
    {
        try
        {
            if (ScriptFiles.Resolve(this, path) is not { } files)
            {
                TestFile(null, path);
                return;
            }

            foreach (string file in files)
            {
                TestFile(file, path);
            }
        }
        catch (ItemNotFoundException exception)
        {
            WriteError(new System.Management.Automation.ErrorRecord(exception, "ScriptFileNotFound", ErrorCategory.ObjectNotFound, path));
        }
    }

    private void TestFile(string? file, string path)
    {
        System.Management.Automation.ErrorRecord? error = null;
        SourceText? source = file is null ? null : ScriptFiles.Read(file, out error);
        if (source is null)
        {
            WriteError(error ?? ScriptFiles.NotAFile(path, "is not in the file system"));
            return;
        }

        Test(source);
    }

    private void Test(SourceText source)
    {
        if (Stopping)
        {
            return;
        }

        using CompiledTrace trace = TraceCompiler.Compile(source, WithCDefinitions(new TraceOptions
        {
            Arguments = [.. ArgumentList],
            ProcessId = ProcessId == 0 ? null : ProcessId,
            AllowUnsafe = Unsafe,
            Config = ConfigurationOf(Config),
            CompileOnly = true,
        }));
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
