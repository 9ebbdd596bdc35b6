using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Gives every event type a table view of its own: the time, then a column for each value. The types come into being with the script, so
/// their views cannot be in the module's format file.
/// </summary>
internal sealed class EventViews
{
    private readonly PSCmdlet _cmdlet;
    private readonly HashSet<Type> _known = [];
    private bool _isAvailable = true;

    public EventViews(PSCmdlet cmdlet) => _cmdlet = cmdlet;

    /// <summary>
    /// Where all events are of one type they get a table of their own. Events of several types in one stream share the view of their base:
    /// PowerShell would draw what differs from the first object as a list.
    /// </summary>
    /// <returns>What is to see each event's type; null where nothing is.</returns>
    public static Action<Type>? ForSites(PSCmdlet cmdlet, int eventSites) => eventSites == 1 ? new EventViews(cmdlet).Register : null;

    /// <summary>Registers the type's view when the type is new. On the pipeline thread only.</summary>
    public void Register(Type eventType)
    {
        // The events that are the same for all scripts are shown as the module's format file says.
        if (!_known.Add(eventType) || !_isAvailable || !eventType.IsSubclassOf(typeof(TypedEvent)))
        {
            return;
        }

        PropertyInfo[] values = eventType.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        if (values.Length == 0 || Runspace.DefaultRunspace?.InitialSessionState is not { } state)
        {
            return;
        }

        var definition = new ExtendedTypeDefinition(eventType.FullName!, [new FormatViewDefinition(eventType.FullName!, Table(values))]);
        state.Formats.Add(new SessionStateFormatEntry(definition));
        try
        {
            _cmdlet.InvokeCommand.InvokeScript("Microsoft.PowerShell.Utility\\Update-FormatData");
        }
        catch (CommandNotFoundException)
        {
            // A constrained session without the command: the module's own view of events serves, which shows the text.
            _isAvailable = false;
        }
    }

    private static TableControl Table(PropertyInfo[] values)
    {
        TableControlBuilder table = TableControl.Create(outOfBand: false, autoSize: false, hideTableHeaders: false);
        table.AddHeader(Alignment.Left, 15, "Time");
        foreach (PropertyInfo value in values)
        {
            table.AddHeader(IsNumber(value.PropertyType) ? Alignment.Right : Alignment.Left, 0, value.Name);
        }

        TableRowDefinitionBuilder row = table.StartRowDefinition(wrap: false, entrySelectedByType: null, entrySelectedByCondition: null);
        row.AddPropertyColumn(nameof(TraceEvent.Timestamp), Alignment.Left, "{0:HH:mm:ss.ffffff}");
        foreach (PropertyInfo value in values)
        {
            if (value.PropertyType == typeof(string))
            {
                // Text from the kernel is hostile: a file name can carry terminal escapes.
                row.AddScriptBlockColumn($"[BpfTrace.Formatting.ConsoleEscape]::Escape($_.'{value.Name}')", Alignment.Undefined, format: null);
            }
            else
            {
                row.AddPropertyColumn(value.Name, Alignment.Undefined, format: null);
            }
        }

        return row.EndRowDefinition().EndTable();
    }

    private static bool IsNumber(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;
}
