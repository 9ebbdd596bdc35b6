namespace BpfTrace;

/// <summary>An entry of a map. For a scalar map <see cref="Key"/> is null.</summary>
/// <remarks>A key of several parts is an <c>object[]</c>, and the parts are also <c>Key1</c>, <c>Key2</c>, … on the emitted object.</remarks>
public sealed class MapEntry
{
    /// <summary>An entry.</summary>
    /// <param name="map">The map's name with its <c>@</c>.</param>
    /// <param name="key">The key; null for a scalar map.</param>
    /// <param name="value">The value.</param>
    public MapEntry(string map, object? key, object? value)
    {
        Map = map;
        Key = key;
        Value = value;
    }

    /// <summary>The map's name with its <c>@</c>; just <c>@</c> for the anonymous one.</summary>
    public string Map { get; }

    /// <summary>
    /// The key: an integer, string, <see cref="bool"/>, a stack trace, …; an <c>object[]</c> for several; null for a scalar map.
    /// </summary>
    public object? Key { get; }

    /// <summary>The value: a number, string, a histogram, statistics, a stack trace, …</summary>
    public object? Value { get; }
}
