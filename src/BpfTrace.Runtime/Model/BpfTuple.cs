using System.Collections;
using BpfTrace.Decoding;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>
/// A tuple <c>(1, "x")</c> as a value or key: a list that cannot be changed and, unlike an <c>object[]</c>, equals another of the same
/// elements, sorts by them and prints as bpftrace prints it. So <c>Group-Object Key</c>, <c>Sort-Object Key</c>, <c>Export-Csv</c> and hash
/// tables by key work; <c>$_.Key[0]</c>, <c>foreach</c> and <c>-contains</c> do as with an array.
/// </summary>
#pragma warning disable CA1036 // ordered for Sort-Object; operators on lists would say nothing
#pragma warning disable CA1710 // a tuple is what the language calls it
public sealed class BpfTuple : IReadOnlyList<object?>, IList, IEquatable<BpfTuple>, IComparable<BpfTuple>, IComparable
#pragma warning restore CA1710, CA1036
{
    private readonly object?[] _values;
    private readonly TupleType? _type;
    private string? _text;

    /// <summary>A tuple of these elements.</summary>
    /// <param name="values">The elements; copied.</param>
    public BpfTuple(IEnumerable<object?> values) => _values = [.. values];

    internal BpfTuple(object?[] values, TupleType? type)
    {
        _values = values;
        _type = type;
    }

    /// <summary>How many elements.</summary>
    public int Count => _values.Length;

    /// <summary>The same, by the name arrays have for it.</summary>
    public int Length => _values.Length;

    /// <summary>An element.</summary>
    /// <param name="index">From 0.</param>
    public object? this[int index] => _values[index];

    /// <inheritdoc/>
    object? IList.this[int index]
    {
        get => _values[index];
        set => throw Unchangeable();
    }

    bool IList.IsFixedSize => true;

    bool IList.IsReadOnly => true;

    bool ICollection.IsSynchronized => false;

    object ICollection.SyncRoot => this;

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => ((IEnumerable<object?>)_values).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _values.GetEnumerator();

    /// <summary>As bpftrace prints it: <c>(1, x)</c>.</summary>
    public override string ToString()
    {
        if (_text is not null)
            return _text;
        var writer = new Utf8Writer();
        ObjectWriter.Write(writer, _type, this);
        return writer.ToString();
    }

    /// <summary>Whether the other has equal elements: of the same type each, arrays by what is in them.</summary>
    public bool Equals(BpfTuple? other) => other is not null && ValueOrder.AreEqual(_values, other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BpfTuple);

    /// <inheritdoc/>
    public override int GetHashCode() => ValueOrder.HashOf(_values);

    /// <summary>By the first element that differs.</summary>
    public int CompareTo(BpfTuple? other) => other is null ? 1 : ValueOrder.Compare(_values, other._values);

    /// <summary>As for any other of its type; what is none comes to no order with it.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is of another type. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj is null or BpfTuple ? CompareTo(obj as BpfTuple) : throw ValueOrder.Unordered(this, obj);

    bool IList.Contains(object? value) => Array.IndexOf(_values, value) >= 0;

    int IList.IndexOf(object? value) => Array.IndexOf(_values, value);

    void ICollection.CopyTo(Array array, int index) => _values.CopyTo(array, index);

    int IList.Add(object? value) => throw Unchangeable();

    void IList.Clear() => throw Unchangeable();

    void IList.Insert(int index, object? value) => throw Unchangeable();

    void IList.Remove(object? value) => throw Unchangeable();

    void IList.RemoveAt(int index) => throw Unchangeable();

    /// <summary>The text of one whose elements do not say how they are written.</summary>
    internal void SetText(string text) => _text = text;

    internal string? OwnText => _text;

    internal object?[] Values => _values;

    private static NotSupportedException Unchangeable() => new("A tuple cannot be changed.");
}
