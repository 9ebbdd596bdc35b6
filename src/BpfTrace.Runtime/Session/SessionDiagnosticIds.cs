namespace BpfTrace;

/// <summary>Stable identifiers of the diagnostics that compiling for, loading into and running on the live kernel make.</summary>
public static class SessionDiagnosticIds
{
    /// <summary>Records did not fit into the buffer: <c>Lost N events</c>, printed by bpftrace without a prefix.</summary>
    public const string LostEvents = nameof(LostEvents);

    /// <summary>The sum of lost records, at the end.</summary>
    public const string TotalLostEvents = nameof(TotalLostEvents);

    /// <summary>The kernel skipped hits of probes.</summary>
    public const string MissedProbes = nameof(MissedProbes);

    /// <summary>The kernel does not let us measure programs.</summary>
    public const string StatisticsUnavailable = nameof(StatisticsUnavailable);

    /// <summary>The tracer itself failed while the trace ran.</summary>
    public const string TracerFailed = nameof(TracerFailed);

    /// <summary>LLVM is not installed.</summary>
    public const string LlvmNotFound = nameof(LlvmNotFound);

    /// <summary>LLVM could not generate code, by an error it cannot recover from.</summary>
    public const string LlvmFailed = nameof(LlvmFailed);

    /// <summary>The process may not use BPF.</summary>
    public const string MissingPrivilege = nameof(MissingPrivilege);

    /// <summary>The kernel lacks something a trace needs (BPF, BTF).</summary>
    public const string KernelLacksFeature = nameof(KernelLacksFeature);

    /// <summary>The kernel's verifier refused a program.</summary>
    public const string VerifierRejected = nameof(VerifierRejected);

    /// <summary>The kernel does not have a helper, or not for this kind of probe.</summary>
    public const string HelperNotAllowed = nameof(HelperNotAllowed);

    /// <summary>A program needs more than the 512 bytes of BPF stack; also reported by the compiler.</summary>
    public const string StackLimitExceeded = nameof(StackLimitExceeded);

    /// <summary>The verifier gave up: too many instructions to look at.</summary>
    public const string ProgramTooComplex = nameof(ProgramTooComplex);

    /// <summary>A program has more instructions than the kernel takes; also reported by the compiler.</summary>
    public const string ProgramTooLarge = nameof(ProgramTooLarge);

    /// <summary>The verifier does not see that a loop ends.</summary>
    public const string LoopNotBounded = nameof(LoopNotBounded);

    /// <summary>A program or map could not be loaded.</summary>
    public const string LoadFailed = nameof(LoadFailed);

    /// <summary>A probe could not be attached.</summary>
    public const string AttachFailed = nameof(AttachFailed);

    /// <summary>No probe is left to attach.</summary>
    public const string NoProbes = nameof(NoProbes);

    /// <summary>There are more probes or programs than the limit.</summary>
    public const string TooManyProbes = nameof(TooManyProbes);

    /// <summary>libclang failed as a whole.</summary>
    public const string ClangFailed = nameof(ClangFailed);

    /// <summary>The command could not be started.</summary>
    public const string CommandFailed = nameof(CommandFailed);

    /// <summary>There is no such process.</summary>
    public const string NoSuchProcess = nameof(NoSuchProcess);

    /// <summary>The script unwinds user stacks by call frame information, and no process was named to read it of.</summary>
    public const string NoUnwindTarget = nameof(NoUnwindTarget);

    /// <summary>A process's, or a file's, call frame information cannot be read: <c>dw_ustack</c> does not get through its functions.</summary>
    public const string NoUnwindTable = nameof(NoUnwindTable);

    /// <summary>The probe filter is no regular expression.</summary>
    public const string InvalidProbeFilter = nameof(InvalidProbeFilter);

    /// <summary>A program reported an error while it ran: a full map, a failed helper, a division by zero.</summary>
    public const string RuntimeError = nameof(RuntimeError);

    /// <summary>The file a trace is recorded to cannot be written.</summary>
    public const string RecordingFailed = nameof(RecordingFailed);

    /// <summary>The script's <c>errorf()</c>.</summary>
    public const string ScriptError = nameof(ScriptError);

    /// <summary>The script's <c>warnf()</c>.</summary>
    public const string ScriptWarning = nameof(ScriptWarning);

    /// <summary>An action of the script failed in user space: a file <c>cat()</c> cannot read or <c>skboutput()</c> cannot write, a command that cannot be started.</summary>
    public const string ActionFailed = nameof(ActionFailed);
}
