using System.Collections.Immutable;
using System.Diagnostics;

namespace BpfTrace;

/// <content>Numbers about a trace, as they are now: for whoever watches it from outside.</content>
public sealed partial class TraceSession
{
    private ImmutableArray<ProbeRunTime> _finalRunTimes = [];
    private ImmutableArray<TraceMapInfo> _finalMapSizes = [];
    private long _finalDuration = -1;

    /// <summary>What was delivered, lost and missed so far.</summary>
    public TraceCounters Counters
    {
        get
        {
            ReadMissed();
            return new TraceCounters(
                Interlocked.Read(ref _delivered), Interlocked.Read(ref _lost), Interlocked.Read(ref _missed), Interlocked.Read(ref _discarded))
            {
                Events = _output.EventCount,
            };
        }
    }

    /// <summary>How long it has run, or ran.</summary>
    public TimeSpan RunningTime => Interlocked.Read(ref _finalDuration) is >= 0 and long ticks ? new TimeSpan(ticks) : Stopwatch.GetElapsedTime(_startTimestamp);

    /// <summary>
    /// The script's maps with their sizes: of a running session as they are now, of an ended one as they were at its end. Counting walks over the
    /// kernel's map.
    /// </summary>
    /// <exception cref="Bpf.BpfException">The kernel refused to read one.</exception>
    public ImmutableArray<TraceMapInfo> Maps
    {
        get
        {
            lock (_kernelLock)
                return _kernelReleased ? _finalMapSizes : MeasureMaps();
        }
    }

    /// <summary>
    /// How often the kernel ran each probe's program and how long that took, from the moment it was attached; empty unless the trace was started with
    /// <see cref="TraceOptions.MeasureProbes"/>.
    /// </summary>
    /// <exception cref="Bpf.BpfException">The kernel refused.</exception>
    public ImmutableArray<ProbeRunTime> ProbeRunTimes
    {
        get
        {
            lock (_kernelLock)
                return _kernelReleased ? _finalRunTimes : _kernel.ReadRunTimes();
        }
    }

    private ImmutableArray<TraceMapInfo> MeasureMaps()
    {
        var maps = ImmutableArray.CreateBuilder<TraceMapInfo>(MapNames.Length);
        foreach (string name in MapNames)
            maps.Add(_actions.MeasureMap(name));
        return maps.MoveToImmutable();
    }

    private IReadOnlyList<MissedHits> ReadMissed()
    {
        lock (_kernelLock)
        {
            if (_kernelReleased)
                return [];
            IReadOnlyList<MissedHits> missed = _kernel.ReadMisses();
            long count = 0;
            foreach (MissedHits hits in missed)
                count += hits.Count;
            Interlocked.Exchange(ref _missed, count);
            return missed;
        }
    }

    /// <summary>The last numbers, before the kernel's side is released.</summary>
    private void KeepStatistics()
    {
        Interlocked.Exchange(ref _finalDuration, Stopwatch.GetElapsedTime(_startTimestamp).Ticks);
        if (!_options.KeepResults)
            return;
        lock (_kernelLock)
        {
            _finalMapSizes = MeasureMaps();
            _finalRunTimes = _kernel.ReadRunTimes();
        }
    }
}
