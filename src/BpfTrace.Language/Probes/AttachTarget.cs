namespace BpfTrace.Language.Probes;

/// <summary>
/// One place a program is attached to, wildcards already expanded: what the runtime makes one link of (or one entry of
/// a multi link). Which members are set depends on <see cref="Type"/>; the others keep their defaults.
/// </summary>
/// <param name="Type">The kind of probe.</param>
/// <param name="FullName">The probe as the <c>probe</c> builtin spells it: <c>kprobe:vfs_read</c>, or the name that the script gives it.</param>
public sealed record AttachTarget(ProbeType Type, string FullName)
{
    /// <summary>The probe as listings spell it, whatever the script calls it; null where that is its full name.</summary>
    public string? PlaceName { get; init; }

    /// <summary>
    /// Tracepoint: category. Kprobe, fentry, raw tracepoint: kernel module, empty when not given. Uprobe, usdt: the
    /// binary's path as the tracer opens it. Profile, interval: the unit (<c>hz s ms us ns</c>).
    /// </summary>
    public string Target { get; init; } = "";

    /// <summary>The function, event, signal or iterator's name; with an address only, empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// True for fentry and fexit on a function that BPF maps take their locks with: a program there that runs while another program of the
    /// CPU is in a map can wait for ever. (Of kprobes the kernel itself takes care.) bpftrace: <c>recursion_check.cpp</c>.
    /// </summary>
    public bool IsUsedByMaps => Type is ProbeType.Fentry or ProbeType.Fexit && Target == "vmlinux"
        && Name is ("_raw_spin_lock" or "_raw_spin_lock_irqsave" or "_raw_spin_unlock_irqrestore" or "queued_spin_lock_slowpath");

    /// <summary>Uprobe: <c>cpp</c> where the script gave a C++ name; <see cref="Name"/> is then the mangled one.</summary>
    public string Language { get; init; } = "";

    /// <summary>Usdt: the provider.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Kprobe, uprobe: bytes after the function's start.</summary>
    public ulong Offset { get; init; }

    /// <summary>Kprobe, watchpoint: an absolute address. Uprobe: an offset in the file, resolved from symbol and offset.</summary>
    public ulong Address { get; init; }

    /// <summary>
    /// Software, hardware: events per sample. Profile, interval: the period in nanoseconds, or samples per second when
    /// the unit is <c>hz</c>. Watchpoint: the length in bytes.
    /// </summary>
    public ulong Count { get; init; }

    /// <summary>Watchpoint: the access mode, of <c>rwx</c>.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Usdt: the file offset of the probe's semaphore; 0 when it has none.</summary>
    public ulong SemaphoreOffset { get; init; }

    /// <summary>Iter: where the iterator is pinned; empty when it is read at once.</summary>
    public string PinPath { get; init; } = "";

    /// <summary>Usdt: where the arguments are, as the note says it: <c>-4@%edi 8@-16(%rbp)</c>.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The probe's name.</summary>
    public override string ToString() => FullName;
}
