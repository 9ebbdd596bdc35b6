using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A program in the kernel.</summary>
public sealed unsafe class BpfProgram : IDisposable
{
    private readonly VerifierLog _log;

    internal BpfProgram(SafeBpfHandle handle, ProgramSpec spec, ProgramOverrides? overrides, VerifierLog log)
    {
        Handle = handle;
        Spec = spec;
        Name = overrides?.Name ?? spec.Name;
        Type = overrides?.Type ?? spec.Type;
        ExpectedAttachType = overrides?.ExpectedAttachType ?? spec.ExpectedAttachType;
        _log = log;
    }

    /// <summary>Name, in full.</summary>
    public string Name { get; }

    /// <summary>What it was loaded from.</summary>
    public ProgramSpec Spec { get; }

    /// <summary>Program type it was loaded as.</summary>
    public BpfProgramType Type { get; }

    /// <summary>Expected attach type it was loaded with.</summary>
    public BpfAttachType ExpectedAttachType { get; }

    /// <summary>The verifier's log, lines joined by line feeds; empty unless <see cref="LoadOptions.LogLevel"/> asked for one.</summary>
    public string VerifierLog => _log.ToString();

    internal SafeBpfHandle Handle { get; }

    /// <summary>
    /// Runs the program once (BPF_PROG_TEST_RUN). For BPF_PROG_TYPE_RAW_TRACEPOINT (Linux 5.10) and BPF_PROG_TYPE_SYSCALL.
    /// </summary>
    /// <param name="context">The program's context: for a raw tracepoint its arguments as 64-bit words, at most 12. It may be
    /// empty when the program does not read it.</param>
    /// <param name="cpu">CPU to run on, -1 for the current one. Raw tracepoints only.</param>
    /// <returns>The program's return value.</returns>
    /// <exception cref="BpfException">ENXIO: the CPU is offline; EINVAL: the context is smaller than what the program reads.</exception>
    public uint TestRun(ReadOnlySpan<byte> context = default, int cpu = -1)
    {
        const uint BPF_F_TEST_RUN_ON_CPU = 1;
        using var use = new HandleUse(Handle);
        fixed (byte* pointer = context)
        {
            var attr = new TestRunAttr
            {
                prog_fd = use.Fd,
                ctx_in = pointer,
                ctx_size_in = (uint)context.Length,
                flags = cpu >= 0 ? BPF_F_TEST_RUN_ON_CPU : 0,
                cpu = cpu >= 0 ? (uint)cpu : 0,
            };
            BpfException.Check(BpfSyscall.Call(BpfCommand.BPF_PROG_TEST_RUN, ref attr), $"running program '{Name}'");
            return attr.retval;
        }
    }

    /// <summary>What the kernel knows about the program now.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfProgramInfo GetInfo()
    {
        var info = default(ProgInfo);
        BpfException.Check(BpfSyscall.GetInfo(Handle, ref info), $"reading the state of program '{Name}'");
        return new BpfProgramInfo(
            info.id, info.name.ToString(), info.xlated_prog_len, info.jited_prog_len, info.run_time_ns, info.run_cnt, info.recursion_misses, info.verified_insns);
    }

    /// <summary>Closes the program. Links made from it stay attached until they are disposed.</summary>
    public void Dispose() => Handle.Dispose();
}

/// <summary>Part of struct bpf_prog_info.</summary>
/// <param name="Id">System-wide id.</param>
/// <param name="Name">Name as the kernel keeps it, at most 15 characters.</param>
/// <param name="TranslatedSize">Size in bytes after verification.</param>
/// <param name="JitedSize">Size in bytes of the machine code, 0 without JIT.</param>
/// <param name="RunTime">Nanoseconds spent in the program; counted only while <see cref="BpfStatistics"/> are enabled.</param>
/// <param name="RunCount">Runs; counted only while <see cref="BpfStatistics"/> are enabled.</param>
/// <param name="RecursionMisses">Runs skipped because the program was already running on the CPU (Linux 5.12).</param>
/// <param name="VerifiedInstructions">Instructions the verifier walked (Linux 5.16).</param>
public sealed record BpfProgramInfo(
    uint Id, string Name, uint TranslatedSize, uint JitedSize, ulong RunTime, ulong RunCount, ulong RecursionMisses, uint VerifiedInstructions);

/// <summary>Run-time statistics of all programs in the system (BPF_ENABLE_STATS), on until disposed.</summary>
public sealed class BpfStatistics : IDisposable
{
    private readonly SafeBpfHandle _handle;

    private BpfStatistics(SafeBpfHandle handle) => _handle = handle;

    /// <summary>Starts counting.</summary>
    /// <exception cref="BpfException">The kernel refused (CAP_SYS_ADMIN is needed).</exception>
    public static BpfStatistics Enable()
    {
        var attr = default(EnableStatsAttr); // BPF_STATS_RUN_TIME = 0
        SafeBpfHandle? handle = BpfSyscall.Open(BpfCommand.BPF_ENABLE_STATS, ref attr, out int errno);
        return handle is null ? throw BpfException.FromErrno(errno, "enabling program statistics") : new BpfStatistics(handle);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
