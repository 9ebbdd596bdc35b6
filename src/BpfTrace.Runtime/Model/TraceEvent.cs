using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>
/// One event of a trace. Each output site of a script has a type of its own, derived from this one, with a property for each value.
/// Plain data: it survives serialisation and holds no handle.
/// </summary>
public abstract class TraceEvent
{
    private protected DateTime _timestamp;
    private protected string _probeName = "";
    private protected int _cpuId;
    private protected ulong _bootTime;
    private long _unixNanoseconds;
    private bool? _isHarmless;

    /// <summary>When it happened, local time.</summary>
    public DateTime Timestamp
    {
        get => _timestamp;
        init => _timestamp = value;
    }

    /// <summary>The probe it came from, as bpftrace spells it: <c>tracepoint:syscalls:sys_enter_openat</c>.</summary>
    public string ProbeName
    {
        get => _probeName;
        init => _probeName = value;
    }

    /// <summary>The CPU it happened on.</summary>
    public int CpuId
    {
        get => _cpuId;
        init => _cpuId = value;
    }

    /// <summary>CLOCK_BOOTTIME in ns, as recorded in the kernel: what events are ordered by.</summary>
    public ulong BootTimeNanoseconds
    {
        get => _bootTime;
        init => _bootTime = value;
    }

    /// <summary>Exactly what bpftrace prints for it, the line end included where the script has one. Made when first asked for.</summary>
    public abstract string Text { get; }

    /// <summary><see cref="Text"/> without a line end at its end.</summary>
    public override string ToString() => Text.TrimEnd('\n');

    /// <summary>The session it came from; 0 for an event made elsewhere. Not a property people see: the event stays plain data.</summary>
    internal int SessionId { get; set; }

    /// <summary>The <see cref="Timestamp"/> in ns since 1970-01-01 UTC; made of it for an event that did not come from a trace.</summary>
    internal long UnixNanoseconds => _unixNanoseconds != 0 ? _unixNanoseconds : (_timestamp.ToUniversalTime() - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Whether its texts hold nothing that a terminal would obey, as <see cref="ConsoleEscape.IsHarmless(TraceEvent)"/> finds when it is first asked.</summary>
    internal bool IsHarmless => _isHarmless ??= ConsoleEscape.IsHarmless(this);

    /// <summary>Whether the text is shown as it is where control characters are escaped.</summary>
    internal virtual bool HasPlainText => ConsoleEscape.IsPlain(Text);

    internal void SetHeader(DateTime timestamp, long unixNanoseconds, string probeName, int cpu, ulong bootTime)
    {
        _unixNanoseconds = unixNanoseconds;
        _timestamp = timestamp;
        _probeName = probeName;
        _cpuId = cpu;
        _bootTime = bootTime;
    }
}
