using System.Collections.ObjectModel;
using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Lists the probes of the running kernel, of binaries, of processes and of scripts, and the kernel's types.</summary>
[Cmdlet(VerbsCommon.Get, "BpfProbe", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(ProbeInfo), typeof(KernelTypeInfo))]
public sealed class GetBpfProbeCommand : BpfCommandBase
{
    private const string FilterSet = "Filter";
    private const string PathSet = "Path";
    private const string ScriptSet = "Script";

    private static readonly ProbeType[] s_ofBinaries = [ProbeType.Uprobe, ProbeType.Usdt];

    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>
    /// bpftrace's patterns (<c>*</c> is any text): <c>*kill*</c>, <c>tracepoint:sched:*</c>, <c>uprobe:/bin/bash:readline</c>, <c>struct path</c>. With -Path
    /// a pattern of functions and static probes.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = FilterSet)]
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProbeCompleter))]
    [Alias("FullName")]
    [ValidateNotNull]
    public string[] Filter { get; set; } = ["*"];

    /// <summary>Binaries and libraries, whose functions and static probes are listed, or scripts, whose probes are; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>A program, whose probes are listed, wildcards expanded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ScriptSet)]
    [ArgumentCompleter(typeof(ScriptCompleter))]
    public string Script { get; set; } = "";

    /// <summary>Positional parameters of the program: <c>$1</c>, <c>$2</c>, …</summary>
    [Parameter(ParameterSetName = ScriptSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Alias("Args")]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Only these kinds.</summary>
    [Parameter]
    [ValidateNotNull]
    public ProbeType[] Type { get; set; } = [];

    /// <summary>Probes of this process's binaries.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Alias("Pid", "P")]
    [ArgumentCompleter(typeof(ProcessIdCompleter))]
    public int ProcessId { get; set; }

    /// <summary>Read and show each probe's parameters too (bpftrace's <c>-lv</c>).</summary>
    [Parameter]
    public SwitchParameter IncludeParameter { get; set; }

    /// <summary>Directories to look for separate debug files in, for the parameters of user functions (bpftrace's <c>--debuginfo</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DebugInfoPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Process is { } pid && !ProbeCatalog.HasProcess(pid))
        {
            ThrowTerminatingError(Failure.Record(new ItemNotFoundException($"No process {pid}."), SessionDiagnosticIds.NoSuchProcess, ErrorCategory.ObjectNotFound, pid));
        }

        switch (ParameterSetName)
        {
            case ScriptSet:
                ListScript(new SourceText(Script, "script"));
                break;
            case PathSet:
                foreach (string path in Path)
                {
                    ListFiles(path);
                }

                break;
            default:
                foreach (string pattern in Filter)
                {
                    ListPattern(pattern);
                }

                break;
        }
    }

    private void ListPattern(string pattern)
    {
        if (ProbeCatalog.IsTypePattern(pattern))
        {
            IReadOnlyList<KernelTypeInfo> types = ProbeCatalog.FindTypes(pattern);
            foreach (KernelTypeInfo type in types)
            {
                WriteObject(Shown(type));
            }

            if (types.Count == 0)
            {
                WriteNothingFound(pattern);
            }

            return;
        }

        // A pattern that names no kind is looked for in each kind asked for: kinds that are not listed by default are then listed too.
        string[] patterns = Type.Length == 0 || pattern.Contains(':', StringComparison.Ordinal) ? [pattern] : [.. Type.Select(t => $"{ProbeNames.GetName(t)}:{pattern}")];
        foreach (string one in patterns)
        {
            foreach (string note in ProbeCatalog.Notes(one))
            {
                if (_warned.Add(note))
                {
                    WriteWarning(note);
                }
            }
        }

        int before = _count;
        Write(patterns.SelectMany(one => ProbeCatalog.Find(one, Process, debugInfoDirectories: JoinDirectories(DebugInfoPath))));
        if (_count == before && !Stopping)
        {
            WriteNothingFound(pattern);
        }
    }

    private void ListFiles(string path)
    {
        Collection<string>? files;
        try
        {
            files = ScriptFiles.Resolve(this, path);
        }
        catch (ItemNotFoundException) when (!path.Contains('/', StringComparison.Ordinal))
        {
            files = [path]; // a command on PATH, a library by its short name
        }
        catch (ItemNotFoundException exception)
        {
            WriteError(Failure.NoFile(exception, "FileNotFound", path));
            return;
        }

        if (files is null)
        {
            WriteError(ScriptFiles.NotAFile(path, ScriptFiles.NotInFileSystem));
            return;
        }

        foreach (string file in files)
        {
            if (!File.Exists(file) || ProbeCatalog.IsBinary(file))
            {
                ListBinary(file);
            }
            else if (ScriptFiles.Read(file, out System.Management.Automation.ErrorRecord? error) is { } source)
            {
                ListScript(source);
            }
            else
            {
                WriteError(error!);
            }
        }
    }

    private void ListBinary(string file)
    {
        int before = _count;
        foreach (string filter in Filter)
        {
            foreach (ProbeType type in Type.Length == 0 ? s_ofBinaries : Type)
            {
                Write(ProbeCatalog.Find($"{ProbeNames.GetName(type)}:{file}:{filter}", Process, debugInfoDirectories: JoinDirectories(DebugInfoPath)));
            }
        }

        if (_count == before && !Stopping)
        {
            WriteError(Failure.Record(
                new ItemNotFoundException($"'{file}' has no function or static probe '{string.Join("', '", Filter)}', or is no binary."),
                "ProbeNotFound",
                ErrorCategory.ObjectNotFound,
                file));
        }
    }

    private void ListScript(SourceText source)
    {
        using CompiledTrace trace = TraceCompiler.Compile(source, new TraceOptions
        {
            Arguments = [.. ArgumentList],
            ProcessId = Process,
            AllowUnsafe = true,
            DebugInfoDirectories = JoinDirectories(DebugInfoPath),
            WorkingDirectory = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
            ProbesOnly = true,
        });
        WriteDiagnostics(trace.Diagnostics);
        Write(ProbeCatalog.Of(trace));
    }

    private int? Process => ProcessId == 0 ? null : ProcessId;

    private void Write(IEnumerable<ProbeInfo> probes)
    {
        // One by one, as they are found: a collection would be taken whole before the next command sees any of it.
        foreach (object probe in Wanted(probes))
        {
            WriteObject(probe);
        }
    }

    private IEnumerable<object> Wanted(IEnumerable<ProbeInfo> probes)
    {
        foreach (ProbeInfo probe in probes)
        {
            if (Stopping)
            {
                yield break;
            }

            if (Type.Length > 0 && !Array.Exists(Type, t => ProbeNames.GetName(t) == probe.Type))
            {
                continue;
            }

            _count++;
            if (IncludeParameter && probe.ParametersUnknown is { } why && _warned.Add(why))
            {
                WriteWarning(why);
            }

            yield return Shown(probe);
        }
    }

    /// <summary>With its parameters in view where they were asked for.</summary>
    private object Shown(object found)
    {
        if (!IncludeParameter)
        {
            return found;
        }

        var withParameters = new PSObject(found);
        withParameters.TypeNames.Insert(0, found is ProbeInfo ? "BpfTrace.ProbeInfo#Parameters" : "BpfTrace.KernelTypeInfo#Parameters");
        return withParameters;
    }

    private void WriteNothingFound(string pattern)
    {
        if (_warned.Count == 0 && ProbeCatalog.WhyEmpty(pattern.Split(':')[0]) is { } why && _warned.Add(why))
        {
            WriteWarning(why);
        }

        // A binary that is not there is no pattern that matches nothing.
        if (pattern.Split(':') is [string kind, ['/', ..] file, _, ..] && ProbeNames.TryParse(kind, out ProbeType type)
            && type is ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt && !file.Contains('*', StringComparison.Ordinal) && !File.Exists(file))
        {
            WriteError(Failure.NoFile(new ItemNotFoundException($"Cannot find path '{file}' because it does not exist."), "FileNotFound", file));
            return;
        }

        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            bool isType = ProbeCatalog.IsTypePattern(pattern);
            WriteError(Failure.Record(
                new ItemNotFoundException($"No {(isType ? "type" : "probe")} '{pattern}'. Patterns take *: Get-BpfProbe '{Widened(pattern)}'."),
                isType ? DiagnosticIds.UnknownType : DiagnosticIds.ProbeNotFound,
                ErrorCategory.ObjectNotFound,
                pattern));
        }
    }

    private static string Widened(string pattern)
    {
        int end = pattern.LastIndexOfAny([':', ' ']) + 1;
        return $"{pattern[..end]}*{pattern[end..]}*";
    }
}
