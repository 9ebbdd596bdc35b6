using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>How a compiled script would be attached, and what that costs. Decided as <see cref="ProbeAttacher"/> does; nothing of the script is loaded.</summary>
public static class AttachPlan
{
    /// <summary>How each program would be attached, in the script's order; a kprobe and its kretprobe in one session are one.</summary>
    /// <param name="trace">The script; one with errors has no programs.</param>
    public static ScriptAttachment[] Create(CompiledTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.Result?.Collection is not { } collection || trace.Program is not { } program)
            return [];
        SessionPairs? sessions = SessionPairs.Find(program, trace.Catalog);
        ImmutableArray<int> processes = trace.Options.Command is null ? trace.Options.ProcessIds : [Environment.ProcessId]; // whichever: it is one
        var rates = new EventRates();
        var plan = new List<ScriptAttachment>();
        foreach (BoundProbe probe in program.Probes)
        {
            if (probe.Type is ProbeType.Test or ProbeType.Bench || sessions?.IsReturn(probe) == true)
                continue;
            BoundProbe? exit = sessions?.ReturnOf(probe);
            (string mechanism, int links) = exit is null ? Way(probe, trace.Catalog, processes) : ("kprobe_session", 1);
            (double Rate, string Source)? rate = rates.Of(probe, !processes.IsEmpty);
            plan.Add(new ScriptAttachment
            {
                ProbeType = exit is null ? ProbeNames.GetName(probe.Type) : "kprobe+kretprobe",
                Mechanism = mechanism,
                Program = probe.Name,
                Probes = [.. probe.Targets.Select(static t => t.FullName), .. (exit?.Targets ?? []).Select(static t => t.FullName)],
                Links = links,
                InstructionCount = Instructions(collection, probe) + (exit is null ? 0 : Instructions(collection, exit)),
                EventRate = rate?.Rate,
                EventRateSource = rate?.Source,
            });
        }

        return [.. plan];
    }

    /// <summary>What a script costs.</summary>
    /// <param name="trace">The script.</param>
    /// <param name="plan">What <see cref="Create"/> made of it.</param>
    /// <param name="verification">What the kernel said of it; null when it was not asked.</param>
    public static ScriptCost CostOf(CompiledTrace trace, IReadOnlyList<ScriptAttachment> plan, TraceVerification? verification = null)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(plan);
        if (trace.Result?.Collection is not { } collection)
            return new ScriptCost();
        double? rate = null;
        int links = 0, points = 0;
        foreach (ScriptAttachment attachment in plan)
        {
            links += attachment.Links;
            points += attachment.Probes.Length;
            rate = attachment.EventRate is { } known ? (rate ?? 0) + known : rate;
        }

        long own = 0, others = 0;
        foreach (MapSpec map in collection.Maps)
        {
            if (IsOfScript(trace, map))
                own += BytesOf(map);
            else
                others += BytesOf(map);
            if (map.Name == KernelMaps.Packets)
                others += collection.Maps.First(static m => m.Name == KernelMaps.RingBuffer).MaxEntries; // its rings are together as large as the ring buffer
        }

        bool isVerified = verification is { IsAccepted: true };
        return new ScriptCost
        {
            AttachPoints = points,
            Links = links,
            Programs = plan.Count,
            InstructionCount = plan.Sum(static a => a.InstructionCount),
            VerifiedInstructions = isVerified ? verification!.Programs.Sum(static p => p.Statistics?.ProcessedInstructions ?? 0) : null,
            Maps = collection.Maps.Length,
            MapBytes = own,
            BufferBytes = others,
            EventRate = rate,
        };
    }

    /// <summary>Bytes of kernel memory of a map.</summary>
    internal static long BytesOf(MapSpec map) => MapMemory.Estimate(map, Cpus.Possible.Length);

    /// <summary>Whether a kernel map is one that the script declares.</summary>
    private static bool IsOfScript(CompiledTrace trace, MapSpec map)
    {
        foreach (Language.Symbols.MapSymbol symbol in trace.Program!.Maps)
        {
            if (Compiler.Layout.MapLayout.Create(symbol).KernelName == map.Name)
                return true;
        }

        return false;
    }

    private static int Instructions(CollectionSpec collection, BoundProbe probe) =>
        collection.Programs.FirstOrDefault(p => p.Name == probe.Name)?.InstructionCount ?? 0;

    private static (string Mechanism, int Links) Way(BoundProbe probe, IKernelCatalog catalog, ImmutableArray<int> processes)
    {
        int targets = probe.Targets.Length;
        int each = Math.Max(1, processes.Length);
        int cpus = Cpus.GetOnline().Length;
        if (AttachForm.UsesKprobeMulti(probe, catalog))
            return ("kprobe_multi", 1);
        if (AttachForm.UsesUprobeMulti(probe, catalog, !processes.IsEmpty))
            return ("uprobe_multi", each * probe.Targets.Select(static t => t.Target).Distinct(StringComparer.Ordinal).Count());
        return probe.Type switch
        {
            ProbeType.Begin or ProbeType.End => ("run once", 0),
            ProbeType.Self => ("signal", 0),
            ProbeType.Kprobe or ProbeType.Kretprobe => ("perf_event", targets),
            ProbeType.Uretprobe when processes.Length > 1 => ("perf_event", targets),
            ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt => ("perf_event", targets * each),
            ProbeType.Tracepoint => ("tracepoint", targets),
            ProbeType.RawTracepoint => ("raw_tracepoint", targets),
            ProbeType.Fentry or ProbeType.Fexit => ("trampoline", targets),
            ProbeType.Iter => ("iterator", targets * each),
            ProbeType.Interval => ("perf_event", targets),
            ProbeType.Watchpoint when !processes.IsEmpty => ("perf_event", targets * Threads(processes)),
            _ => ("perf_event", targets * cpus * (processes.IsEmpty ? 1 : Threads(processes))),
        };
    }

    private static int Threads(ImmutableArray<int> processes)
    {
        int threads = 0;
        foreach (int process in processes)
            threads += process == Environment.ProcessId ? 1 : FileLimit.CountThreads(process);
        return threads;
    }
}
