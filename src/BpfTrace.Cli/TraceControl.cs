using System.Runtime.InteropServices;

namespace BpfTrace.Cli;

/// <summary>
/// Ends a run from outside. The first SIGINT or SIGTERM ends it as bpftrace does (END probes run, maps are printed), the second
/// has the system's own effect.
/// </summary>
internal sealed class TraceControl : IDisposable
{
    private readonly object _lock = new();
    private PosixSignalRegistration? _interrupt;
    private PosixSignalRegistration? _terminate;
    private TraceSession? _session;
    private bool _stopRequested;

    /// <summary>Whether a stop was asked for before there was a session: nothing need be started any more.</summary>
    public bool StopRequested
    {
        get
        {
            lock (_lock)
                return _stopRequested;
        }
    }

    public void ListenToSignals()
    {
        // A shell without job control lets what it starts with & ignore SIGINT, and .NET leaves what is ignored alone. Scripts end
        // bpftrace that way: bpft & ...; kill -INT $!
        NativeMethods.signal(NativeMethods.SIGINT, NativeMethods.SIG_DFL);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>From now on a stop ends <paramref name="session"/>.</summary>
    public void Attach(TraceSession session)
    {
        lock (_lock)
        {
            _session = session;
            if (_stopRequested)
                session.RequestStop();
        }
    }

    /// <summary>Asks the run to end in good order.</summary>
    /// <returns>False when that had been asked before.</returns>
    public bool RequestStop()
    {
        lock (_lock)
        {
            if (_stopRequested)
                return false;
            _stopRequested = true;
            _session?.RequestStop();
            return true;
        }
    }

    public void Dispose()
    {
        _interrupt?.Dispose();
        _terminate?.Dispose();
    }

    private void OnSignal(PosixSignalContext context) => context.Cancel = RequestStop();
}
