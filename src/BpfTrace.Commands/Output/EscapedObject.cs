using System.Management.Automation;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Events and entries whose text holds what a terminal would obey. PowerShell lists what follows objects of another kind without our views; a type name of
/// their own lets it list them by properties that are escaped. Only they have them: a property that all objects have would be in every file and job, and one
/// that is made up when asked for makes every object answer to every name, which <c>Measure-Object</c> then counts.
/// </summary>
internal static class EscapedObject
{
    /// <summary>An event as it goes into the stream.</summary>
    public static PSObject Create(TraceEvent traceEvent)
    {
        var result = new PSObject(traceEvent);
        Mark(result, "BpfTrace.TraceEvent");
        return result;
    }

    /// <summary>An entry of a map as it goes into the stream.</summary>
    public static PSObject Create(MapEntry entry)
    {
        var result = new PSObject(entry);
        Mark(result, "BpfTrace.MapEntry");
        return result;
    }

    /// <summary>Whether a property is one that such an object has beside its own; what another process makes of it has them like any other.</summary>
    public static bool IsAdded(string property) => property.EndsWith(" (escaped)", StringComparison.Ordinal);

    // In front of what lists others of the kind; the names before it say which type and view an object has.
    private static void Mark(PSObject value, string kind)
    {
        string name = kind + "#Escaped";
        if (!value.TypeNames.Contains(name))
        {
            value.TypeNames.Insert(value.TypeNames.IndexOf(kind), name);
        }
    }
}
