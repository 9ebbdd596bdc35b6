using System.Management.Automation;
using BpfTrace.Export;

namespace BpfTrace.Commands.Output;

/// <summary>The columns of one type of object, and the file they go to.</summary>
/// <param name="typeName">The type's name.</param>
/// <param name="name">The table's: several of one type, of different columns, are numbered.</param>
/// <param name="properties">The objects' properties: the columns, unless an existing file has others.</param>
internal sealed class EventTable(string typeName, string name, string[] properties)
{
    private readonly string[] _properties = properties;
    private object?[] _values = new object?[properties.Length];
    private string[] _names = properties;

    /// <summary>Whether objects of a type have the properties that this table was made for.</summary>
    public bool IsFor(string type, string[] columns) => typeName == type && _properties.AsSpan().SequenceEqual(columns);

    public string Name => name;

    /// <summary>The columns' names: the properties that are read.</summary>
    public string[] Names
    {
        get => _names;
        set
        {
            _names = value;
            _values = new object?[value.Length];
        }
    }

    /// <summary>Reads the values of events of types made for scripts; null for other objects, and where an event has got further properties.</summary>
    public EventColumns? Columns { get; set; }

    /// <summary>The CSV file; null when it may not be written, and for other formats.</summary>
    public CsvFile? Csv { get; set; }

    /// <summary>Its path; empty without one.</summary>
    public string File { get; set; } = "";

    /// <summary>An object's values; valid until the next object's.</summary>
    public ReadOnlySpan<object?> Read(PSObject item)
    {
        if (Columns is not null && item.BaseObject is TypedEvent made)
        {
            Columns.Read(made, _values);
            return _values;
        }

        bool isEvent = item.BaseObject is TraceEvent || item.TypeNames.Contains("Deserialized.BpfTrace.TraceEvent");
        for (int i = 0; i < _names.Length; i++)
        {
            _values[i] = Plain(ValueOf(item.Properties[_names[i]]), isEvent);
        }

        return _values;
    }

    private static object? ValueOf(PSPropertyInfo? property)
    {
        try
        {
            return property?.Value;
        }
        catch (GetValueException)
        {
            return null; // a script property that fails: Export-Csv leaves it empty too
        }
    }

    /// <summary>The value without PowerShell's wrapping and as it was before serialisation; an event's text without its line end, which would be a line of the file.</summary>
    private static object? Plain(object? value, bool isEvent) => value switch
    {
        PSObject wrapped => RestoredModel.Value(wrapped) is var plain && plain is PSObject custom ? custom.ToString() : plain,
        string text when isEvent && text.EndsWith('\n') => text[..^1],
        _ => value,
    };
}
