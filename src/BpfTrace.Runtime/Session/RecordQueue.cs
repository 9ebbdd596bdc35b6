namespace BpfTrace;

/// <summary>
/// The bounded queue between the reader thread and the consumer's thread. The producer blocks when it is full, so
/// that nothing is dropped in user space; one that has other things to do asks <see cref="HasRoom"/> before.
/// </summary>
/// <remarks>One producer, one consumer. The consumer takes what is there in one go: one lock per batch, not per record.</remarks>
internal sealed class RecordQueue
{
    // What the consumer holds is beyond the capacity: a small batch keeps that little.
    private const int MaximumBatch = 256;

    private readonly object _lock = new();
    private readonly Queue<(TraceRecord Record, int Weight)> _records = new();
    private readonly int _capacity;
    private int _weight;
    private bool _completed;
    private bool _aborted;
    private bool _consumerWaits;

    public RecordQueue(int capacity) => _capacity = Math.Max(1, capacity);

    /// <summary>Whether <see cref="Add"/> would not wait. The producer's question: the consumer only makes more room.</summary>
    public bool HasRoom => Volatile.Read(ref _weight) < _capacity;

    /// <summary>Adds a record, waiting for room.</summary>
    /// <param name="record">The record.</param>
    /// <param name="weight">How many events it holds: text of several events is one record.</param>
    /// <returns>False when the queue was aborted: nobody will read it.</returns>
    public bool Add(TraceRecord record, int weight = 1)
    {
        lock (_lock)
        {
            while (_weight >= _capacity && !_aborted)
                Monitor.Wait(_lock);
            if (_aborted)
                return false;
            _records.Enqueue((record, weight));
            _weight += weight;
            if (_consumerWaits)
                Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>No more records will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Drops what is queued and releases both sides.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            _aborted = true;
            _completed = true;
            _records.Clear();
            _weight = 0;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>The records until <see cref="Complete"/> or <see cref="Abort"/>.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<TraceRecord> Take(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = cancellationToken.UnsafeRegister(static state => ((RecordQueue)state!).Wake(), this);
        TraceRecord[] batch = new TraceRecord[Math.Min(MaximumBatch, _capacity)];
        while (TryTakeBatch(batch, cancellationToken, out int count))
        {
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TraceRecord record = batch[i];
                batch[i] = null!;
                yield return record;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool TryTakeBatch(TraceRecord[] batch, CancellationToken cancellationToken, out int count)
    {
        count = 0;
        lock (_lock)
        {
            while (_records.Count == 0)
            {
                if (_completed || cancellationToken.IsCancellationRequested)
                    return false;
                _consumerWaits = true;
                Monitor.Wait(_lock);
                _consumerWaits = false;
            }

            bool wasFull = _weight >= _capacity;
            while (count < batch.Length && _records.TryDequeue(out (TraceRecord Record, int Weight) item))
            {
                batch[count++] = item.Record;
                _weight -= item.Weight;
            }

            if (wasFull)
                Monitor.PulseAll(_lock);
            return true;
        }
    }

    private void Wake()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }
}
