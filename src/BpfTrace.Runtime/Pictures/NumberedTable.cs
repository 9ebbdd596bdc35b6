namespace BpfTrace.Pictures;

/// <summary>What a file holds once and names by its number.</summary>
internal sealed class NumberedTable<T>
    where T : class
{
    private readonly Dictionary<T, int> _numbers = [];
    private readonly List<T> _items = [];

    /// <summary>Everything, in the order of the numbers.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>The number, from 0: the next one for what was not there yet.</summary>
    public int Index(T item)
    {
        if (!_numbers.TryGetValue(item, out int index))
        {
            _numbers.Add(item, index = _items.Count);
            _items.Add(item);
        }

        return index;
    }
}
