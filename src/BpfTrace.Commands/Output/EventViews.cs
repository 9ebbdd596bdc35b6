using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Gives every event type a table view of its own: the time, then a column for each value. The types come into being with the script, so
/// their views cannot be in the module's format file.
/// </summary>
internal sealed class EventViews
{
    private const int MicrosecondsWidth = 15;
    private const int SecondsWidth = 8;

    // A shell that runs for days traces many scripts: the views of the latest are kept.
    private const int MaximumViews = 64;

    private readonly PSCmdlet _cmdlet;
    private readonly HashSet<Type> _known = [];
    private Type? _latest;

    public EventViews(PSCmdlet cmdlet) => _cmdlet = cmdlet;

    /// <summary>
    /// Where all events are of one type they get a table of their own. Events of several types in one stream share the view of their base:
    /// PowerShell would draw what differs from the first object as a list.
    /// </summary>
    /// <returns>What is to see each event's type where only the events tell it, those of a recording; null where nothing is.</returns>
    public static Action<Type>? ForSites(PSCmdlet cmdlet, int eventSites) => eventSites == 1 ? new EventViews(cmdlet).Register : null;

    /// <summary>
    /// As <see cref="ForSites"/>, for a trace: what its events will look like is known before there are any.
    /// </summary>
    public static void Register(PSCmdlet cmdlet, CompiledTrace trace)
    {
        if (trace.EventSiteCount != 1 || ScriptReports.EventTypesOf(trace) is not [ScriptEventType only])
        {
            return;
        }

        // The events that are the same for all scripts are shown as the module's format file says.
        string columns = only.GetColumnsTypeName();
        if (columns != only.TypeName)
        {
            new EventViews(cmdlet).Register(columns, [.. only.Properties.Select(p => new EventColumn(p.Name, TypeOf(p.TypeName)))]);
        }
    }

    /// <summary>Registers the type's view when the type is new. On the pipeline thread only.</summary>
    public void Register(Type eventType)
    {
        if (eventType == _latest)
        {
            return;
        }

        _latest = eventType;
        // The events that are the same for all scripts are shown as the module's format file says.
        if (!_known.Add(eventType) || !eventType.IsSubclassOf(typeof(TypedEvent)))
        {
            return;
        }

        // Under the name of what all events with these columns derive from: the type's own comes again with other columns in the next script.
        PropertyInfo[] values = eventType.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        Register(eventType.BaseType!.FullName!, [.. values.Select(p => new EventColumn(p.Name, p.PropertyType))]);
    }

    private void Register(string typeName, EventColumn[] values)
    {
        if (values.Length == 0 || Runspace.DefaultRunspace?.InitialSessionState is not { } state)
        {
            return;
        }

        // A table is for the width the console has now; PowerShell would leave out the columns that do not fit, and not say so.
        int width = Width();
        TableFit fit = WidthOf(values, TableFit.Roomy) <= width ? TableFit.Roomy : WidthOf(values, TableFit.Shared) <= width ? TableFit.Shared : TableFit.Narrow;
        string? name = WidthOf(values, fit) <= width ? typeName + "#" + fit.ToString() : null;
        if (!Replace(state.Formats, typeName, name, () => new ExtendedTypeDefinition(
            typeName,
            [new FormatViewDefinition(name, Table(values, fit)), new FormatViewDefinition(typeName, List(values))])))
        {
            return;
        }

        try
        {
            _cmdlet.InvokeCommand.InvokeScript("Microsoft.PowerShell.Utility\\Update-FormatData");
        }
        catch (CommandNotFoundException)
        {
            // A constrained session without the command: the module's own view of events serves, which shows the text.
        }
    }

    /// <summary>Puts a definition in the place of the type's earlier one, or takes that away; false where it is there already. Of many types the oldest go.</summary>
    private static bool Replace(InitialSessionStateEntryCollection<SessionStateFormatEntry> formats, string typeName, string? name, Func<ExtendedTypeDefinition> make)
    {
        bool isChanged = name is not null;
        int kept = 0;
        for (int i = formats.Count - 1; i >= 0; i--)
        {
            if (formats[i].FormatData is not { } known || !known.TypeName.StartsWith("BpfTrace.Events_", StringComparison.Ordinal) || (known.TypeName != typeName && ++kept < MaximumViews))
            {
                continue;
            }

            if (known.TypeName == typeName && known.FormatViewDefinition[0].Name == name)
            {
                return false;
            }

            formats.RemoveItem(i);
            isChanged = true;
        }

        if (name is not null)
        {
            formats.Add(new SessionStateFormatEntry(make()));
        }

        return isChanged;
    }

    /// <summary>A type that a report names; null for those that know how they are written.</summary>
    private static Type? TypeOf(string name) => name == typeof(StackTrace).FullName ? typeof(StackTrace) : Type.GetType(name);

    /// <summary>Columns of the console; what PowerShell takes where output is redirected; without bounds where there is none.</summary>
    private int Width()
    {
        try
        {
            return _cmdlet.Host.UI.RawUI.BufferSize.Width;
        }
        catch (Exception exception) when (exception is HostException or NotImplementedException or PSNotImplementedException)
        {
            return int.MaxValue; // a host without a console
        }
    }

    private static int WidthOf(EventColumn[] values, TableFit fit) =>
        (fit == TableFit.Narrow ? SecondsWidth : MicrosecondsWidth) + values.Sum(v => 1 + v.LeastWidth(fit));

    private static TableControl Table(EventColumn[] values, TableFit fit)
    {
        bool isNarrow = fit == TableFit.Narrow;
        TableControlBuilder table = TableControl.Create(outOfBand: false, autoSize: false, hideTableHeaders: false);
        table.AddHeader(Alignment.Left, isNarrow ? SecondsWidth : MicrosecondsWidth, "Time");
        foreach (EventColumn value in values)
        {
            table.AddHeader(value.IsNumber ? Alignment.Right : Alignment.Left, value.Width(fit), value.Label);
        }

        TableRowDefinitionBuilder row = table.StartRowDefinition(wrap: Array.Exists(values, static v => v.IsTall), entrySelectedByType: null, entrySelectedByCondition: null);
        row.AddPropertyColumn(nameof(TraceEvent.Timestamp), Alignment.Left, isNarrow ? "{0:HH:mm:ss}" : "{0:HH:mm:ss.ffffff}");
        foreach (EventColumn value in values)
        {
            if (value.IsText)
            {
                row.AddScriptBlockColumn(value.Escaped, Alignment.Undefined, format: null);
            }
            else
            {
                row.AddPropertyColumn(value.Name, Alignment.Undefined, value.Format);
            }
        }

        return row.EndRowDefinition().EndTable();
    }

    /// <summary>The list: everything but what every event repeats of itself.</summary>
    private static ListControl List(EventColumn[] values)
    {
        ListEntryBuilder entry = ListControl.Create(outOfBand: false).StartEntry(entrySelectedByType: null, entrySelectedByCondition: null);
        foreach (EventColumn value in values)
        {
            if (value.IsText)
            {
                entry.AddItemScriptBlock(value.Escaped, value.Label, format: null);
            }
            else
            {
                entry.AddItemProperty(value.Name, value.Label, format: null);
            }
        }

        foreach (string name in new[] { nameof(TraceEvent.Timestamp), nameof(TraceEvent.ProbeName), nameof(TraceEvent.CpuId) })
        {
            entry.AddItemProperty(name, label: null, format: null);
        }

        return entry.EndEntry().EndList();
    }
}
