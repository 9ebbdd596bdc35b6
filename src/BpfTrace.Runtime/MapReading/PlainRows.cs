namespace BpfTrace.MapReading;

/// <summary>
/// Keys and values of a map as bytes, one row after the other, and the order they are read in: entries become objects when somebody asks for them, so
/// that a million are as large as their bytes.
/// </summary>
/// <param name="keySize">Bytes of a key; 0 for a map without.</param>
/// <param name="valueSize">Bytes of a value.</param>
internal sealed class PlainRows(int keySize, int valueSize)
{
    // All but the first are full: nothing is copied when a large map grows.
    private const int ChunkRows = 4096;
    private readonly int _stride = keySize + valueSize;
    private readonly List<byte[]> _chunks = [];
    private int[]? _order;

    /// <summary>Compares two rows.</summary>
    public delegate int Comparer(ReadOnlySpan<byte> leftKey, ReadOnlySpan<byte> leftValue, ReadOnlySpan<byte> rightKey, ReadOnlySpan<byte> rightValue);

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>Its value, to be written: zeros. Valid until the next call.</returns>
    public Span<byte> Add(ReadOnlySpan<byte> key)
    {
        int row = Count % ChunkRows;
        if (row == 0)
        {
            _chunks.Add(new byte[(_chunks.Count == 0 ? 16 : ChunkRows) * _stride]);
        }
        else if (_chunks.Count == 1 && (row + 1) * _stride > _chunks[0].Length)
        {
            byte[] longer = new byte[Math.Min(row * 2, ChunkRows) * _stride];
            _chunks[0].CopyTo(longer, 0);
            _chunks[0] = longer;
        }

        Span<byte> added = Row(Count++);
        key.CopyTo(added);
        return added[keySize..];
    }

    /// <summary>The key of a row, counted in their order.</summary>
    public ReadOnlySpan<byte> Key(int index) => Row(At(index))[..keySize];

    /// <summary>The value of a row, counted in their order.</summary>
    public ReadOnlySpan<byte> Value(int index) => Row(At(index))[keySize..];

    /// <summary>Puts the rows in order.</summary>
    public void Sort(Comparer compare)
    {
        if (Count < 2)
            return;
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (left, right) =>
        {
            ReadOnlySpan<byte> a = Row(left), b = Row(right);
            return compare(a[..keySize], a[keySize..], b[..keySize], b[keySize..]);
        });
        _order = order;
    }

    private int At(int index) => _order is null ? index : _order[index];

    private Span<byte> Row(int row) => _chunks[row / ChunkRows].AsSpan(row % ChunkRows * _stride, _stride);
}
