using System.Collections.Immutable;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Programs of <c>self:signal:SIGUSR1</c> probes: run when the tracer's own process gets the signal.</summary>
internal sealed class SignalProbes : IDisposable
{
    private const int SIGUSR1 = 10;

    private readonly ImmutableArray<BpfProgram> _programs;
    private readonly PosixSignalRegistration _registration;
    private int _pending;

    private SignalProbes(ImmutableArray<BpfProgram> programs, Action wake)
    {
        _programs = programs;
        _registration = PosixSignalRegistration.Create((PosixSignal)SIGUSR1, context =>
        {
            context.Cancel = true;
            Interlocked.Increment(ref _pending);
            wake();
        });
    }

    /// <summary>How many programs there are.</summary>
    public int Count => _programs.Length;

    /// <summary>Starts to listen when there are such probes; else null.</summary>
    public static SignalProbes? Create(ImmutableArray<LoadedProbe> probes, Action wake)
    {
        ImmutableArray<BpfProgram>.Builder? programs = null;
        foreach (LoadedProbe probe in probes)
        {
            if (probe.Probe.Type == ProbeType.Self)
                (programs ??= ImmutableArray.CreateBuilder<BpfProgram>()).Add(probe.Program!);
        }

        return programs is null ? null : new SignalProbes(programs.ToImmutable(), wake);
    }

    /// <summary>Runs the programs once for each signal that came.</summary>
    public void RunPending()
    {
        for (int i = Interlocked.Exchange(ref _pending, 0); i > 0; i--)
        {
            foreach (BpfProgram program in _programs)
                program.TestRun();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();
}
