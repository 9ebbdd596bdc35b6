using System.Collections.Immutable;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <summary>A probe's body to be bound once, for targets that share its code.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Syntax">The probe.</param>
/// <param name="Type">The kind of probe.</param>
/// <param name="Targets">Where it attaches.</param>
internal sealed record ProbeInstance(int Index, ProbeSyntax Syntax, ProbeType Type, ImmutableArray<AttachTarget> Targets)
{
    /// <summary>The first target: of those whose code differs by target, the only one.</summary>
    public AttachTarget Target => Targets[0];

    /// <summary>The typed arguments, where the probe has them and the body asks.</summary>
    public StructType? Arguments { get; init; }

    /// <summary>What fexit's <c>retval</c> is; null when there is none.</summary>
    public BpfType? ReturnType { get; init; }

    /// <summary>How many arguments precede <c>retval</c>.</summary>
    public int ArgumentCount { get; init; }

    /// <summary>Whether there is nothing to attach to: it is bound for the types its maps get from it, and is none of the program.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>What happens to a target that cannot be attached.</summary>
    public MissingProbes MissingProbes { get; init; }

    /// <summary>Why <see cref="Arguments"/> is missing.</summary>
    public string? ArgumentsError { get; init; }

    /// <summary>The binary's types, of a probe in a user binary.</summary>
    public BinaryTypes? Binary { get; init; }

    /// <summary>Where a uprobe's typed arguments are; empty where they are not known.</summary>
    public ImmutableArray<UserArgument> UserArguments { get; init; } = [];

    /// <summary>The probe type's name.</summary>
    public string TypeName => ProbeNames.GetName(Type);
}

/// <summary>Parses and expands all attach points, and decides which targets share code.</summary>
internal sealed class ProbePlanner(BindContext context, Diagnostics.DiagnosticBag diagnostics)
{
    private readonly List<ProbeInstance> _instances = [];
    private Dictionary<string, Text.TextLocation>? _named;
    private bool? _isOldDialect;

    /// <summary>The probes of the program, in order; errors are reported.</summary>
    public List<ProbeInstance> Plan(ProgramSyntax program)
    {
        var parser = new AttachPointParser(context.Source, context.Options, diagnostics);
        var expander = new ProbeExpander(context.Source, context.Catalog, context.Options, context.Config, diagnostics);
        foreach (ProbeSyntax probe in program.Probes)
        {
            var targets = new List<AttachTarget>();
            AttachPoint? absent = null;
            int errors = diagnostics.Count;
            bool hasIter = false;
            expander.Unmatched.Clear();
            expander.Missing = PolicyFor(probe, program);
            foreach (AttachPointSyntax syntax in probe.AttachPoints)
            {
                foreach (AttachPoint point in parser.Parse(syntax))
                {
                    if (point.Type is ProbeType.Test or ProbeType.Bench)
                        CheckName(point);
                    if (point.Type == ProbeType.Iter && hasIter)
                        diagnostics.ReportInvalidAttachPoint(context.At(point.Syntax), "iter probe only supports one attach point.");
                    hasIter |= point.Type == ProbeType.Iter;
                    IReadOnlyList<AttachTarget> found = expander.Expand(point);
                    if (found.Count == 0)
                        absent ??= point;
                    targets.AddRange(found);
                }
            }
            if (targets.Count == 0)
                ReportEmpty(probe, absent, expander, errors);
            Group(probe, targets, expander.Missing);
        }
        CheckLimits();
        return _instances;
    }

    /// <summary>
    /// What happens to an attach point that is not there. bpftrace 0.17 only warned where it was one of several, and its scripts list the names a
    /// function has had: such a list in a script of that time still needs but one of them.
    /// </summary>
    private MissingProbes PolicyFor(ProbeSyntax probe, ProgramSyntax program) =>
        context.Options.MissingProbes(context.Config) == MissingProbes.Error && probe.AttachPoints.Length > 1 && (_isOldDialect ??= OldDialect.IsUsed(program))
            ? MissingProbes.Warn
            : context.Options.MissingProbes(context.Config);

