using System.Collections.Immutable;
using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>What the programs of one compilation share: layouts, sites, and what they turned out to need.</summary>
internal sealed class CompilationState(BoundProgram program, CompileOptions options)
{
    private readonly Dictionary<MapSymbol, MapLayout> _maps = new(ReferenceEqualityComparer.Instance);
    private readonly List<OutputSite> _sites = [.. program.Sites];
    private readonly Dictionary<int, EventLayout> _layouts = [];

    public BoundProgram Program { get; } = program;

    public CompileOptions Options { get; } = options;

    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>Whether only one of the programs may be at work on a CPU at a time.</summary>
    public bool GuardsRecursion { get; } = options.AlwaysGuardRecursion || program.NeedsRecursionGuard;

    /// <summary>The sites of the script, then those of the errors its programs may report.</summary>
    public IReadOnlyList<OutputSite> Sites => _sites;

    /// <summary>Limits of the stack maps in use, ascending.</summary>
    public List<int> StackLimits { get; } = [];

    /// <summary>True when a program reads the trace's start time or clock offset.</summary>
    public bool UsesSession { get; set; }

    /// <summary>True when a program unwinds user stacks by call frame information.</summary>
    public bool Unwinds { get; set; }

    /// <summary>True when a program sends packets.</summary>
    public bool SendsPackets { get; set; }

    /// <summary>
    /// Names of the raw tracepoint programs that hand the kernel's pointers back to it: the verifier knows what those point to only in programs loaded
    /// for a tracepoint with types (BPF_TRACE_RAW_TP, Linux 5.5).
    /// </summary>
    public HashSet<string> TypedTracepoints { get; } = [];

    /// <summary>The largest scratch frame in bytes of those that fit a per-CPU array; 0 when no program needs one.</summary>
    public int FrameSize { get; set; }

    /// <summary>Entries of the scratch map given out.</summary>
    public int Frames { get; set; }

    /// <summary>Entries per CPU of the map of large frames given out.</summary>
    public int LargeFrames { get; set; }

    /// <summary>The largest scratch frame in bytes of the others; 0 when there is none.</summary>
    public int LargeFrameSize { get; set; }

    public MapLayout LayoutOf(MapSymbol map)
    {
        if (!_maps.TryGetValue(map, out MapLayout? layout))
        {
            layout = MapLayout.Create(map);
            _maps.Add(map, layout);
        }

        return layout;
    }

    public EventLayout LayoutOf(OutputSite site)
    {
        if (!_layouts.TryGetValue(site.Id, out EventLayout? layout))
        {
            layout = EventLayout.Create(site);
            _layouts.Add(site.Id, layout);
        }

        return layout;
    }

    /// <summary>The site that reports this error at this place, in the expansion of these macros.</summary>
    public OutputSite ErrorSite(TextSpan span, Expansion? expansion, RuntimeErrorKind kind, string? helper)
    {
        span = expansion?.Place?.Span ?? span;
        IReadOnlyList<TextSpan>? uses = expansion is { Uses.Count: > 0 } ? expansion.Uses : null;
        for (int i = Program.Sites.Length; i < _sites.Count; i++)
        {
            OutputSite known = _sites[i];
            if (known.IsAt(span, uses) && known.RuntimeError == kind && known.Helper == helper)
                return known;
        }

        var site = new OutputSite
        {
            Id = _sites.Count,
            Kind = OutputKind.RuntimeError,
            Span = span,
            ExpandedFrom = uses,
            RuntimeError = kind,
            Helper = helper,
            ValueTypes = [IntegerType.Int64],
            ValueNames = ["retcode"],
        };
        _sites.Add(site);
        return site;
    }

    public void UseStacks(int limit)
    {
        int at = StackLimits.BinarySearch(limit);
        if (at < 0)
            StackLimits.Insert(~at, limit);
    }

    public ImmutableArray<EventLayout> AllLayouts() => [.. _sites.Select(LayoutOf)];

    /// <summary>The 1-based line and column of a place in the script.</summary>
    public (int Line, int Column) PositionOf(TextSpan span)
    {
        TextPosition at = Program.Source.GetPosition(span.Start);
        return (at.Line, at.Column);
    }
}
