using System.Runtime.InteropServices;

namespace BpfTrace.Cli;

/// <summary>
/// Ends a run from outside. SIGINT and SIGTERM end it as bpftrace does: END probes run, maps are printed. A second SIGINT has the system's own effect, the
/// end at once, when maps are being printed; before that it leaves out the events that still wait for whoever reads the output.
/// </summary>
internal sealed class TraceControl : IDisposable
{
    /// <summary>Interrupts so near to the first, in ms, are one: a terminal and a parent that hands it on both send theirs.</summary>
    private const int SameInterrupt = 250;

    private readonly object _lock = new();
    private PosixSignalRegistration? _interrupt;
    private PosixSignalRegistration? _terminate;
    private PosixSignalRegistration? _maps;
    private readonly CancellationTokenSource _stop = new();
    private TraceSession? _session;
    private long? _stopTime; // null until a stop was asked for

    /// <summary>Cancelled when a stop was asked for: what is being attached need not be.</summary>
    public CancellationToken StopToken => _stop.Token;

    /// <summary>
    /// SIGINT has its effect. A shell without job control lets what it starts with &amp; ignore it, and .NET leaves what is ignored alone. Scripts end
    /// bpftrace that way: <c>bpft &amp; ...; kill -INT $!</c>.
    /// </summary>
    public static void AcceptInterrupts() => NativeMethods.signal(NativeMethods.SIGINT, NativeMethods.SIG_DFL);

    /// <summary>From now on signals end a run in good order. Before, while a program is compiled, or tested, they end the process: there is nothing to print.</summary>
    public void ListenToSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>From now on a stop ends <paramref name="session"/>.</summary>
    public void Attach(TraceSession session)
    {
        lock (_lock)
        {
            _session = session;
            if (_stopTime is not null)
                session.RequestStop();
        }
    }

    /// <summary>Asks the run to end in good order.</summary>
    /// <returns>False when that had been asked before.</returns>
    public bool RequestStop()
    {
        lock (_lock)
        {
            if (_stopTime is not null)
                return false;
            _stopTime = Environment.TickCount64;
            _session?.RequestStop();
        }

        _stop.Cancel();
        return true;
    }

    public void Dispose()
    {
        _interrupt?.Dispose();
        _terminate?.Dispose();
        _maps?.Dispose();

        // _stop is not disposed: a signal that came before may still be handled on a thread of its own, and the source holds nothing of the system.
    }

    /// <summary>SIGUSR1 prints the maps as they are, as it did in bpftrace 0.17. A script's <c>self:signal:SIGUSR1</c> probes have the signal to themselves.</summary>
    public void ListenForMaps() => _maps = PosixSignalRegistration.Create((PosixSignal)NativeMethods.SIGUSR1, context =>
    {
        context.Cancel = true;
        lock (_lock)
            _session?.RequestMaps();
    });

    private void OnSignal(PosixSignalContext context)
    {
        bool isFirst = RequestStop();
        lock (_lock)
        {
            context.Cancel = true;
            if (isFirst || Environment.TickCount64 - _stopTime < SameInterrupt || context.Signal == PosixSignal.SIGTERM || _session is null)
                return;
            context.Cancel = !_session.IsFinishing;
            _session.SkipWaiting();
        }
    }
}
