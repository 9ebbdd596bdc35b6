using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>An iterator's link and where it is pinned; an empty path for one that is walked at once.</summary>
internal sealed record AttachedIterator(IterLink Link, string PinPath)
{
    /// <summary>The path in full: bpftrace's default is below the BPF file system's usual place.</summary>
    public string FullPath => PinPath.StartsWith('/') ? PinPath : "/sys/fs/bpf/" + PinPath;
}

/// <summary>Walks iterators, one after the other, on a thread of its own: the records they make are read meanwhile.</summary>
internal sealed class IteratorWalk : IDisposable
{
    private readonly AttachedIterator[] _iterators;
    private readonly Action _wake;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Thread _thread;
    private volatile bool _isDone;

    /// <param name="iterators">What to walk.</param>
    /// <param name="wake">Called when all are done.</param>
    public IteratorWalk(AttachedIterator[] iterators, Action wake)
    {
        _iterators = iterators;
        _wake = wake;
        _thread = new Thread(Walk) { IsBackground = true, Name = "BpfTrace iterator" };
        _thread.Start();
    }

    /// <summary>Whether all have been walked.</summary>
    public bool IsDone => _isDone;

    /// <summary>Why a walk ended early; null when none did.</summary>
    public BpfException? Error { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Cancel();
        _thread.Join();
        _cancellation.Dispose();
    }

    private void Walk()
    {
        try
        {
            foreach (AttachedIterator iterator in _iterators)
                iterator.Link.Run(_cancellation.Token);
        }
        catch (BpfException e)
        {
            Error = e;
        }

        _isDone = true;
        _wake();
    }
}
