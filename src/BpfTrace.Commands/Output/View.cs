using System.ComponentModel;
using System.Management.Automation;

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
    private readonly Func<object?, object?> _show;

    internal PropertyView(Func<object?, object?> show) => _show = show;

    /// <summary>A property's value, harmless on a terminal.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property; one that is not there is null.</param>
    public object? this[PSObject value, string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(value);
            return _show(value.Properties[name]?.Value);
        }
    }
}
