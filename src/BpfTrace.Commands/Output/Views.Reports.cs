using System.Management.Automation;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <content>What is known of a script.</content>
public static partial class Views
{
    /// <summary>What a script costs, a line for each kind of probe and one for the memory.</summary>
    /// <param name="report">A <see cref="ScriptReport"/>; of what became of one by serialisation the sums.</param>
    public static string[] Cost(PSObject report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.BaseObject is ScriptReport own ? [.. CostText.Lines(own)] : [Part(report, nameof(ScriptReport.Cost))];
    }

    /// <summary>A size in bytes, as <c>8 MiB</c>.</summary>
    /// <param name="bytes">The size.</param>
    public static string Bytes(long bytes) => CostText.Bytes(bytes);

    /// <summary>A property of an event with its .NET type: <c>pid : UInt32</c>.</summary>
    /// <param name="property">A <see cref="ScriptProperty"/>, or what became of one by serialisation.</param>
    public static string Property(PSObject property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return ConsoleEscape.Escape($"{Part(property, nameof(ScriptProperty.Name))} : {TypeName(Part(property, nameof(ScriptProperty.TypeName)))}");
    }

    /// <summary>A type's name as PowerShell writes it: without <c>System.</c>.</summary>
    /// <param name="name">The type's full name.</param>
    public static string TypeName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.LastIndexOf('.') == "System".Length && name.StartsWith("System.", StringComparison.Ordinal) ? name["System.".Length..] : name;
    }
}
