using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>
/// Makes the links of a script's probes. A target's cookie is its index among its probe's targets. What cannot be attached is an error, a
/// warning or nothing, as <c>missing_probes</c> says; of alternatives in an older script, a warning.
/// </summary>
internal sealed class ProbeAttacher
{
    private readonly BoundProgram _program;
    private readonly ProgramLoader _loader;
    private readonly IKernelCatalog _catalog;
    private readonly TargetAttacher _targets;
    private readonly ImmutableArray<int> _processes;
    private readonly List<BpfLink> _links;
    private readonly List<Diagnostic> _warnings;

    public ProbeAttacher(BoundProgram program, ProgramLoader loader, IKernelCatalog catalog, ImmutableArray<int> processes, List<BpfLink> links, List<Diagnostic> warnings)
    {
        _program = program;
        _loader = loader;
        _catalog = catalog;
        _targets = new TargetAttacher(catalog, processes);
        _processes = processes;
        _links = links;
        _warnings = warnings;
    }

    /// <summary>The iterators attached so far.</summary>
    public IReadOnlyList<AttachedIterator> Iterators => _targets.Iterators;

    /// <summary>The links of watchpoints by address; null when there are none.</summary>
    public Dictionary<ulong, List<BpfLink>>? Watchpoints => _targets.Watchpoints;

    /// <summary>Attaches all probes but begin, end and self.</summary>
    /// <param name="probes">The probes.</param>
    /// <param name="monitor">Told of each target.</param>
    /// <returns>How many targets are attached.</returns>
    /// <exception cref="TraceStartException">A probe could not be attached and must be; the links made so far are the caller's to dispose.</exception>
    public int Attach(ImmutableArray<LoadedProbe> probes, AttachMonitor monitor)
    {
        int count = 0;
        int targets = 0;
        foreach (LoadedProbe probe in probes)
            targets += IsAttached(probe.Probe.Type) ? probe.Probe.Targets.Length : 0;
        monitor.Begin(AttachStage.Attaching, targets);
        foreach (LoadedProbe probe in probes)
        {
            if (IsAttached(probe.Probe.Type) && !AttachForm.AttachesInReverse(probe.Probe.Type) && _loader.Sessions?.IsReturn(probe.Probe) != true)
                count += Attach(probe, monitor);
        }

        for (int i = probes.Length - 1; i >= 0; i--)
        {
            if (IsAttached(probes[i].Probe.Type) && AttachForm.AttachesInReverse(probes[i].Probe.Type))
                count += AttachWithReturn(probes[i], probes, monitor);
        }

        return count;
    }

    private static bool IsAttached(ProbeType type) =>
        type is not (ProbeType.Begin or ProbeType.End or ProbeType.Self or ProbeType.Test or ProbeType.Bench);

    /// <summary>A kprobe, and the kretprobe that shares its session: a session counts as one probe, as in bpftrace.</summary>
    private int AttachWithReturn(LoadedProbe probe, ImmutableArray<LoadedProbe> probes, AttachMonitor monitor)
    {
        if (_loader.Sessions?.ReturnOf(probe.Probe) is not { } wanted)
            return Attach(probe, monitor);
        LoadedProbe exit = probes.First(p => ReferenceEquals(p.Probe, wanted));
        if (!TryAttachSession(probe, exit))
            return Attach(exit, monitor) + Attach(probe, monitor);
        monitor.Step(probe.Probe.Targets.Length + wanted.Targets.Length);
        return probe.Probe.Targets.Length;
    }

    private int Attach(LoadedProbe probe, AttachMonitor monitor)
    {
        if ((AttachForm.UsesKprobeMulti(probe.Probe, _catalog) && TryAttachKprobeMulti(probe))
            || (AttachForm.UsesUprobeMulti(probe.Probe, _catalog, !_processes.IsEmpty) && TryAttachUprobeMulti(probe)))
        {
            monitor.Step(probe.Probe.Targets.Length);
            return probe.Probe.Targets.Length;
        }

        return AttachEach(probe, monitor);
    }

    /// <summary>Entry and return by one link. The targets are the same in the same order, and so are their cookies.</summary>
    private bool TryAttachSession(LoadedProbe entry, LoadedProbe exit)
    {
        try
        {
            AttachKprobeMulti(_loader.LoadSession(entry.Spec, exit.Spec), entry.Probe);
            return true;
        }
        catch (BpfException)
        {
            return false; // attached apart, which says what is wrong, and where
        }
    }

