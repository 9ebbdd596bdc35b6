using System.Buffers.Binary;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Language.Binding;

namespace BpfTrace;

// What the kernel has counted of a trace.
internal sealed partial class KernelTrace
{
    /// <inheritdoc/>
    public long ReadLossCount()
    {
        BpfMap counter = Collection.GetMap(KernelMaps.LossCounter);
        Span<byte> values = counter.ValueBufferSize <= 1024 ? stackalloc byte[counter.ValueBufferSize] : new byte[counter.ValueBufferSize];
        Span<byte> key = stackalloc byte[counter.KeySize];
        key.Clear();
        if (!counter.TryLookup(key, values))
            return 0;
        long sum = 0;
        for (int i = 0; i + sizeof(long) <= values.Length; i += counter.CpuValueStride)
            sum += BinaryPrimitives.ReadInt64LittleEndian(values[i..]);
        return sum;
    }

    /// <inheritdoc/>
    public IReadOnlyList<MissedHits> ReadMisses()
    {
        if (_collection is null)
            return _misses;
        lock (_links)
        {
            // A link's own count goes with the link.
            return _misses = _isDetached ? _misses : MissedHits.Read(_program, _collection, _links);
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<ProbeRunTime> ReadRunTimes()
    {
        if (_collection is null || _statistics is null)
            return [];
        var result = ImmutableArray.CreateBuilder<ProbeRunTime>();
        foreach (BoundProbe probe in _program.Probes)
        {
            long count = 0;
            long time = 0;
            foreach (BpfProgram program in _collection.Programs)
            {
                // A probe may have several instances of its program: one for each way of attaching it.
                if (program.Spec.Name != probe.Name)
                    continue;
                BpfProgramInfo info = program.GetInfo();
                count += (long)info.RunCount;
                time += (long)info.RunTime;
            }

            result.Add(new ProbeRunTime(ProbeRunTime.NameOf(probe), probe.Targets.Length, count, TimeSpan.FromTicks(time / 100)));
        }

        return result.ToImmutable();
    }

    private void Measure()
    {
        if (!_options.MeasureProbes)
            return;
        try
        {
            _statistics = BpfStatistics.Enable();
        }
        catch (BpfException e)
        {
            _warnings.Add(SessionDiagnostics.StatisticsUnavailable(e.Message));
        }
    }
}
