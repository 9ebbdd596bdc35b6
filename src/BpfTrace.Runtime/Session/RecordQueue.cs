namespace BpfTrace;

/// <summary>
/// The bounded queue between the reader thread and the consumer's thread. The producer blocks when it is full, so
/// that nothing is dropped in user space; one that has other things to do asks <see cref="HasRoom"/> before, and
/// <see cref="AskForRoom"/> to be told.
/// </summary>
/// <remarks>One producer, one consumer. The consumer takes what is there in one go: one lock per batch, not per record.</remarks>
internal sealed class RecordQueue
{
    // What the consumer holds is beyond the capacity: a small batch keeps that little.
    private const int MaximumBatch = 256;

    private readonly object _lock = new();
    private readonly Queue<(object Item, int Weight)> _records = new(); // records, and events that are not wrapped up yet
    private readonly int _capacity;
    private readonly Action? _roomMade;
    private readonly object[] _batch;
    private int _batchCount;
    private int _batchNext;
    private int _weight;
    private bool _completed;
    private volatile bool _aborted;
    private bool _consumerWaits;
    private bool _producerWaits;
    private bool _isRoomAsked;

    /// <param name="capacity">How many events may wait.</param>
    /// <param name="roomMade">Called on the consumer's thread, once, when there is the room that <see cref="AskForRoom"/> did not find.</param>
    public RecordQueue(int capacity, Action? roomMade = null)
    {
        _capacity = Math.Max(1, capacity);
        _roomMade = roomMade;
        _batch = new object[Math.Min(MaximumBatch, _capacity)];
    }

    /// <summary>Whether adding would not wait. The producer's question: the consumer only makes more room.</summary>
    public bool HasRoom => Volatile.Read(ref _weight) < _capacity;

    // A producer that found it full goes on when half of it is free: one that did for each record would be woken for each.
    private bool IsHalfFree => _weight <= _capacity / 2;

    /// <summary>Whether half of it is free. When not, the producer is told when it is.</summary>
    public bool AskForRoom()
    {
        lock (_lock)
        {
            _isRoomAsked = !IsHalfFree;
            return !_isRoomAsked;
        }
    }

    /// <summary>Adds a record, waiting for room.</summary>
    /// <param name="record">The record.</param>
    /// <param name="weight">How many events it holds: text of several events is one record.</param>
    /// <returns>False when the queue was aborted: nobody will read it.</returns>
    public bool Add(TraceRecord record, int weight = 1) => AddItem(record, weight);

    /// <summary>Adds an event, waiting for room. It comes out as an <see cref="EventRecord"/>, made by the consumer's thread: an object less that goes from one processor to another.</summary>
    /// <returns>False when the queue was aborted: nobody will read it.</returns>
    public bool Add(TraceEvent made) => AddItem(made, 1);

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

    /// <summary>The records until <see cref="Complete"/> or <see cref="Abort"/>. Whoever asks again gets those that the one before did not come to.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<TraceRecord> Take(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = cancellationToken.UnsafeRegister(static state => ((RecordQueue)state!).Wake(), this);
        do
        {
            while (_batchNext < _batchCount && !_aborted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                object item = _batch[_batchNext];
                _batch[_batchNext++] = null!;
                yield return item as TraceRecord ?? new EventRecord((TraceEvent)item);
            }
        }
        while (TryTakeBatch(cancellationToken));

        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool AddItem(object item, int weight)
    {
        lock (_lock)
        {
            if (_weight >= _capacity && !_aborted)
                WaitForRoom();
            if (_aborted)
                return false;
            _records.Enqueue((item, weight));
            _weight += weight;
            if (_consumerWaits)
                Monitor.PulseAll(_lock);
            return true;
        }
    }

    private void WaitForRoom()
    {
        _producerWaits = true;
        while (!IsHalfFree && !_aborted)
            Monitor.Wait(_lock);
        _producerWaits = false;
    }

    private bool TryTakeBatch(CancellationToken cancellationToken)
    {
        bool isRoomMade;
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

            _batchNext = _batchCount = 0;
            while (_batchCount < _batch.Length && _records.TryDequeue(out (object Item, int Weight) next))
            {
                _batch[_batchCount++] = next.Item;
                _weight -= next.Weight;
            }

            if (_producerWaits && IsHalfFree)
                Monitor.PulseAll(_lock);
            isRoomMade = _isRoomAsked && IsHalfFree;
            _isRoomAsked &= !isRoomMade;
        }

        if (isRoomMade)
            _roomMade?.Invoke();
        return true;
    }

    private void Wake()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }
}
