using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace BpfTrace.Commands.Completion;

/// <summary>
/// Where properties of what comes down the pipeline are completed, and nobody else completes them yet. A parameter has one completer, and the last that is registered
/// drops what the user or another module had registered before.
/// </summary>
internal static class CompleterPlaces
{
    private static readonly (string Parameter, string[] Commands)[] s_all =
    [
        ("Property", ["Where-Object", "Sort-Object", "Select-Object", "Group-Object", "Measure-Object", "Format-Table", "Format-List"]),
        ("ExpandProperty", ["Select-Object"]),
        ("MemberName", ["ForEach-Object"]),
    ];

    /// <summary>The free ones: for each parameter the arguments of <c>Register-ArgumentCompleter</c> but the script block.</summary>
    public static Hashtable[] FindFree()
    {
        // No cmdlet lists the completers. Where the engine's own list is not found it is taken to be empty.
        var known = Value(Value(Runspace.DefaultRunspace, "ExecutionContext"), "CustomArgumentCompleters") as IDictionary;
        var free = new List<Hashtable>();
        foreach ((string parameter, string[] commands) in s_all)
        {
            string[] names = Array.FindAll(commands, command => IsFree(known, $"{command}:{parameter}") && IsFree(known, parameter));
            if (names.Length > 0)
            {
                free.Add(new Hashtable { ["CommandName"] = names, ["ParameterName"] = parameter });
            }
        }

        return [.. free];
    }

    // A completer can also be for a parameter of every command.
    private static bool IsFree(IDictionary? known, string place) => known?[place] is null or ScriptBlock { Module.Name: "BpfTrace" };

    private static object? Value(object? of, string property) =>
        of?.GetType().GetProperty(property, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(of);
}
