using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf;

/// <summary>What a process did that changes what its addresses mean.</summary>
internal enum ProcessEventKind
{
    /// <summary>It was started by <see cref="ProcessEvent.ParentProcessId"/>, whose memory it has a copy of.</summary>
    Fork,

    /// <summary>It runs another program: nothing of its memory is left.</summary>
    Exec,

    /// <summary>It mapped code.</summary>
    Map,

    /// <summary>Some of what processes did is not told: nobody read it in time.</summary>
    Lost,
}

/// <summary>A record of <see cref="ProcessEvents"/>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Time">When, by the kernel's local clock, in ns: for the order only.</param>
/// <param name="ProcessId">The process; 0 for <see cref="ProcessEventKind.Lost"/>.</param>
/// <param name="ParentProcessId">The parent, of a <see cref="ProcessEventKind.Fork"/>; else 0.</param>
/// <param name="Mapping">What was mapped; null but for <see cref="ProcessEventKind.Map"/>.</param>
internal sealed record ProcessEvent(ProcessEventKind Kind, ulong Time, int ProcessId, int ParentProcessId = 0, ProcessMapping? Mapping = null);
