using System.Runtime.InteropServices;
using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace;

/// <summary>
/// A command's process that is held before its first instruction: its pid is known, probes are attached, then it is let go.
/// It has the tracer's standard streams, environment and directory. If the tracer dies before, so does it; if it is killed later, the command gets SIGTERM.
/// </summary>
internal sealed unsafe class HeldProcess : IDisposable
{
    // After SIGTERM a command may clean up this long; then it is killed.
    private const int GraceMilliseconds = 2000;

    private readonly SafeFileHandle _command;
    private readonly SafeFileHandle _result;
    private readonly PidFd _process;
    private bool _reaped;

    private HeldProcess(int processId, SafeFileHandle command, SafeFileHandle result, PidFd process)
    {
        ProcessId = processId;
        _command = command;
        _result = result;
        _process = process;
    }

    /// <summary>The process's id, before and after it becomes the command.</summary>
    public int ProcessId { get; }

    /// <summary>The pidfd: readable when the process has ended.</summary>
    public SafeHandle Handle => _process.Handle;

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _reaped || _process.HasExited;

    /// <summary>How it ended; null before <see cref="End"/> and <see cref="NoteEnd"/>, or when somebody else has reaped it.</summary>
    public CommandExit? Exit { get; private set; }

    /// <summary>Starts a process for a command line and holds it.</summary>
    /// <param name="commandLine">The command and its arguments separated by single spaces, as bpftrace takes them: there is no quoting.</param>
    /// <exception cref="CommandException">The command is not found or cannot be started.</exception>
    public static HeldProcess Start(string commandLine)
    {
        string[] arguments = commandLine.Split(' ');
        string path = CommandPath.Find(arguments[0]);
        if (!HeldProcessImage.IsSupported)
            throw new CommandException($"starting a command is not supported on {RuntimeInformation.ProcessArchitecture}");

        var started = new TaskCompletionSource<HeldProcess>();
        new Thread(() => StartAndKeep(path, arguments, started)) { IsBackground = true, Name = "BpfTrace command" }.Start();
        return started.Task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Starts the process, on a thread that lasts as long as it. The kernel takes a thread for the parent: when the one that started the process ends, the
    /// process gets the signal for a dead tracer, and PowerShell's threads come and go.
    /// </summary>
    private static void StartAndKeep(string path, string[] arguments, TaskCompletionSource<HeldProcess> started)
    {
        HeldProcess process;
        try
        {
            process = Start(path, arguments);
        }
#pragma warning disable CA1031 // it is thrown where the process was asked for
        catch (Exception exception)
#pragma warning restore CA1031
        {
            started.SetException(exception);
            return;
        }

        started.SetResult(process);
        try
        {
            process._process.WaitForExit(-1);
        }
        catch (ObjectDisposedException)
        {
            // Its owner, who waits for its end as well, was sooner.
        }
    }

    private static HeldProcess Start(string path, string[] arguments)
    {
        (SafeFileHandle commandRead, SafeFileHandle commandWrite) = CreatePipe();
        using SafeFileHandle ours = commandRead;
        (SafeFileHandle resultRead, SafeFileHandle resultWrite) = CreatePipe();
        using SafeFileHandle theirs = resultWrite;
        try
        {
            int commandFd = (int)commandRead.DangerousGetHandle();
            int resultFd = (int)resultWrite.DangerousGetHandle();
            int pid = Spawn(path, arguments, commandFd, resultFd);
            PidFd process = PidFd.TryOpen(pid, out string error) ?? throw new CommandException($"pidfd_open: {error}");
            return new HeldProcess(pid, commandWrite, resultRead, process);
        }
        catch
        {
            // Without its pipe's other end the process, if there is one, ends by itself.
            commandWrite.Dispose();
            resultRead.Dispose();
            throw;
        }
    }

    /// <summary>Lets the process become the command, and waits until it has.</summary>
    /// <exception cref="CommandException">The kernel could not execute the command's file.</exception>
    public void Release()
    {
        byte go = 1;
        if (LibC.write(_command, &go, 1) != 1)
            throw Failure("starting the command");
        _command.Dispose();
        int error = 0;
        nint count;
        do
        {
            count = LibC.read(_result, &error, sizeof(int));
        }
        while (count < 0 && Marshal.GetLastPInvokeError() == LibC.EINTR);
        _result.Dispose();
        if (count == sizeof(int))
            throw new CommandException($"failed to execute the command: {Marshal.GetPInvokeErrorMessage(-error)}");
    }

    /// <summary>Notes how the process ended, for whoever waited for it on its way and so reaped it.</summary>
    /// <param name="status">As wait(2) has it.</param>
    public void NoteEnd(int status)
    {
        int signal = status & 0x7f;
        Exit = signal == 0 ? new CommandExit((status >> 8) & 0xff, null) : new CommandExit(null, signal);
        _reaped = true;
    }

    /// <summary>Ends the process, politely at first, and waits until it is gone. Does nothing when it has ended.</summary>
    public void End()
    {
        if (_reaped)
            return;
        _command.Dispose(); // a process that was never released ends by this alone
        if (!HasExited)
            _ = LibC.kill(ProcessId, LibC.SIGTERM);
        if (!_process.WaitForExit(GraceMilliseconds))
        {
            _ = LibC.kill(ProcessId, LibC.SIGKILL);
            _process.WaitForExit(-1);
        }

        // siginfo_t is 128 bytes: si_code is the third int, si_status the seventh. ECHILD: SIGCHLD is ignored and the kernel has reaped it.
        const int Code = 2, Status = 6, CLD_EXITED = 1;
        int* info = stackalloc int[32];
        int result;
        do
        {
            result = LibC.waitid(LibC.P_PID, ProcessId, info, LibC.WEXITED | LibC.WNOHANG);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == LibC.EINTR);
        if (result == 0)
            Exit = info[Code] == CLD_EXITED ? new CommandExit(info[Status], null) : new CommandExit(null, info[Status]);
        _reaped = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.Handle.IsClosed)
            End();
        _command.Dispose();
        _result.Dispose();
        _process.Dispose();
    }

