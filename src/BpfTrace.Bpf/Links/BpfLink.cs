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

    private readonly SafeFileDescriptor[] _handles;

    private protected BpfLink(params SafeFileDescriptor[] handles) => _handles = handles;

    /// <summary>The kernel's handles: usually one; one per CPU for sampled events.</summary>
    internal IReadOnlyList<SafeFileDescriptor> Handles => _handles;

    /// <summary>
    /// Hits of a kprobe, kretprobe or kprobe_multi that the kernel could not deliver: probes within probes, or more concurrent
    /// calls than it follows to their return (Linux 6.7). 0 for other links and older kernels.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong GetMissedCount()
    {
        ulong missed = 0;
        foreach (SafeFileDescriptor handle in _handles)
        {
            if (handle is not SafeBpfHandle link)
                continue; // attached without a link: nothing is counted
            var info = default(LinkInfo);
            BpfException.Check(BpfSyscall.GetInfo(link, ref info), "reading a link's state");
            missed += ReadMissed(info);
        }

        return missed;
    }

    /// <summary>Detaches many links at once, in parallel where there are many.</summary>
    public static void DisposeAll(IEnumerable<BpfLink> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        var handles = new List<SafeFileDescriptor>();
        foreach (BpfLink link in links)
            handles.AddRange(link._handles);
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

    /// <summary>Detaches.</summary>
    public void Dispose()
    {
        foreach (SafeFileDescriptor handle in _handles)
            handle.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected virtual ulong ReadMissed(in LinkInfo info) => 0;
}
