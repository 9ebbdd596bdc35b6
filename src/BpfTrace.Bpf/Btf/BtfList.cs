using System.Collections;

namespace BpfTrace.Bpf.Btf;

/// <summary>An element of a type: a member, a parameter, a value, a variable.</summary>
/// <typeparam name="TSelf">The element's own type.</typeparam>
public interface IBtfElement<TSelf>
    where TSelf : struct, IBtfElement<TSelf>
{
    /// <summary>Reads the element at an index that is known to be in range.</summary>
    static abstract TSelf Read(BtfType owner, int index);
}

/// <summary>The elements of a type, read when they are asked for.</summary>
/// <typeparam name="T">The kind of element.</typeparam>
public readonly struct BtfList<T> : IReadOnlyList<T>
    where T : struct, IBtfElement<T>
{
    private readonly BtfType _owner;

    internal BtfList(BtfType owner, int count)
    {
        _owner = owner;
        Count = count;
    }

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>The element at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside of the list.</exception>
    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return T.Read(_owner, index);
        }
    }

    /// <summary>Goes through the elements without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Goes through the elements of a <see cref="BtfList{T}"/>.</summary>
    public struct Enumerator : IEnumerator<T>
    {
        private readonly BtfList<T> _list;
        private int _index;

        internal Enumerator(BtfList<T> list)
        {
            _list = list;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly T Current => _list[_index];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _list.Count;

        /// <inheritdoc/>
        public void Reset() => _index = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
