namespace BpfTrace;

/// <summary>Tells somebody how far loading and attaching are, and ends them when they are no longer wanted.</summary>
/// <param name="progress">Told of each step; null for nobody.</param>
/// <param name="cancellation">Looked at before each step.</param>
internal sealed class AttachMonitor(IProgress<AttachProgress>? progress, CancellationToken cancellation)
{
    private AttachStage _stage;
    private int _done;
    private int _total;

    /// <summary>Asked for when it is no longer wanted.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>A stage of so many steps begins.</summary>
    public void Begin(AttachStage stage, int total)
    {
        _stage = stage;
        _done = 0;
        _total = total;
    }

    /// <summary>Steps are about to be made.</summary>
    /// <exception cref="OperationCanceledException">They are not wanted any more.</exception>
    public void Step(int count = 1)
    {
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new AttachProgress(_stage, _done, _total));
        _done += count;
    }
}
