namespace BpfTrace.Language.Probes;

/// <summary>The kinds of probe, by bpftrace's names.</summary>
public enum ProbeType
{
    /// <summary>Runs once before the others attach.</summary>
    Begin,

    /// <summary>Runs once after the others are detached.</summary>
    End,

    /// <summary>Runs when the tracer itself gets a signal.</summary>
    Self,

    /// <summary>A test, run on demand.</summary>
    Test,

    /// <summary>A benchmark, run on demand.</summary>
    Bench,

    /// <summary>Entry of, or an offset in, a kernel function.</summary>
    Kprobe,

    /// <summary>Return of a kernel function.</summary>
    Kretprobe,

    /// <summary>Entry of, or an offset in, a user function.</summary>
    Uprobe,

    /// <summary>Return of a user function.</summary>
    Uretprobe,

    /// <summary>A user-level static probe.</summary>
    Usdt,

    /// <summary>A kernel tracepoint with its formatted record.</summary>
    Tracepoint,

    /// <summary>A kernel tracepoint with its raw arguments.</summary>
    RawTracepoint,

    /// <summary>A timer on every CPU.</summary>
    Profile,

    /// <summary>A timer on one CPU.</summary>
    Interval,

    /// <summary>A kernel software event.</summary>
    Software,

    /// <summary>A processor event.</summary>
    Hardware,

    /// <summary>A memory access.</summary>
    Watchpoint,

    /// <summary>Entry of a kernel function through a BPF trampoline, with typed arguments.</summary>
    Fentry,

    /// <summary>Return of a kernel function through a BPF trampoline, with typed arguments and return value.</summary>
    Fexit,

    /// <summary>A walk over a kind of kernel object.</summary>
    Iter,
}
