using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// A program attached to an event. Disposing detaches; so does the end of the process. A link keeps its program loaded.
/// </summary>
public abstract class BpfLink : IDisposable
{
    /// <summary>From here on closing in parallel pays: each close waits for an RCU grace period or patches code.</summary>
    private const int ParallelThreshold = 8;
    private const int MaxClosers = 16;

    private static readonly Lock s_releaseLock = new();
    private static Thread? s_release;

    private readonly SafeFileDescriptor[] _handles;
    private readonly SafeFileDescriptor[] _events = [];

    private protected BpfLink(params SafeFileDescriptor[] handles) => _handles = handles;

    private protected BpfLink(params PerfEventAttachment[] attachments)
    {
        _handles = Array.ConvertAll(attachments, static a => a.Handle);
        _events = Array.FindAll(Array.ConvertAll(attachments, static a => a.Event), static e => e is not null)!;
    }

    /// <summary>The kernel's handles: usually one; one per CPU for sampled events.</summary>
    internal IReadOnlyList<SafeFileDescriptor> Handles => _handles;

    /// <summary>
    /// Hits of a kprobe, kretprobe or kprobe_multi that the kernel could not deliver: probes within probes, or more concurrent
    /// calls than it follows to their return (Linux 6.7). 0 for other links and older kernels.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong GetMissedCount()
    {
        GetMissedCount(out ulong missed);
        return missed;
    }

    /// <summary>The same.</summary>
    /// <param name="missed">How many.</param>
    /// <returns>The id of the link's program; 0 when it is not known.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public uint GetMissedCount(out ulong missed)
    {
        uint program = 0;
        missed = 0;
        foreach (SafeFileDescriptor handle in _handles)
        {
            if (handle is not SafeBpfHandle link)
                continue; // attached without a link: nothing is counted
            var info = default(LinkInfo);
            BpfException.Check(BpfSyscall.GetInfo(link, ref info), "reading a link's state");
            missed += ReadMissed(info);
            program = info.prog_id;
        }

        return program;
    }

    /// <summary>
    /// Takes the programs away from their events: none runs any more. What the kernel keeps for an event without a program goes when the link is
    /// disposed, which takes an RCU grace period for each tracepoint and kprobe, one after the other (kernel/trace/trace_event_perf.c, event_mutex).
    /// </summary>
    public static void DetachAll(IEnumerable<BpfLink> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        var handles = new List<SafeFileDescriptor>();
        foreach (BpfLink link in links)
            handles.AddRange(link._handles);
        Close(handles);
    }

    /// <summary>Disposes many links at once, in parallel where there are many.</summary>
    public static void DisposeAll(IReadOnlyCollection<BpfLink> links)
    {
        DetachAll(links);
        Close(Events(links));
    }

    /// <summary>
    /// As <see cref="DisposeAll"/>, but returns when the programs are detached: the rest goes on in the background, and at the end of the process the
    /// kernel does it.
    /// </summary>
    public static void DisposeAllSoon(IReadOnlyCollection<BpfLink> links)
    {
        DetachAll(links);
        List<SafeFileDescriptor> events = Events(links);
        if (events.Count == 0)
            return;
        lock (s_releaseLock)
        {
            Thread? before = s_release;
            s_release = new Thread(() =>
            {
                before?.Join();
                Close(events);
            }, maxStackSize: 128 << 10) { IsBackground = true, Name = "BPF release" };
            s_release.Start();
        }
    }

    /// <summary>Waits for what <see cref="DisposeAllSoon"/> left.</summary>
    internal static void WaitUntilReleased()
    {
        Thread? release;
        lock (s_releaseLock)
            release = s_release;
        release?.Join();
    }

    /// <summary>Detaches, and releases everything.</summary>
    public void Dispose()
    {
        foreach (SafeFileDescriptor handle in _handles)
            handle.Dispose();
        foreach (SafeFileDescriptor perfEvent in _events)
            perfEvent.Dispose();
        GC.SuppressFinalize(this);
    }

    private static List<SafeFileDescriptor> Events(IReadOnlyCollection<BpfLink> links)
    {
        var events = new List<SafeFileDescriptor>();
        foreach (BpfLink link in links)
            events.AddRange(link._events);
        return events;
    }

    private static void Close(List<SafeFileDescriptor> handles)
    {
        if (handles.Count < ParallelThreshold)
        {
            foreach (SafeFileDescriptor handle in handles)
                handle.Dispose();
            return;
        }

        // Own threads: the closes block in the kernel, and the thread pool would start threads too slowly for that.
        int next = -1;
        var closers = new Thread[Math.Min(MaxClosers, handles.Count / 2)];
        for (int i = 0; i < closers.Length; i++)
        {
            closers[i] = new Thread(() =>
            {
                int mine;
                while ((mine = Interlocked.Increment(ref next)) < handles.Count)
                    handles[mine].Dispose();
            }, maxStackSize: 128 << 10) { IsBackground = true, Name = "BPF detach" };
            closers[i].Start();
        }

        foreach (Thread closer in closers)
            closer.Join();
    }

    private protected virtual ulong ReadMissed(in LinkInfo info) => 0;
}
