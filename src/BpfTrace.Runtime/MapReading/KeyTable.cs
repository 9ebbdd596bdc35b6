namespace BpfTrace.MapReading;

/// <summary>
/// Values by map keys, which are bytes; a key is copied when it is new, and only then. In place of a dictionary: one that is looked up by span is a
/// generic type over a structure, which would have to be compiled at every start.
/// </summary>
/// <typeparam name="T">What is kept for a key.</typeparam>
internal sealed class KeyTable<T>
    where T : class
{
    private int[] _buckets = new int[16]; // 1 + the entry's number; 0 for none
    private int[] _next = new int[16];
    private uint[] _hashes = new uint[16];
    private byte[][] _keys = new byte[16][];
    private T?[] _values = new T?[16];

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>A key, in the order they came.</summary>
    public byte[] Key(int index) => _keys[index];

    /// <summary>What is kept for it.</summary>
    public T? Value(int index) => _values[index];

    /// <summary>The place of a key's value; a new key's is null. Valid until the next call.</summary>
    public ref T? Get(ReadOnlySpan<byte> key)
    {
        uint hash = Hash(key);
        for (int i = _buckets[hash & (uint)(_buckets.Length - 1)] - 1; i >= 0; i = _next[i])
        {
            if (_hashes[i] == hash && key.SequenceEqual(_keys[i]))
                return ref _values[i];
        }

        if (Count == _keys.Length)
            Grow();
        int added = Count++;
        _keys[added] = key.ToArray();
        _hashes[added] = hash;
        Link(added);
        return ref _values[added];
    }

    private void Link(int index)
    {
        ref int bucket = ref _buckets[_hashes[index] & (uint)(_buckets.Length - 1)];
        _next[index] = bucket - 1;
        bucket = index + 1;
    }

    private void Grow()
    {
        int size = _keys.Length * 2;
        var keys = new byte[size][];
        var values = new T?[size];
        var hashes = new uint[size];
        Array.Copy(_keys, keys, Count);
        Array.Copy(_values, values, Count);
        Array.Copy(_hashes, hashes, Count);
        (_keys, _values, _hashes, _next, _buckets) = (keys, values, hashes, new int[size], new int[size]);
        for (int i = 0; i < Count; i++)
            Link(i);
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        // Seeded: keys come from programs that are traced, and could be chosen to collide.
        var hash = default(HashCode);
        hash.AddBytes(key);
        return (uint)hash.ToHashCode();
    }
}
