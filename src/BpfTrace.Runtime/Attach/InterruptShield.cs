namespace BpfTrace;

/// <summary>
/// Lets other threads take SIGINT and SIGTERM for as long as it is there. The kernel gives a signal to the process's first thread where that takes it: one that is in
/// a system call of seconds would hear of it after that, when what was to be interrupted may be over.
/// </summary>
internal unsafe ref struct InterruptShield
{
    private fixed byte _before[LibC.OpaqueSize];
    private bool _isUp;

    /// <summary>Puts it up on this thread, which takes it down again. What is started meanwhile has it too.</summary>
    public static InterruptShield Create()
    {
        var shield = new InterruptShield();
        byte* signals = stackalloc byte[LibC.OpaqueSize];
        _ = LibC.sigemptyset(signals);
        _ = LibC.sigaddset(signals, LibC.SIGINT);
        _ = LibC.sigaddset(signals, LibC.SIGTERM);
        shield._isUp = LibC.pthread_sigmask(LibC.SIG_BLOCK, signals, shield._before) == 0;
        return shield;
    }

    public void Dispose()
    {
        if (!_isUp)
            return;
        _isUp = false;
        fixed (byte* before = _before)
            _ = LibC.pthread_sigmask(LibC.SIG_SETMASK, before, null);
    }
}
