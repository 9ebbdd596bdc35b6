using System.Globalization;
using System.Management.Automation;
using System.Text;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <content>What is known of a script.</content>
public static partial class Views
{
    private const int ShownItems = 10;

    /// <summary>What Test-BpfScript -Detailed says of a script: its messages in full, then what it is made of and what it costs.</summary>
    public static View Report { get; } = new(ReportOf);

    /// <summary>The properties of a type of event with their .NET types, one a line: <c>pid : UInt32</c>.</summary>
    public static View Properties { get; } = new(static type => string.Join('\n', PropertiesOf(type)));

    /// <summary>A type's name as PowerShell writes it: without <c>System.</c>.</summary>
    /// <param name="name">The type's full name.</param>
    public static string TypeName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.LastIndexOf('.') == "System".Length && name.StartsWith("System.", StringComparison.Ordinal) ? name["System.".Length..] : name;
    }

    private static string ReportOf(PSObject report)
    {
        var text = new StringBuilder(report.ToString());
        foreach (object? diagnostic in PartsOf(Property(report, nameof(ScriptReport.Diagnostics))) ?? [])
        {
            text.Append('\n').Append(PlainText(diagnostic));
        }

        AddSection(text, "Probes", Property(report, nameof(ScriptReport.Probes)), ShownItems);
        if (PartsOf(Property(report, nameof(ScriptReport.Attachments))) is { } attachments && attachments.Any())
        {
            // Of what became of a report by serialisation the sums.
            AddSection(text, "Cost", report.BaseObject is ScriptReport own ? CostText.Lines(own) : Property(report, nameof(ScriptReport.Cost)), int.MaxValue);
        }

        AddSection(text, "Events", (PartsOf(Property(report, nameof(ScriptReport.EventTypes))) ?? []).OfType<object>().Select(static e => EventLine(PSObject.AsPSObject(e))), int.MaxValue);
        AddSection(text, "Maps", Property(report, nameof(ScriptReport.Maps)), int.MaxValue);
        AddSection(text, "Programs", Property(report, nameof(ScriptReport.Programs)), ShownItems, static program =>
        {
            string verified = Property(program, nameof(ScriptProgram.VerifiedInstructions)) is { } count ? $", {PlainText(count)} verified" : "";
            return PartsOf(Property(program, nameof(ScriptProgram.StackDepths))) is { } depths ? $"{verified}, stack {string.Join('+', depths.Select(PlainText))} bytes" : verified;
        });
        return ConsoleEscape.Escape(text.ToString());
    }

    private static void AddSection(StringBuilder text, string title, object? items, int shown, Func<PSObject, string>? detail = null)
    {
        PSObject[] all = [.. (PartsOf(items) ?? []).Where(static i => i is not null).Select(static i => PSObject.AsPSObject(i!))];
        if (all.Length == 0)
        {
            return;
        }

        text.Append("\n\n").Append(title).Append(':');
        foreach (PSObject item in all.Take(shown))
        {
            text.Append("\n  ").Append(item + detail?.Invoke(item));
        }

        if (all.Length > shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  ... and {all.Length - shown} more");
        }
    }

    private static string EventLine(PSObject type) =>
        $"line {Part(type, nameof(ScriptEventType.Line))}: {Part(type, nameof(ScriptEventType.Kind))} {{ {string.Join("; ", PropertiesOf(type))} }}";

    private static IEnumerable<string> PropertiesOf(PSObject type) =>
        from property in PartsOf(Property(type, nameof(ScriptEventType.Properties))) ?? []
        let item = PSObject.AsPSObject(property!)
        select ConsoleEscape.Escape($"{Part(item, nameof(ScriptProperty.Name))} : {TypeName(Part(item, nameof(ScriptProperty.TypeName)))}");
}
