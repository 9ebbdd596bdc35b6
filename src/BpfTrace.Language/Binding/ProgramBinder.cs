using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>
/// One pass over a program: makes the bound tree with the types known so far, and learns types on the way. One file per
/// family of constructs.
/// </summary>
internal sealed partial class ProgramBinder(BindContext context, InferenceStore store)
{
    private readonly Dictionary<string, MapSymbol> _maps = new(StringComparer.Ordinal);
    private readonly List<MapSymbol> _mapOrder = [];
    private readonly SiteTable _sites = new();
    private readonly List<BoundProbe> _probes = [];
    private readonly Dictionary<string, MapDeclarationSyntax> _mapDeclarations = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedMaps = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unstable = new(StringComparer.Ordinal);
    private ProbeInstance _probe = null!;
    private Scope _scope = new(null);
    private MacroFrame? _frame;
    private Expansion? _expansion;
    private SourceText _source = context.Source;
    private int _temporaries;
    private int[] _probeDiagnostics = [];

    /// <summary>What this pass found wrong.</summary>
    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>The names of the maps whose type is known.</summary>
    public IEnumerable<string> TypedMaps => _mapOrder.Where(static m => m.ValueType is not ErrorType).Select(static m => m.Name);

    /// <summary>Maps that get a value which has no meaning: that nothing is known of them is a consequence.</summary>
    public HashSet<string> SpoiltMaps { get; } = new(StringComparer.Ordinal);

    /// <summary>Of those, the ones whose value was told to be wrong: nothing may be guessed of their type, or the guess would be told to be wrong, too.</summary>
    public HashSet<string> CausedMaps { get; } = new(StringComparer.Ordinal);

    /// <summary>Maps that something is aggregated into of which nothing is known: perhaps because it comes from the map itself.</summary>
    public Dictionary<string, AggregateType> OpenAggregates { get; } = new(StringComparer.Ordinal);

    /// <summary>Maps that are read, incremented or compounded: without an assignment they hold a zero.</summary>
    public HashSet<string> AccessedMaps { get; } = new(StringComparer.Ordinal);

    /// <summary>Binds every probe.</summary>
    public void BindProgram(ProgramSyntax program, List<ProbeInstance> probes)
    {
        BindMapDeclarations(program);
        BindSubprograms(program);
        int target = 0;
        _probeDiagnostics = new int[probes.Count + 1];
        for (int i = 0; i < probes.Count; i++)
        {
            _probeDiagnostics[i] = Diagnostics.Count;
            BindProbe(probes[i], target);
            target += probes[i].Targets.Length;
        }
        _probeDiagnostics[^1] = Diagnostics.Count;
        FinishMaps();
        CheckNamedArguments();
    }

    /// <summary>The first error of a kind in a probe's body, by the probe's place among those bound; null when there is none.</summary>
    public Diagnostic? FirstError(int probe, Func<Diagnostic, bool> kind)
    {
        for (int i = _probeDiagnostics[probe]; i < _probeDiagnostics[probe + 1]; i++)
        {
            if (Diagnostics[i] is { IsError: true } error && kind(error))
                return error;
        }
        return null;
    }

    /// <summary>The program as bound in this pass; a map that is only asked about at compile time is none of it.</summary>
    public BoundProgram ToProgram() => new(context.Source, [.. _probes], [.. _mapOrder.Where(static m => m.ValueType is not ErrorType)], _sites.ToImmutableArray(), context.Config)
    {
        Subprograms = [.. _subprogramOrder.Select(static s => s.Symbol)],
        TimeFormats = [.. _timeFormats],
        CgroupFilters = [.. _cgroupFilters],
        CCode = context.CCode.Code,
    };

    private void BindProbe(ProbeInstance probe, int firstTarget)
    {
        _probe = probe;
        _subprogram = null;
        context.Types.Binary = probe.Binary;
        _scope = new Scope(null);
        _frame = null;
        _source = context.Source;
        _temporaries = 0;
        _expansions = 0;
        var statements = new List<BoundStatement>();
        Scope outer = _scope;
        _scope = _probeScope = new Scope(outer);
        _closedVariables.Clear();
        _hoisted.Clear();
        BoundExpression? condition = null;
        if (probe.Syntax.Predicate is { } predicate)
            Learn(() => condition = BindCondition(predicate.Condition, predicate));
        ImmutableArray<BoundStatement> body = BindStatements(probe.Syntax.Body.Statements);
        CheckAssigned(_scope);
        _scope = outer;
        statements.AddRange(_hoisted.Select(static v => new BoundAssignVariable(v.Declaration, v, null)));
        if (condition is null)
            statements.AddRange(body);
        else
            statements.Add(new BoundIf(condition.Span, condition, new BoundBlock(probe.Syntax.Body.Span, body), null));
        _probes.Add(new BoundProbe(probe.Syntax.Span, NameOf(probe), probe.Type, probe.Targets, new BoundBlock(probe.Syntax.Body.Span, [.. statements]))
        {
            FirstTargetIndex = firstTarget,
            MissingProbes = probe.MissingProbes,
            FilterProcessIds = NeedsProcessFilter(probe.Type) ? context.Options.ProcessIds : [],
        });
    }

    /// <summary>Probes the kernel cannot limit to a process when they are attached (bpftrace <c>pid_filter_pass.cpp</c>).</summary>
    private static bool NeedsProcessFilter(ProbeType type) => type is ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Fentry or ProbeType.Fexit
        or ProbeType.Tracepoint or ProbeType.RawTracepoint
        // Limited to a process the perf event of a return fires in others too that somebody else probes there (Linux 6.12: uretprobe_perf_func).
        or ProbeType.Uretprobe;

    /// <summary>
    /// A C identifier, by which the program is found in lists of the kernel's: the probe, or the pattern its places are from. Its number keeps equal names
    /// apart; the kernel takes names in types of up to 127 characters (KSYM_NAME_LEN before Linux 6.1).
    /// </summary>
    private static string NameOf(ProbeInstance probe)
    {
        const int Longest = 110;
        string name = probe.TypeName;
        if (probe.Targets.Length == 1)
            name = probe.Target.FullName;
        else if (probe.Syntax.AttachPoints is [{ Text: var pattern }] && pattern.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            name += pattern[colon..];
        if (name.Length > Longest)
            name = name[..Longest];
        Span<char> characters = name.Length <= 48 ? stackalloc char[name.Length] : new char[name.Length];
        for (int i = 0; i < name.Length; i++)
            characters[i] = SyntaxFacts.IsIdentifierPart(name[i]) ? name[i] : '_';
        return $"{characters}_{probe.Index + 1}";
    }

    private TextLocation At(SyntaxNode node) => _expansion?.Place ?? new(_source, node.Span);

    private TextLocation At(TextSpan span) => _expansion?.Place ?? new(_source, span);

    /// <summary>An expression that has no meaning, or none yet; nothing further is said about it.</summary>
    private static BoundError Unknown(TextSpan span) => new(span);

    private static bool IsUnknown(BoundExpression expression) => IsUnknown(expression.Type);

    private static bool IsUnknown(BpfType type) => type switch
    {
        ErrorType => true,
        TupleType tuple => tuple.Fields.Any(static f => IsUnknown(f.Type)),
        PointerType pointer => IsUnknown(pointer.Target),
        _ => false,
    };
}

/// <summary>Stands for an expression without a type. Never in a program that is handed out.</summary>
internal sealed record BoundError(TextSpan Span) : BoundExpression(Span, BpfType.Error);
