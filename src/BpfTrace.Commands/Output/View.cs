using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>Something that views show of an object, by index: <c>$view[$_]</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class View
{
    private readonly Func<PSObject, object?> _show;

    internal View(Func<PSObject, object?> show) => _show = show;

    /// <summary>What is shown of an object.</summary>
    /// <param name="value">The object.</param>
    public object? this[PSObject value] => _show(value);
}

/// <summary>The properties of objects as views show them: <c>$view[$_, 'filename']</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PropertyView
{
    internal PropertyView()
    {
    }

    /// <summary>A property's value, harmless on a terminal: text and what is shown by its text is escaped, everything else as it is.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property; one that is not there is null.</param>
    public object? this[PSObject value, string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(value);
            return Escaped(value.Properties[name]?.Value);
        }
    }

    private static object? Escaped(object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            string text => ConsoleEscape.Escape(text),
            Symbol or StackTrace or BpfRecord or BpfTuple or PSObject => ConsoleEscape.Escape(plain.ToString() ?? ""),
            object?[] parts => Array.ConvertAll(parts, Escaped),
            ArrayList parts => Array.ConvertAll(parts.ToArray(), Escaped), // what serialisation makes of a list
            _ => plain,
        };
    }
}
