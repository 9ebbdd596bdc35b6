using System.Collections.Immutable;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>
/// One BPF program: a probe's body bound for one or several targets that can share its code. A script's probe with a wildcard
/// becomes one of these where the code is the same for every match, and several where <c>args</c> differs.
/// </summary>
/// <param name="Span">The probe in the script.</param>
/// <param name="Name">A C identifier, unique in the program: the BPF program's name starts with it.</param>
/// <param name="Type">The kind of probe, the same for all targets.</param>
/// <param name="Targets">Where it attaches; never empty.</param>
/// <param name="Body">The code, the predicate included as an <c>if</c>.</param>
public sealed record BoundProbe(TextSpan Span, string Name, ProbeType Type, ImmutableArray<AttachTarget> Targets, BoundBlock Body) : BoundNode(Span)
{
    /// <summary>
    /// The index of <see cref="Targets"/>[0] among all targets of the program, counted through the probes in order. A record names the
    /// target it came from by this index plus the attach cookie (0 where there is one target).
    /// </summary>
    public int FirstTargetIndex { get; init; }

    /// <summary>True when the code tells targets apart (<c>probe</c>): each link then needs its own cookie.</summary>
    public bool UsesProbeName { get; init; }

    /// <summary>What happens to a target that cannot be attached.</summary>
    public MissingProbes MissingProbes { get; init; }

    /// <summary>The processes the trace is limited to (<c>-p</c>), where the program must look itself; empty for none.</summary>
    public ImmutableArray<int> FilterProcessIds { get; init; } = [];
}

/// <summary>A script, bound: what the compiler turns into BPF and the runtime runs.</summary>
/// <param name="Source">The script's text.</param>
/// <param name="Probes">The programs, in the script's order.</param>
/// <param name="Maps">The maps, in order of first use: their order when printed at exit is by name.</param>
/// <param name="Sites">The output sites, by id.</param>
/// <param name="Config">The configuration in force.</param>
public sealed record BoundProgram(
    SourceText Source,
    ImmutableArray<BoundProbe> Probes,
    ImmutableArray<MapSymbol> Maps,
    ImmutableArray<OutputSite> Sites,
    TraceConfig Config)
{
    /// <summary>The script's functions, called or not, in the script's order.</summary>
    public ImmutableArray<SubprogramSymbol> Subprograms { get; init; } = [];

    /// <summary>The C functions the script imports, a file each.</summary>
    public ImmutableArray<CCode> CCode { get; init; } = [];

    /// <summary>The formats <see cref="TimestampType"/> values refer to.</summary>
    public ImmutableArray<string> TimeFormats { get; init; } = [];

    /// <summary>The filters <see cref="CgroupPathType"/> values refer to; empty for none.</summary>
    public ImmutableArray<string> CgroupFilters { get; init; } = [];

    /// <summary>
    /// True when a program runs inside functions that maps use (<see cref="AttachTarget.IsUsedByMaps"/>): then none may start while another of
    /// them is at work on the same CPU.
    /// </summary>
    public bool NeedsRecursionGuard
    {
        get
        {
            foreach (BoundProbe probe in Probes)
            {
                foreach (AttachTarget target in probe.Targets)
                {
                    if (target.IsUsedByMaps)
                        return true;
                }
            }
            return false;
        }
    }

    /// <summary>Every target, indexed as records name them.</summary>
    public IEnumerable<AttachTarget> Targets => Probes.SelectMany(p => p.Targets);
}