    /// <summary>
    /// A probe with nothing to attach to: an error, where that is not said yet; else it is bound for the types its maps get from it, and left out.
    /// </summary>
    private void ReportEmpty(ProbeSyntax probe, AttachPoint? absent, ProbeExpander expander, int errors)
    {
        MissingProbes mode = context.Options.MissingProbes(context.Config);
        if (mode == MissingProbes.Error)
        {
            if (diagnostics.Count == errors && expander.Unmatched.Count == 0)
                diagnostics.ReportNoAttachPoints(context.At(probe));
            else if (!HasErrorSince(errors))
                diagnostics.ReportNoValidAttachPoints(context.At(probe), expander.Unmatched);

            // Nothing will run; its body is looked at all the same.
            if (absent is not null)
                _instances.Add(new ProbeInstance(_instances.Count, probe, absent.Type, [ProbeExpander.Absent(absent)]) { IsAbsent = true });
        }
        else if (absent is not null && !diagnostics.HasErrors)
        {
            if (mode == MissingProbes.Warn)
                diagnostics.ReportProbeRemoved(new Text.TextLocation(context.Source, probe.AttachPoints[0].Span), expander.Unmatched);
            _instances.Add(new ProbeInstance(_instances.Count, probe, absent.Type, [ProbeExpander.Absent(absent)]) { IsAbsent = true });
        }
    }

    private bool HasErrorSince(int count)
    {
        for (int i = count; i < diagnostics.Count; i++)
        {
            if (diagnostics[i].IsError)
                return true;
        }

        return false;
    }

    private void CheckName(AttachPoint point)
    {
        string key = $"{point.TypeName}:{point.Target}";
        _named ??= new(StringComparer.Ordinal);
        if (!_named.TryAdd(key, context.At(point.Syntax)))
            diagnostics.ReportDuplicateProbeName(context.At(point.Syntax), point.Target, point.TypeName.ToUpperInvariant(), _named[key]);
    }

    private void CheckLimits()
    {
        int probes = 0;
        foreach (ProbeInstance instance in _instances)
            probes += instance.IsAbsent ? 0 : instance.Targets.Length;
        if (probes > context.Config.MaxProbes)
            diagnostics.ReportTooManyProbes(context.At(_instances[^1].Syntax), probes, context.Config.MaxProbes);
        else if (!diagnostics.HasErrors && _instances.Count > context.Config.MaxBpfProgs)
            diagnostics.ReportTooManyPrograms(context.At(_instances[^1].Syntax), _instances.Count, context.Config.MaxBpfProgs);
    }

    private void Group(ProbeSyntax probe, List<AttachTarget> targets, MissingProbes missing)
    {
        ProbeFeatures features = ProbeFeatures.Of(probe, context.Macros);
        var groups = new List<TargetGroup>();
        foreach (AttachTarget target in targets)
        {
            ProbeInstance instance = Describe(new ProbeInstance(0, probe, target.Type, [target]) { Binary = BinaryOf(target) }, features);
            List<AttachTarget>? shared = IsOwn(target, features, targets.Count) ? null
                : groups.Find(g => g.Instance.Type == target.Type && SameArguments(g.Instance, instance))?.Targets;
            if (shared is null)
                groups.Add(new TargetGroup(instance, [target]));
            else
                shared.Add(target);
        }
        foreach ((ProbeInstance instance, List<AttachTarget> members) in groups)
            _instances.Add(instance with { Index = _instances.Count, Targets = [.. members], MissingProbes = missing });
    }

    private sealed record TargetGroup(ProbeInstance Instance, List<AttachTarget> Targets);

