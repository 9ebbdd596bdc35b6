using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>
/// Stops a command twice on its way, for a look at what it has mapped: when it has become its program, and where the dynamic linker, which by then has mapped the
/// libraries, goes on into the program. Everything here that depends on the processor is x86_64's (<c>struct user</c>, sys/user.h).
/// </summary>
internal static unsafe class EntryStop
{
    private const int AT_BASE = 7;
    private const int AT_ENTRY = 9;
    private const int InstructionPointer = 16 * 8;
    private const int DebugRegisters = 848;
    private const int DebugControl = DebugRegisters + (7 * 8);
    private const int WNOHANG = 1;
    private const int WALL = 0x40000000;

    // A library's constructor may wait for whatever it likes.
    private const long LimitMilliseconds = 10_000;

    /// <summary>Lets a held process go, and has its tables read as soon as that is possible: its probes may be hit from the first instruction on.</summary>
    /// <exception cref="CommandException">The kernel could not execute the command's file.</exception>
    /// <exception cref="TraceStartException">What it has mapped cannot be read.</exception>
    public static void Release(HeldProcess child, UnwindTables tables, List<Diagnostic> warnings, CancellationToken cancellation)
    {
        int pid = child.ProcessId;
        if (LibC.ptrace(LibC.PTRACE_SEIZE, pid, 0, LibC.PTRACE_O_TRACEEXEC) != 0)
        {
            string reason = Marshal.GetLastPInvokeErrorMessage();
            child.Release();
            tables.Add(pid);
            warnings.Add(SessionDiagnostics.NoUnwindTable("the command's libraries", $"it cannot be stopped when it has mapped them (ptrace: {reason})"));
            return;
        }

        bool isStopped = false;
        try
        {
            child.Release();
            if (!(isStopped = WaitFor(child, IsProgramStart, cancellation)))
                return;
            tables.Add(pid);
            (ulong loader, ulong entry) = ReadEntry(pid);
            if (loader == 0)
                return; // static: all is there

            // A breakpoint of the processor's: in the code there may be one of a probe already.
            if (LibC.ptrace(LibC.PTRACE_POKEUSER, pid, DebugRegisters, (nint)entry) != 0 || LibC.ptrace(LibC.PTRACE_POKEUSER, pid, DebugControl, 1) != 0)
            {
                warnings.Add(SessionDiagnostics.NoUnwindTable("the command's libraries", $"no breakpoint can be set (ptrace: {Marshal.GetLastPInvokeErrorMessage()})"));
                return;
            }

            isStopped = false;
            _ = LibC.ptrace(LibC.PTRACE_CONT, pid, 0, 0);
            isStopped = WaitFor(child, status => IsAt(pid, status, entry), cancellation);
            if (!isStopped && !child.HasExited)
                warnings.Add(SessionDiagnostics.NoUnwindTable("the command's libraries", "it did not reach its entry point in time"));
            if (!isStopped)
                return;
            _ = LibC.ptrace(LibC.PTRACE_POKEUSER, pid, DebugControl, 0);
            tables.Add(pid);
        }
        finally
        {
            Detach(child, isStopped);
        }
    }

    /// <summary>Waits until the process stops in the wanted way; signals that come meanwhile are its own.</summary>
    /// <returns>False when it ended, or did not in time.</returns>
    private static bool WaitFor(HeldProcess child, Predicate<int> isWanted, CancellationToken cancellation)
    {
        int pid = child.ProcessId;
        long deadline = Environment.TickCount64 + LimitMilliseconds;
        while (true)
        {
            int status;
            int result = LibC.waitpid(pid, &status, WNOHANG | WALL);
            if (result < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
                return false;
            if (result <= 0)
            {
                if (cancellation.IsCancellationRequested || Environment.TickCount64 > deadline)
                    return false;
                Thread.Sleep(1);
                continue;
            }

            if ((status & 0xff) != 0x7f)
            {
                child.NoteEnd(status);
                return false;
            }

            if (isWanted(status))
                return true;
            _ = LibC.ptrace(LibC.PTRACE_CONT, pid, 0, SignalOf(status));
        }
    }

    private static bool IsProgramStart(int status) => status >> 8 == (LibC.SIGTRAP | LibC.PTRACE_EVENT_EXEC << 8);

    private static bool IsAt(int pid, int status, ulong address) =>
        status >> 8 == LibC.SIGTRAP && (ulong)LibC.ptrace(LibC.PTRACE_PEEKUSER, pid, InstructionPointer, 0) == address;

    /// <summary>Lets go of the process; one that runs is stopped for it.</summary>
    private static void Detach(HeldProcess child, bool isStopped)
    {
        const int PTRACE_INTERRUPT = 0x4207;
        int pid = child.ProcessId;
        int status = 0;
        if (!isStopped)
        {
            if (LibC.ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0 || !WaitFor(child, AnyStop, CancellationToken.None))
                return;
            _ = LibC.ptrace(LibC.PTRACE_POKEUSER, pid, DebugControl, 0);
        }

        // A signal that came first is still its own; SIGTRAP is what our breakpoint made.
        int signal = SignalOf(status);
        _ = LibC.ptrace(LibC.PTRACE_DETACH, pid, 0, signal == LibC.SIGTRAP ? 0 : signal);

        bool AnyStop(int stopped)
        {
            status = stopped;
            return true;
        }
    }

    /// <summary>The signal a stopped process is about to get; 0 where it stopped for another reason.</summary>
    private static int SignalOf(int status) => status >> 16 == 0 ? (status >> 8) & 0xff : 0;

    /// <summary>Where the dynamic linker is, 0 for none, and where the program begins (proc(5), auxv).</summary>
    private static (ulong Loader, ulong Entry) ReadEntry(int pid)
    {
        ulong loader = 0;
        ulong entry = 0;
        ReadOnlySpan<byte> words;
        try
        {
            words = File.ReadAllBytes($"/proc/{pid}/auxv");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, 0); // killed meanwhile: nothing more is mapped
        }

        for (; words.Length >= 16; words = words[16..])
        {
            ulong value = BinaryPrimitives.ReadUInt64LittleEndian(words[8..]);
            switch (BinaryPrimitives.ReadUInt64LittleEndian(words))
            {
                case AT_BASE:
                    loader = value;
                    break;
                case AT_ENTRY:
                    entry = value;
                    break;
            }
        }

        return (loader, entry);
    }
}
