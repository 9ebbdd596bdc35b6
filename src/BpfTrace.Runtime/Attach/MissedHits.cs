using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>
/// Hits of a probe that the kernel skipped: a program ran on the CPU already (programs count these since Linux 5.12), or, of kprobes and kretprobes
/// (their links count these since 6.7), a probe hit within another's handler, or more calls at a time than the kernel follows to their return.
/// </summary>
/// <param name="Place">The probe in the script; null when it is not known which it was.</param>
/// <param name="Count">How many.</param>
internal sealed record MissedHits(TextSpan? Place, long Count)
{
    /// <summary>What the kernel counted, summed by the script's probes, in their order. Asked while the links are there: their counts go with them.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static MissedHits[] Read(BoundProgram program, BpfCollection collection, IEnumerable<BpfLink> links)
    {
        var missed = new Dictionary<string, long>(StringComparer.Ordinal);
        var names = new Dictionary<int, string>();
        foreach (BpfProgram loaded in collection.Programs)
        {
            BpfProgramInfo info = loaded.GetInfo();
            names[(int)info.Id] = loaded.Spec.Name;
            Add(missed, loaded.Spec.Name, (long)info.RecursionMisses);
        }

        foreach (BpfLink link in links)
            Add(missed, names.GetValueOrDefault((int)link.GetMissedCount(out ulong count), ""), (long)count);
        return missed.Count == 0 ? [] : ByPlace(program, missed);
    }

    private static void Add(Dictionary<string, long> missed, string program, long count)
    {
        if (count > 0)
            missed[program] = missed.GetValueOrDefault(program) + count;
    }

    private static MissedHits[] ByPlace(BoundProgram program, Dictionary<string, long> missed)
    {
        var places = new List<MissedHits>();
        foreach (BoundProbe probe in program.Probes)
        {
            if (!missed.Remove(probe.Name, out long count))
                continue;
            int known = places.FindIndex(p => p.Place == probe.Span); // a wildcard's programs are one probe of the script
            if (known < 0)
                places.Add(new MissedHits(probe.Span, count));
            else
                places[known] = places[known] with { Count = places[known].Count + count };
        }

        long rest = missed.Values.Sum();
        if (rest > 0)
            places.Add(new MissedHits(null, rest));
        return [.. places];
    }
}
