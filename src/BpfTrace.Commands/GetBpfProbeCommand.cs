using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Language.Probes;

namespace BpfTrace.Commands;

/// <summary>Lists the probes of the running kernel, of binaries and of processes.</summary>
[Cmdlet(VerbsCommon.Get, "BpfProbe")]
[OutputType(typeof(ProbeInfo))]
public sealed class GetBpfProbeCommand : BpfCommandBase
{
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>bpftrace's patterns (<c>*</c> is any text): <c>*kill*</c>, <c>tracepoint:sched:*</c>, <c>uprobe:/bin/bash:readline</c>.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProbeCompleter))]
    [Alias("FullName")]
    public string[] Filter { get; set; } = ["*"];

    /// <summary>Only these kinds.</summary>
    [Parameter]
    public ProbeType[] Type { get; set; } = [];

    /// <summary>Probes of this process's binaries.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Alias("Pid")]
    public int ProcessId { get; set; }

    /// <summary>Read each probe's parameters too (bpftrace's <c>-lv</c>).</summary>
    [Parameter]
    public SwitchParameter IncludeParameter { get; set; }

    /// <summary>Directories to look for separate debug files in, for the parameters of user functions (bpftrace's <c>--debuginfo</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DebugInfoPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string pattern in Filter)
        {
            int before = _count;
            var found = new HashSet<string>(StringComparer.Ordinal);

            // One call for all: tens of thousands of probes are written as they are found, but not one by one.
            WriteObject(Find(pattern, found), enumerateCollection: true);
            foreach (string type in found)
            {
                // Kinds that nobody named are not tried out: that takes the kernel longer than the listing.
                bool isNamed = Type.Length > 0 || pattern.Contains(':', StringComparison.Ordinal);
                if (isNamed && _warned.Add(type) && ProbeCatalog.WhyUnavailable(type) is { } why)
                {
                    WriteWarning(why);
                }
            }

            if (_count == before && !Stopping)
            {
                WriteNothingFound(pattern);
            }
        }
    }

    private IEnumerable<object> Find(string pattern, HashSet<string> types)
    {
        foreach (string one in Patterns(pattern))
        {
            foreach (ProbeInfo probe in ProbeCatalog.Find(one, ProcessId == 0 ? null : ProcessId, debugInfoDirectories: JoinDirectories(DebugInfoPath)))
            {
                if (Stopping)
                {
                    yield break;
                }

                if (!IsWanted(probe))
                {
                    continue;
                }

                _count++;
                types.Add(probe.Type);
                yield return IncludeParameter ? WithParameters(probe) : probe;
            }
        }
    }

    // A pattern that names no kind is looked for in each kind asked for: kinds that are not listed by default are then listed too.
    private IEnumerable<string> Patterns(string pattern) => Type.Length == 0 || pattern.Contains(':', StringComparison.Ordinal)
        ? [pattern]
        : Type.Select(t => $"{NameOf(t)}:{pattern}");

    private bool IsWanted(ProbeInfo probe) =>
        Type.Length == 0 || Array.Exists(Type, t => NameOf(t) == probe.Type);

    private static string NameOf(ProbeType type) => type.ToString().ToLowerInvariant();

    private static PSObject WithParameters(ProbeInfo probe)
    {
        var withParameters = new PSObject(probe);
        withParameters.TypeNames.Insert(0, "BpfTrace.ProbeInfo#Parameters");
        return withParameters;
    }

    private void WriteNothingFound(string pattern)
    {
        if (ProbeCatalog.WhyEmpty(pattern.Split(':')[0]) is { } why)
        {
            WriteWarning(why);
        }

        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            WriteError(new System.Management.Automation.ErrorRecord(
                new ItemNotFoundException($"No probe '{pattern}'. Patterns take *: Get-BpfProbe '*{pattern}*'."),
                "ProbeNotFound",
                ErrorCategory.ObjectNotFound,
                pattern));
        }
    }
}
