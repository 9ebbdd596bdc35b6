using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>An entry of a map. For a scalar map <see cref="Key"/> is null.</summary>
/// <remarks>A key of several parts is a <see cref="BpfTuple"/>, and the parts are also <c>Key1</c>, <c>Key2</c>, … on the emitted object.</remarks>
public class MapEntry
{
    private readonly BpfType? _keyType;
    private readonly BpfType? _valueType;
    private readonly string? _text;

    /// <summary>An entry.</summary>
    /// <param name="map">The map's name with its <c>@</c>.</param>
    /// <param name="key">The key; an <c>object[]</c> or a tuple of several parts; null for a scalar map.</param>
    /// <param name="value">The value.</param>
    public MapEntry(string map, object? key, object? value)
    {
        Map = map;
        Key = key is object?[] parts && key.GetType() == typeof(object[]) ? new BpfTuple(parts) : key;
        Value = value;
    }

    internal MapEntry(MapSymbol map, object? key, object? value)
        : this(map.Name, key, value)
    {
        _keyType = map.KeyType;
        _valueType = map.ValueType;
    }

    /// <summary>An entry of a recording.</summary>
    internal MapEntry(string map, object? key, object? value, string? text)
        : this(map, key, value) => _text = text;

    /// <summary>The same entry, as an object of a class of its own that shows it differently.</summary>
    /// <param name="other">The entry.</param>
    protected MapEntry(MapEntry other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Map, Key, Value, SessionId) = (other.Map, other.Key, other.Value, other.SessionId);
        (_keyType, _valueType, _text) = (other._keyType, other._valueType, other._text);
    }

    /// <summary>The map's name with its <c>@</c>; just <c>@</c> for the anonymous one.</summary>
    public virtual string Map { get; }

    /// <summary>
    /// The key: an integer, string, <see cref="bool"/>, <see cref="StackTrace"/>, …; a <see cref="BpfTuple"/> for several; null for a scalar map.
    /// </summary>
    public virtual object? Key { get; }

    /// <summary>The value: a number, string, <see cref="Histogram"/>, <see cref="Stats"/>, <see cref="StackTrace"/>, …</summary>
    public virtual object? Value { get; }

    /// <summary>The session it came from; 0 for an entry made elsewhere.</summary>
    internal int SessionId { get; set; }

    /// <summary>The same entry as an object of its own.</summary>
    internal MapEntry Copy() => (MapEntry)MemberwiseClone();

    /// <summary>The key's parts: none for a scalar map, one for a simple key, each element of a tuple key.</summary>
    public IReadOnlyList<object?> GetKeyParts() => Key switch
    {
        null => [],
        BpfTuple parts => parts,
        _ => [Key],
    };

    /// <summary>Exactly what bpftrace prints for it, line ends included: a line, or a block for a histogram or time series.</summary>
    internal string Text
    {
        get
        {
            if (_text is not null)
                return _text;
            var writer = new Utf8Writer();
            MapWriter.WriteEntry(writer, Map, _keyType, Key, _valueType, Value);
            return writer.ToString();
        }
    }

    /// <summary>What bpftrace prints for it, without the line ends at its end.</summary>
    public override string ToString() => Text.TrimEnd('\n');
}
