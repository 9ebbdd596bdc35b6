using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler;

/// <summary>
/// Keeps LLVM from taking the process down. Work runs on a thread of its own with a deep stack; LLVM's fatal error
/// handler, which must not return (LLVM would call <c>exit</c> or <c>abort</c>), hands its message to the waiting
/// caller and parks that thread for good. A fatal error therefore costs one blocked background thread and the
/// memory of one module, and nothing else. What LLVM can report without dying goes to the context's diagnostic handler.
/// </summary>
internal static unsafe class LlvmHost
{
    // LLVM's recursive passes on a large script need more than a thread's default; reserved, not committed.
    private const int StackSize = 64 << 20;

    private static readonly Lock s_lock = new();
    private static volatile bool s_initialised;

    // Held by whoever relies on the handler; exclusively while it is away (WithoutHandler).
    private static readonly ReaderWriterLockSlim s_handlerLock = new();
    private static bool s_isHandlerAway;

    [ThreadStatic]
    private static Job? t_job;

    /// <summary>Starts loading LLVM, on a thread of its own: the thread pool's start would cost a cold process more than the thread.</summary>
    public static void Preload()
    {
        if (!s_initialised)
            new Thread(TryInitialise) { IsBackground = true, Name = "bpftrace-llvm" }.Start();
    }

    /// <summary>Runs <paramref name="work"/> with LLVM loaded and its BPF target ready.</summary>
    /// <exception cref="LlvmNotFoundException">No usable libLLVM.</exception>
    /// <exception cref="LlvmFatalErrorException">LLVM met an error it cannot recover from.</exception>
    public static T Run<T>(Func<T> work)
    {
        Initialise();
        T result = default!;
        var job = new Job(() => result = work());
        var thread = new Thread(job.Execute, StackSize) { IsBackground = true, Name = "bpftrace-llvm" };
        s_handlerLock.EnterReadLock();
        try
        {
            thread.Start();
            job.Wait();
        }
        finally
        {
            s_handlerLock.ExitReadLock();
        }

        return result;
    }

    /// <summary>
    /// Runs <paramref name="work"/>, which calls a library that shares libLLVM and has its own way with fatal errors, on threads of its own that our
    /// handler would park. libclang replaces the process's handler when it makes its first index (RegisterFatalErrorHandler in CIndex.cpp), and turns
    /// the abort that follows an error into an error code while crash recovery is on: no handler of ours may be there meanwhile, and afterwards it
    /// must be again. Waits for the compilations under way.
    /// </summary>
    public static T WithoutHandler<T>(Func<T> work)
    {
        s_handlerLock.EnterWriteLock();
        try
        {
            LendHandler(true);
            try
            {
                return work();
            }
            finally
            {
                LendHandler(false);
            }
        }
        finally
        {
            s_handlerLock.ExitWriteLock();
        }
    }

    private static void LendHandler(bool isAway)
    {
        lock (s_lock)
        {
            s_isHandlerAway = isAway;
            if (!s_initialised)
                return; // Initialise does it
            LLVM.ResetFatalErrorHandler();
            if (!isAway)
                LLVM.InstallFatalErrorHandler(&OnFatalError);
        }
    }

    private static void TryInitialise()
    {
        try
        {
            Initialise();
        }
#pragma warning disable CA1031 // on a thread of ours it would end the shell; the compilation meets the same and reports it
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void Initialise()
    {
        lock (s_lock)
        {
            if (s_initialised)
                return;

            LibLlvm.EnsureLoaded();
            if (!s_isHandlerAway)
            {
                LLVM.ResetFatalErrorHandler();
                LLVM.InstallFatalErrorHandler(&OnFatalError);
            }

            LLVM.InitializeBPFTargetInfo();
            LLVM.InitializeBPFTarget();
            LLVM.InitializeBPFTargetMC();
            LLVM.InitializeBPFAsmPrinter();
            s_initialised = true;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFatalError(sbyte* reason)
    {
        string message = Marshal.PtrToStringUTF8((IntPtr)reason) ?? "unknown";
        t_job?.Finish(new LlvmFatalErrorException(message));

        // Returning would end the process. A thread that is not ours (nobody calls LLVM on one) stops here as well.
        Thread.Sleep(Timeout.Infinite);
    }

    private sealed class Job(Action work)
    {
        private readonly object _gate = new();
        private Exception? _error;
        private bool _done;

        public void Execute()
        {
            t_job = this;
            try
            {
                work();
                Finish(null);
            }
            catch (Exception e)
            {
                // Rethrown, with its own stack, on the thread that waits.
                Finish(e);
            }
        }

        public void Finish(Exception? error)
        {
            lock (_gate)
            {
                _error = error;
                _done = true;
                Monitor.Pulse(_gate);
            }
        }

        public void Wait()
        {
            lock (_gate)
            {
                while (!_done)
                    Monitor.Wait(_gate);
            }

            if (_error != null)
                ExceptionDispatchInfo.Throw(_error);
        }
    }
}
