using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Gives every event type a table view of its own: the time, then a column for each value. The types come into being with the script, so
/// their views cannot be in the module's format file.
/// </summary>
internal sealed class EventViews
{
    // A shell that runs for days traces many scripts: the views of the latest are kept.
    private const int MaximumViews = 64;

    private readonly PSCmdlet _cmdlet;
    private readonly HashSet<Type> _known = [];
    private Type? _latest;
    private bool _isAvailable = true;

    public EventViews(PSCmdlet cmdlet) => _cmdlet = cmdlet;

    /// <summary>
    /// Where all events are of one type they get a table of their own. Events of several types in one stream share the view of their base:
    /// PowerShell would draw what differs from the first object as a list.
    /// </summary>
    /// <returns>What is to see each event's type; null where nothing is.</returns>
    public static Action<Type>? ForSites(PSCmdlet cmdlet, int eventSites) => eventSites == 1 ? new EventViews(cmdlet).Register : null;

    /// <summary>
    /// As <see cref="ForSites"/>, for events that come later and on another thread: what they will look like is known before the trace runs.
    /// </summary>
    public static void Register(PSCmdlet cmdlet, CompiledTrace trace)
    {
        if (trace.EventSiteCount == 1 && ScriptReports.EventTypesOf(trace) is [ScriptEventType only])
        {
            new EventViews(cmdlet).Register(only.TypeName, [.. only.Properties.Select(p => new EventColumn(p.Name, Type.GetType(p.TypeName)))]);
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

        PropertyInfo[] values = eventType.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        Register(eventType.FullName!, [.. values.Select(p => new EventColumn(p.Name, p.PropertyType))]);
    }

    private void Register(string typeName, EventColumn[] values)
    {
        if (!_isAvailable || values.Length == 0 || Runspace.DefaultRunspace?.InitialSessionState is not { } state)
        {
            return;
        }

        var definition = new ExtendedTypeDefinition(
            typeName,
            [new FormatViewDefinition(typeName, Table(values)), new FormatViewDefinition(typeName, List(values))]);
        RemoveOld(state.Formats, typeName);
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

    /// <summary>Takes away the view an earlier script gave a type of this name, and the oldest where there are many.</summary>
    private static void RemoveOld(InitialSessionStateEntryCollection<SessionStateFormatEntry> formats, string typeName)
    {
        int kept = 0;
        for (int i = formats.Count - 1; i >= 0; i--)
        {
            if (formats[i].FormatData?.TypeName is { } name && name.StartsWith("BpfTrace.Event.", StringComparison.Ordinal) && (name == typeName || ++kept >= MaximumViews))
            {
                formats.RemoveItem(i);
            }
        }
    }

    private static TableControl Table(EventColumn[] values)
    {
        TableControlBuilder table = TableControl.Create(outOfBand: false, autoSize: false, hideTableHeaders: false);
        table.AddHeader(Alignment.Left, 15, "Time");
        foreach (EventColumn value in values)
        {
            table.AddHeader(value.IsNumber ? Alignment.Right : Alignment.Left, value.Width, value.Label);
        }

        TableRowDefinitionBuilder row = table.StartRowDefinition(wrap: false, entrySelectedByType: null, entrySelectedByCondition: null);
        row.AddPropertyColumn(nameof(TraceEvent.Timestamp), Alignment.Left, "{0:HH:mm:ss.ffffff}");
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

    /// <summary>A value of an event, as it is shown.</summary>
    /// <param name="name">The property.</param>
    /// <param name="type">Its type; null for one of ours, which knows how it is written.</param>
    private sealed class EventColumn(string name, Type? type)
    {
        // Command names are the one kind of text whose length is known: the kernel keeps 15 bytes.
        private const int CommandWidth = 15;
        private const int TimeWidth = 12;

        public string Name { get; } = name;

        public bool IsText { get; } = type == typeof(string);

        /// <summary>How a time is shown beside the event's own, which has the date when it is asked for.</summary>
        public string? Format { get; } = type == typeof(DateTimeOffset) ? "{0:HH:mm:ss.fff}" : null;

        // Text from the kernel is hostile: a file name can carry terminal escapes.
        // So can a name that was read from a recording, and it must not end the quotes it stands in.
        public string Escaped => $"[BpfTrace.Formatting.ConsoleEscape]::Escape($_.'{CodeGeneration.EscapeSingleQuotedStringContent(Name)}')";

        /// <summary>The name, as it is shown.</summary>
        public string Label => ConsoleEscape.Escape(Name);

        public bool IsNumber => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal && type is { IsEnum: false };

        /// <summary>Columns of the screen, so that rows can be written as they come; 0 for a share of what is left.</summary>
        public int Width
        {
            get
            {
                int width = Type.GetTypeCode(type) switch
                {
                    _ when type is { IsEnum: true } => 0,
                    _ when Format is not null => TimeWidth,
                    _ when Name == "comm" => CommandWidth,
                    TypeCode.Boolean => 5,
                    TypeCode.SByte or TypeCode.Byte => 4,
                    TypeCode.Int16 or TypeCode.UInt16 => 6,
                    TypeCode.Int32 or TypeCode.UInt32 => 10,
                    _ => 0,
                };
                return width == 0 ? 0 : Math.Max(width, Name.Length);
            }
        }
    }
}