    private static int Spawn(string path, string[] arguments, int commandFd, int resultFd)
    {
        using SafeFileHandle image = CreateImage(commandFd, resultFd);
        byte* actions = stackalloc byte[LibC.OpaqueSize];
        byte* attributes = stackalloc byte[LibC.OpaqueSize];
        byte* signals = stackalloc byte[LibC.OpaqueSize];
        _ = LibC.posix_spawn_file_actions_init(actions);
        _ = LibC.posix_spawnattr_init(attributes);
        try
        {
            // A descriptor duplicated onto itself loses its close-on-exec flag, in the child only.
            _ = LibC.posix_spawn_file_actions_adddup2(actions, commandFd, commandFd);
            _ = LibC.posix_spawn_file_actions_adddup2(actions, resultFd, resultFd);
            // .NET ignores SIGPIPE and may block signals: the command starts with the defaults.
            _ = LibC.sigfillset(signals);
            _ = LibC.posix_spawnattr_setsigdefault(attributes, signals);
            _ = LibC.sigemptyset(signals);
            _ = LibC.posix_spawnattr_setsigmask(attributes, signals);
            _ = LibC.posix_spawnattr_setflags(attributes, LibC.POSIX_SPAWN_SETSIGDEF | LibC.POSIX_SPAWN_SETSIGMASK);

            using var argv = new NativeStrings(["bpft", path, .. arguments]);
            using var envp = new NativeStrings(EnvironmentStrings());
            using var file = new NativeStrings([$"/proc/self/fd/{(int)image.DangerousGetHandle()}"]);
            int pid;
            int error = LibC.posix_spawn(&pid, *file.Pointer, actions, attributes, argv.Pointer, envp.Pointer);
            if (error != 0)
                throw new CommandException($"posix_spawn: {Marshal.GetPInvokeErrorMessage(error)}");
            return pid;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
        }
    }

    private static SafeFileHandle CreateImage(int commandFd, int resultFd)
    {
        byte[] bytes = HeldProcessImage.Create("bpft", commandFd, resultFd);
        int fd = LibC.memfd_create("bpft", LibC.MFD_CLOEXEC | LibC.MFD_EXEC);
        if (fd < 0 && Marshal.GetLastPInvokeError() == LibC.EINVAL)
            fd = LibC.memfd_create("bpft", LibC.MFD_CLOEXEC); // before Linux 6.3 every memfd is executable
        if (fd < 0)
            throw Failure("memfd_create");
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        fixed (byte* pointer = bytes)
        {
            if (LibC.write(handle, pointer, (nuint)bytes.Length) == bytes.Length)
                return handle;
        }

        handle.Dispose();
        throw new CommandException("writing the held process's image failed");
    }

    // The process's own list, not C's environ: .NET keeps changes to itself.
    private static string[] EnvironmentStrings()
    {
        var strings = new List<string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            strings.Add($"{variable.Key}={variable.Value}");
        return [.. strings];
    }

    private static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        int* fds = stackalloc int[2];
        return LibC.pipe2(fds, LibC.O_CLOEXEC) == 0
            ? (new SafeFileHandle(fds[0], ownsHandle: true), new SafeFileHandle(fds[1], ownsHandle: true))
            : throw Failure("pipe2");
    }

    private static CommandException Failure(string operation) => new($"{operation}: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>A NULL-terminated array of C strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(string[] strings)
        {
            _count = strings.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}

/// <summary>A command cannot be started.</summary>
internal sealed class CommandException(string message) : Exception(message);
