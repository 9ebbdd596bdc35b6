using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace BpfTrace.Commands.Completion;

/// <summary>
/// Which parameters have no completer yet, by index: <c>[PipelineCompletion]::Free['Where-Object', 'Property']</c>. A parameter has one completer, and the
/// last that is registered drops what the user or another module had registered before.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CompleterPlaces
{
    internal CompleterPlaces()
    {
    }

    /// <summary>Whether nobody else completes a command's parameter. No cmdlet lists the completers; where the engine's own list is not found it is taken to be empty.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parameter">The parameter; a completer can also be for this parameter of every command.</param>
    public bool this[string command, string parameter] =>
        Value(Value(Runspace.DefaultRunspace, "ExecutionContext"), "CustomArgumentCompleters") is not IDictionary known
        || (IsFree(known[$"{command}:{parameter}"]) && IsFree(known[parameter]));

    private static bool IsFree(object? completer) => completer is null or ScriptBlock { Module.Name: "BpfTrace" };

    private static object? Value(object? of, string property) =>
        of?.GetType().GetProperty(property, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(of);
}