    private void AttachKprobeMulti(BpfProgram program, BoundProbe probe)
    {
        var names = new string[probe.Targets.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = probe.Targets[i].Name;
        _links.Add(KprobeMultiLink.Attach(program, names, Cookies(names.Length), probe.Type == ProbeType.Kretprobe));
    }

    /// <summary>The kernel takes all functions or none: one it does not know makes it refuse, and then each is tried alone.</summary>
    private bool TryAttachKprobeMulti(LoadedProbe probe)
    {
        try
        {
            AttachKprobeMulti(_loader.LoadInstance(probe.Probe, probe.Spec, BpfAttachType.BPF_TRACE_KPROBE_MULTI), probe.Probe);
            return true;
        }
        catch (BpfException)
        {
            return false; // AttachEach says what is wrong, and with which function
        }
    }

    private bool TryAttachUprobeMulti(LoadedProbe probe)
    {
        var made = new List<BpfLink>();
        try
        {
            BpfProgram program = _loader.LoadInstance(probe.Probe, probe.Spec, BpfAttachType.BPF_TRACE_UPROBE_MULTI);
            ulong[] cookies = Cookies(probe.Probe.Targets.Length);
            foreach (IGrouping<string, int> file in Enumerable.Range(0, cookies.Length).GroupBy(i => probe.Probe.Targets[i].Target, StringComparer.Ordinal))
            {
                int[] members = [.. file];
                _targets.ForEachProcess(process => made.Add(UprobeMultiLink.Attach(
                    program,
                    ElfArchive.FileOf(file.Key),
                    Array.ConvertAll(members, i => probe.Probe.Targets[i].Address),
                    Array.ConvertAll(members, i => cookies[i]),
                    probe.Probe.Type == ProbeType.Usdt ? Array.ConvertAll(members, i => probe.Probe.Targets[i].SemaphoreOffset) : [],
                    probe.Probe.Type == ProbeType.Uretprobe,
                    process)));
            }

            _links.AddRange(made);
            return true;
        }
        catch (BpfException)
        {
            BpfLink.DisposeAll(made);
            return false; // AttachEach says what is wrong, and with which function
        }
    }

    private int AttachEach(LoadedProbe probe, AttachMonitor monitor)
    {
        BpfProgram program;
        try
        {
            program = probe.Program ?? _loader.LoadInstance(probe.Probe, probe.Spec);
        }
        catch (BpfException e)
        {
            throw new TraceStartException(LoadDiagnostics.Refused(_program, probe.Probe, e), e);
        }

        int count = 0;
        for (int i = 0; i < probe.Probe.Targets.Length; i++)
        {
            AttachTarget target = probe.Probe.Targets[i];
            monitor.Step();
            int before = _links.Count;
            try
            {
                _targets.Attach(program, target, (ulong)i, _links);
                count++;
            }
            catch (BpfException e)
            {
                // A target is attached in all of its processes and threads, or not at all.
                if (_links.Count > before)
                {
                    BpfLink.DisposeAll(_links.GetRange(before, _links.Count - before));
                    _links.RemoveRange(before, _links.Count - before);
                }

                Skip(probe.Probe, target, e);
            }
        }

        return count;
    }

    private static ulong[] Cookies(int count)
    {
        var cookies = new ulong[count];
        for (int i = 0; i < count; i++)
            cookies[i] = (ulong)i;
        return cookies;
    }

    private void Skip(BoundProbe probe, AttachTarget target, BpfException exception)
    {
        const int EILSEQ = 84;
        DiagnosticSeverity severity = probe.MissingProbes == MissingProbes.Error ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        bool isMisplaced = exception.Errno == EILSEQ;
        Diagnostic failure = LoadDiagnostics.Of(
            _program,
            probe,
            SessionDiagnosticIds.AttachFailed,
            $"Unable to attach probe: {target.FullName}. " + (severity == DiagnosticSeverity.Error ? "If this is expected, set the 'missing_probes' config variable to 'warn'." : "Skipping.")) with
        {
            Severity = severity,
            Hints = isMisplaced ? [] : [exception.Message],
        };

        // What bpftrace says too, it says before, and without the place.
        Diagnostic[] told = isMisplaced
            ? [failure with { Message = "Possible attachment attempt in the middle of an instruction, try a different offset.", Display = DiagnosticDisplay.MessageOnly }, failure]
            : [failure];
        switch (probe.MissingProbes)
        {
            case MissingProbes.Error:
                throw new TraceStartException([.. _warnings, .. told], exception);
            case MissingProbes.Warn:
                _warnings.AddRange(told);
                break;
            default:
                break;
        }
    }
}
