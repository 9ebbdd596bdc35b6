using System.Buffers.Binary;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// Sorts pieces of a text by their bytes without making strings of them. Eight bytes are compared at a time, as a number; what is equal so far is
/// sorted by the next eight. Merging keeps the order of equal names, and has no bad case.
/// </summary>
internal static class Utf8NameSort
{
    private const int KeyLength = sizeof(ulong);
    private const int InsertionLimit = 16;

    /// <summary>The numbers of the names in the names' order.</summary>
    /// <param name="text">Where the names are; they contain no NUL.</param>
    /// <param name="starts">Where each begins.</param>
    /// <param name="lengths">The length of each in bytes.</param>
    /// <param name="count">The number of names.</param>
    public static int[] Order(byte[] text, int[] starts, ushort[] lengths, int count)
    {
        int[] items = new int[count];
        for (int i = 0; i < count; i++)
            items[i] = i;
        var sort = new Sorter(text, starts, lengths, items);
        sort.Sort(0, count, depth: 0);
        return items;
    }

    private sealed class Sorter(byte[] text, int[] starts, ushort[] lengths, int[] items)
    {
        private readonly ulong[] _keys = new ulong[items.Length];
        private readonly ulong[] _keysAside = new ulong[items.Length];
        private readonly int[] _itemsAside = new int[items.Length];

        /// <summary>Sorts a run of names that are equal in their first <paramref name="depth"/> bytes.</summary>
        public void Sort(int from, int to, int depth)
        {
            for (int i = from; i < to; i++)
                _keys[i] = Key(items[i], depth);
            Merge(from, to);
            int start = from;
            for (int i = from + 1; i <= to; i++)
            {
                if (i < to && _keys[i] == _keys[start])
                    continue;

                // A NUL in the last place: the names have ended, and are the same.
                if (i - start > 1 && (_keys[start] & 0xFF) != 0)
                    Sort(start, i, depth + KeyLength); // changes the keys of this run only
                start = i;
            }
        }

        private ulong Key(int item, int depth)
        {
            int length = lengths[item] - depth;
            int start = starts[item] + depth;
            if (length >= KeyLength)
                return BinaryPrimitives.ReadUInt64BigEndian(text.AsSpan(start, KeyLength));
            ulong key = 0;
            for (int i = 0; i < length; i++)
                key |= (ulong)text[start + i] << (56 - (8 * i));
            return key;
        }

        private void Merge(int from, int to)
        {
            if (to - from <= InsertionLimit)
            {
                Insert(from, to);
                return;
            }

            int middle = (from + to) >> 1;
            Merge(from, middle);
            Merge(middle, to);
            if (_keys[middle - 1] <= _keys[middle])
                return; // in order already
            int length = middle - from;
            Array.Copy(_keys, from, _keysAside, from, length);
            Array.Copy(items, from, _itemsAside, from, length);
            int left = from, right = middle, next = from;
            while (left < middle)
            {
                if (right < to && _keys[right] < _keysAside[left])
                {
                    _keys[next] = _keys[right];
                    items[next++] = items[right++];
                }
                else
                {
                    _keys[next] = _keysAside[left];
                    items[next++] = _itemsAside[left++];
                }
            }
        }

        private void Insert(int from, int to)
        {
            for (int i = from + 1; i < to; i++)
            {
                ulong key = _keys[i];
                int item = items[i];
                int place = i;
                while (place > from && _keys[place - 1] > key)
                {
                    _keys[place] = _keys[place - 1];
                    items[place] = items[place - 1];
                    place--;
                }

                _keys[place] = key;
                items[place] = item;
            }
        }
    }
}
