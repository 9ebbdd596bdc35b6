using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Btf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>A probe with its program in the kernel; the program is null where it is loaded when attached.</summary>
internal sealed record LoadedProbe(BoundProbe Probe, ProgramSpec Spec, BpfProgram? Program);

/// <summary>Loads the programs of a script, and more instances of one where attaching wants another form of it.</summary>
internal sealed class ProgramLoader
{
    private readonly BoundProgram _program;
    private readonly CollectionSpec _spec;
    private readonly IKernelCatalog _catalog;
    private readonly bool _inProcesses;
    private BpfCollection? _collection;

    public ProgramLoader(BoundProgram program, CollectionSpec spec, IKernelCatalog catalog, bool inProcesses)
    {
        _inProcesses = inProcesses;
        _program = program;
        _spec = spec;
        _catalog = catalog;
    }

    /// <summary>What the verifier logs of programs it takes (<see cref="LoadOptions.LogLevel"/>).</summary>
    public int LogLevel { get; init; }

    /// <summary>Creates the maps, for programs loaded one by one.</summary>
    /// <returns>The collection; the caller disposes it.</returns>
    /// <exception cref="TraceStartException">The kernel refused a map.</exception>
    public BpfCollection CreateMaps()
    {
        try
        {
            var options = new LoadOptions { MaxLogSize = _program.Config.LogSize, LogLevel = LogLevel, ProgramFilter = static _ => false };
            return _collection = BpfCollection.Load(_spec, options);
        }
        catch (BpfException e)
        {
            throw LoadDiagnostics.Loading(_program, e);
        }
    }

    /// <summary>
    /// The attach type that a probe's program is loaded with where it is another than the spec's: a multi program is another instance than a single
    /// one, and which is needed shows when attaching.
    /// </summary>
    public BpfAttachType? FormOf(BoundProbe probe) =>
        AttachForm.UsesKprobeMulti(probe, _catalog) ? BpfAttachType.BPF_TRACE_KPROBE_MULTI
        : AttachForm.UsesUprobeMulti(probe, _catalog, _inProcesses) ? BpfAttachType.BPF_TRACE_UPROBE_MULTI
        : null;

    /// <summary>The probes whose programs become one, two and two; null when there are none.</summary>
    public SessionPairs? Sessions { get; private set; }

    /// <summary>Creates the maps and loads the programs.</summary>
    /// <param name="collection">Receives the collection even when a program is refused: the caller disposes it.</param>
    /// <param name="monitor">Told of each program; null for nobody.</param>
    /// <param name="isWanted">Which kinds of probe; null for all but test and bench, which run on demand only.</param>
    /// <exception cref="TraceStartException">The kernel refused a map or a program.</exception>
    public ImmutableArray<LoadedProbe> Load(out BpfCollection? collection, AttachMonitor? monitor = null, Func<ProbeType, bool>? isWanted = null)
    {
        collection = CreateMaps();
        var probes = ImmutableArray.CreateBuilder<LoadedProbe>(_program.Probes.Length);
        var errors = ImmutableArray.CreateBuilder<Diagnostic>();
        BpfException? first = null;
        Sessions = SessionPairs.Find(_program, _catalog);
        monitor?.Begin(AttachStage.Loading, _program.Probes.Length);
        foreach (BoundProbe probe in _program.Probes)
        {
            if (isWanted is null ? probe.Type is ProbeType.Test or ProbeType.Bench : !isWanted(probe.Type))
                continue;
            monitor?.Step();
            ProgramSpec spec = Find(probe);
            try
            {
                probes.Add(new LoadedProbe(probe, spec, IsLoadedWhenAttached(probe) ? null : LoadInstance(probe, spec)));
            }
            catch (BpfException e)
            {
                // Without privilege every program fails alike; a verifier's verdict is each program's own.
                errors.AddRange(LoadDiagnostics.Refused(_program, probe, e));
                first ??= e;
                if (e is not VerifierException)
                    break;
            }
        }

        return errors.Count == 0 ? probes.ToImmutable() : throw new TraceStartException(errors.ToImmutable(), first);
    }

    private bool IsLoadedWhenAttached(BoundProbe probe) => FormOf(probe) is not null || (Sessions is { } sessions && (sessions.ReturnOf(probe) is not null || sessions.IsReturn(probe)));

    /// <summary>Loads the programs of a kprobe and of a kretprobe as one.</summary>
    /// <exception cref="BpfException">The kernel refused, or they cannot be joined.</exception>
    public BpfProgram LoadSession(ProgramSpec entry, ProgramSpec exit) =>
        _collection!.LoadProgram(SessionProgram.TryJoin(entry, exit) ?? throw new BpfException("the programs are too long to be one"));

    /// <summary>Loads an instance of a probe's program.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfProgram LoadInstance(BoundProbe probe, ProgramSpec spec, BpfAttachType? attachType = null)
    {
        ProgramOverrides? overrides = probe.Type is ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter
            ? TracingTarget(probe.Targets[0])
            : attachType is { } type ? new ProgramOverrides { ExpectedAttachType = type } : null;
        return _collection!.LoadProgram(spec, overrides);
    }

    /// <summary>The program of a probe.</summary>
    public ProgramSpec Find(BoundProbe probe)
    {
        foreach (ProgramSpec spec in _spec.Programs)
        {
            if (spec.Name == probe.Name)
                return spec;
        }

        throw new InvalidOperationException($"the compiler made no program for probe '{probe.Name}'");
    }

    /// <summary>The BTF id of the function a tracing program is loaded for.</summary>
    private ProgramOverrides TracingTarget(AttachTarget target)
    {
        if (target.Target == "bpf" && target.Type is ProbeType.Fentry or ProbeType.Fexit)
            return ProgramTarget(target);
        string name = target.Type == ProbeType.Iter ? "bpf_iter_" + target.Name : target.Name;
        bool isModule = target.Target is not ("" or "vmlinux");
        BtfFile? types = isModule ? _catalog.ModuleTypes(target.Target) : _catalog.KernelTypes;
        BtfType? function = isModule ? types?.FindOwnByName(name, BtfKind.Func) : types?.FindByName(name, BtfKind.Func);
        return function is { } found
            ? new ProgramOverrides { AttachTarget = name, AttachBtfId = (uint)found.Id, AttachModule = isModule ? target.Target : null }
            : throw new BpfException($"the kernel's type information has no function '{name}'");
    }

    private ProgramOverrides ProgramTarget(AttachTarget target)
    {
        foreach (LoadedProgramFunction function in _catalog.ProgramFunctions())
        {
            if (function.ProgramId == target.Address && function.Name == target.Name)
                return new ProgramOverrides { AttachTarget = target.Name, AttachBtfId = function.BtfId, AttachProgramId = function.ProgramId };
        }

        throw new BpfException($"No valid BPF program found with name: {target.Name} and id: {target.Address}.");
    }
}