    /// <summary>
    /// Up to so many probes <c>probe</c> is a literal, and each gets a program with its own; beyond, one program looks its name up by the attach
    /// cookie: a thousand programs would take the kernel long to check.
    /// </summary>
    private const int MostNamedApart = 16;

    /// <summary>Whether a target needs a program of its own.</summary>
    private static bool IsOwn(AttachTarget target, ProbeFeatures features, int count) => (features.UsesProbeName && count <= MostNamedApart) || target.Type switch
    {
        // The kernel binds these programs to one target when they are loaded.
        ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter => true,
        // They have no attach cookie before Linux 6.10: a shared program could not say which it is.
        ProbeType.RawTracepoint => true,
        ProbeType.Begin or ProbeType.End or ProbeType.Self or ProbeType.Test or ProbeType.Bench => true,
        ProbeType.Usdt => features.UsesArguments || features.UsesBinary,
        ProbeType.Uprobe or ProbeType.Uretprobe => features.UsesBinary,
        _ => false,
    };

    private static bool SameArguments(ProbeInstance a, ProbeInstance b)
    {
        if (a.Arguments is null || b.Arguments is null)
            return a.Arguments is null && b.Arguments is null;
        return a.Arguments.Fields.SequenceEqual(b.Arguments.Fields);
    }

    private BinaryTypes? BinaryOf(AttachTarget target) => target.Type is ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt
        ? new BinaryTypes(context.Catalog, target, context.Options.DebugInfoDirectories)
        : null;

    private ProbeInstance Describe(ProbeInstance instance, ProbeFeatures features)
    {
        if (!features.UsesArguments && !(features.UsesReturnValue && instance.Type is ProbeType.Fentry or ProbeType.Fexit))
            return instance;
        if (instance.Type == ProbeType.Uprobe && !features.UsesTypedArguments)
            return instance;
        ProbeInstance described = ProbeArguments.Describe(instance, context);
        if (described.Binary?.Warning is { } warning)
            diagnostics.ReportDebugInformationIncomplete(context.At(instance.Syntax), warning);
        return described;
    }
}

/// <summary>What a probe's body asks for, macros it uses included: found by name before anything is bound.</summary>
/// <param name="UsesArguments"><c>args</c>, or an argument of a usdt probe.</param>
/// <param name="UsesReturnValue"><c>retval</c>.</param>
/// <param name="UsesProbeName"><c>probe</c>.</param>
/// <param name="UsesBinary">Something that depends on which binary is probed (<c>uaddr</c>).</param>
internal readonly record struct ProbeFeatures(bool UsesArguments, bool UsesReturnValue, bool UsesProbeName, bool UsesBinary)
{
    /// <summary><c>args</c>.</summary>
    public bool UsesTypedArguments { get; init; }

    public static ProbeFeatures Of(ProbeSyntax probe, MacroTable macros)
    {
        bool arguments = false, returnValue = false, probeName = false, binary = false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<SyntaxNode>();
        pending.Push(probe);
        while (pending.Count > 0)
        {
            foreach (SyntaxNode node in pending.Pop().DescendantsAndSelf())
            {
                string? name = node switch
                {
                    IdentifierExpressionSyntax identifier => identifier.Name,
                    CallExpressionSyntax call => call.Name,
                    _ => null,
                };
                if (name is null || !seen.Add(name))
                    continue;
                arguments |= name is "args" || (name.StartsWith("arg", StringComparison.Ordinal) && name.Length > 3 && char.IsAsciiDigit(name[3])) || name is "usdt_arg";
                returnValue |= name is "retval" or "__builtin_retval";
                probeName |= name is "probe" or "__builtin_probe";
                binary |= name is "uaddr" or "__builtin_uaddr" or "args";
                foreach (MacroSyntax macro in macros.Named(name))
                    pending.Push(macro);
            }
        }
        return new ProbeFeatures(arguments, returnValue, probeName, binary) { UsesTypedArguments = seen.Contains("args") };
    }
}
