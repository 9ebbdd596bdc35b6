using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using BpfTrace.Formatting;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands.Output;

/// <summary>
/// What the module's views show. The format file asks by <c>[BpfTrace.Commands.Output.Views]::Key[$_]</c>: a static property and its index are read in every
/// language mode, a method of ours is called in FullLanguage only. (Hidden properties of the objects would do too, but they are serialised.)
/// </summary>
/// <remarks>Each takes the object, or what a file or a remote session made of it.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Views
{
    /// <summary>The object's own text.</summary>
    public static View Text { get; } = new(TextOf);

    /// <summary>The fields of a record, or what an event's type adds to what every event has: a line <c>name = value</c> for each, harmless on a terminal.</summary>
    public static View Values { get; } = new(ValuesOf);

    /// <summary>A property by its name, harmless on a terminal: text and what is shown by its text; everything else as it is.</summary>
    public static PropertyView Escaped { get; } = new(EscapedValue);

    /// <summary>The name of an entry's map to group by: PowerShell compares texts without regard to case, and a script can have @n and @N.</summary>
    public static View Map { get; } = new(static entry => Escaped[entry, nameof(MapEntry.Map)] is string name ? new MapName(name) : null);

    /// <summary>The list that a property holds, each element by its text on a line of its own, harmless on a terminal.</summary>
    public static PropertyView Lines { get; } = new(static value => ConsoleEscape.Escape(string.Join('\n', (PartsOf(value) ?? []).Select(PlainText))));

    /// <summary>The maps of a trace, with how many entries are in those that have a key.</summary>
    public static View Maps { get; } = new(MapsOf);

    /// <summary>
    /// A histogram, or the entry of a map that stands alone: a histogram with its bars, a time series as a row, anything else by its text. Block characters and
    /// colours on a console that can show them, elsewhere the text that bpftrace prints.
    /// </summary>
    public static View Block { get; } = new(BlockOf);

    /// <summary>The key of a map's entry as a list of its parts.</summary>
    public static View Key { get; } = new(KeyOf);

    /// <summary>
    /// The key in a cell before the value's: no longer than leaves room for that, its middle left out. PowerShell makes the column as wide as the longest key, and drops what
    /// is behind it.
    /// </summary>
    public static View KeyCell { get; } = new(static entry => Shortened(KeyOf(entry), Math.Max(Width - ValueWidth, LeastKey)));

    /// <summary>As <see cref="KeyCell"/>, before a count, an average and a total.</summary>
    public static View StatsKeyCell { get; } = new(static entry => Shortened(KeyOf(entry), Math.Max(Width - StatsWidth, LeastKey)));

    /// <summary>A key with stacks: a line for each frame, and for each other part.</summary>
    public static View StackKey { get; } = new(static entry => ConsoleEscape.Escape(string.Join(",\n", (PartsOf(Property(entry, nameof(Key))) ?? []).Select(PlainText))));

    /// <summary>The value of a map's entry in a cell of a table or list: a time series as a row of a heat map, a histogram with short bars, anything else by its text.</summary>
    public static View Value { get; } = new(ValueOf);

    /// <summary>The value of a map's entry by its text: bpftrace's bars and graphs.</summary>
    public static View Graph { get; } = new(GraphOf);

    /// <summary>The time series of a map's entry as a row of a heat map; empty for others.</summary>
    public static View Row { get; } = new(RowOf);

    /// <summary>The least value of an entry's time series; null where it has none.</summary>
    public static View Least { get; } = new(static entry => SeriesOf(entry) is { } series ? TextCharts.ValuesOf(series).Min() : null);

    /// <summary>The largest value of an entry's time series; null where it has none.</summary>
    public static View Largest { get; } = new(static entry => SeriesOf(entry) is { } series ? TextCharts.ValuesOf(series).Max() : null);

    /// <summary>The last value of an entry's time series; null where it has none.</summary>
    public static View Last { get; } =
        new(static entry => SeriesOf(entry) is { } series ? Array.FindLast(TextCharts.ValuesOf(series), static v => v is not null) : null);

    /// <summary>A stack in one line, outermost frame first: <c>main;read;sys_read</c>.</summary>
    public static View Folded { get; } = new(static stack => ConsoleEscape.Escape(PlainText(Property(stack, nameof(Folded)))));

    /// <summary>The names of a trace's probes.</summary>
    public static View Probes { get; } = new(static session => ConsoleEscape.Escape(string.Join(
        ", ",
        (PartsOf(Property(session, nameof(Probes))) ?? []).Select(static probe => Part(PSObject.AsPSObject(probe!), nameof(AttachTarget.FullName))))));

    private const int DefaultWidth = 80;

    // Of a histogram in a cell: leaves a third of a narrow console to the key.
    private const int CellWidth = 52;

    // A number, and what separates it.
    private const int ValueWidth = 22;
    private const int StatsWidth = 44;
    private const int LeastKey = 20;

    /// <summary>An entry's key as a list of its parts; not escaped.</summary>
    internal static string KeyText(MapEntry entry) => string.Join(", ", entry.GetKeyParts().Select(PlainText));

    /// <summary>Whether neither block characters nor colours are wanted.</summary>
    private static bool IsPlain => Console.IsOutputRedirected || HostStyle.IsAscii;

    private static int Width
    {
        get
        {
            try
            {
                return Math.Clamp(Console.WindowWidth - 1, 20, 120);
            }
            catch (IOException)
            {
                return DefaultWidth; // a terminal that does not tell
            }
        }
    }

    private static object? EscapedValue(object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            string text => ConsoleEscape.Escape(text),
            Symbol or StackTrace or BpfRecord or BpfTuple or PSObject => ConsoleEscape.Escape(plain.ToString() ?? ""),
            byte[] => PlainText(plain),
            Array { Length: > 0 } parts when parts.GetValue(0) is Array => ConsoleEscape.Escape(PlainText(plain)),
            ArrayList when value is PSObject list && IsTuple(list) => ConsoleEscape.Escape(PlainText(value)),
            object?[] parts => Array.ConvertAll(parts, EscapedValue),
            ArrayList parts => Array.ConvertAll(parts.ToArray(), EscapedValue), // what serialisation makes of a list
            _ => plain,
        };
    }

    private static string MapsOf(PSObject session) => ConsoleEscape.Escape(string.Join(
        ", ",
        from map in PartsOf(Property(session, nameof(Maps))) ?? []
        let item = PSObject.AsPSObject(map!)
        let name = Part(item, nameof(TraceMapInfo.Name))
        select item.Properties[nameof(TraceMapInfo.MaxEntries)]?.Value is > 1L ? $"{name} ({Part(item, nameof(TraceMapInfo.Count))})" : name));

    private static string TextOf(PSObject value) => ConsoleEscape.Escape(value.ToString());

    private static string ValuesOf(PSObject value)
    {
        var lines = new StringBuilder();
        bool isEvent = value.Properties[nameof(TraceEvent.BootTimeNanoseconds)] is not null;
        bool isRestored = value.BaseObject is PSCustomObject;
        foreach (PSPropertyInfo property in value.Properties)
        {
            if (isEvent && property.Name is nameof(TraceEvent.Timestamp) or nameof(TraceEvent.ProbeName) or nameof(TraceEvent.CpuId) or nameof(TraceEvent.BootTimeNanoseconds) or nameof(TraceEvent.Text))
            {
                continue;
            }

            // What PowerShell and the module's types add to an object on its way from another process.
            if (isRestored && (property.Name is "PSComputerName" or "PSShowComputerName" or "RunspaceId" or "PSSourceJobInstanceId" || EscapedObject.IsAdded(property.Name)))
            {
                continue;
            }

            lines.Append(lines.Length == 0 ? "" : "\n").Append(ConsoleEscape.Escape(property.Name)).Append(" = ");
            lines.Append(ConsoleEscape.Escape(PartsOf(property.Value) is { } parts ? string.Join(", ", parts.Select(PlainText)) : ""));
        }

        return lines.ToString();
    }

    private static string BlockOf(PSObject value)
    {
        var entry = value.BaseObject as MapEntry;
        if (!IsPlain && (entry is null ? value.BaseObject : entry.Value) is Histogram histogram)
        {
            string title = entry is null ? "" : Title(entry) + ":\n";
            return title + Colored(Escape(TextCharts.Draw(histogram, Width)), HostStyle.Current) + "\n";
        }

        return !IsPlain && entry?.Value is TimeSeries series
            ? string.Create(CultureInfo.InvariantCulture, $"{Title(entry)}  {TextCharts.HeatRow(series)}  {Least[value]} … {Largest[value]}")
            : TextOf(value);
    }

    private static string KeyOf(PSObject entry) => PartsOf(Property(entry, nameof(Key))) is { } parts
        ? ConsoleEscape.Escape(string.Join(", ", parts.Select(PlainText)))
        : "";

    private static string Shortened(string text, int width)
    {
        if (TerminalWidth.Of(text) <= width)
        {
            return text;
        }

        Rune[] runes = [.. text.EnumerateRunes()];
        int columns = 1, head = 0, tail = runes.Length;
        for (; columns + TerminalWidth.Of(runes[head]) <= width / 3; head++)
        {
            columns += TerminalWidth.Of(runes[head]);
        }

        for (; columns + TerminalWidth.Of(runes[tail - 1]) <= width; tail--)
        {
            columns += TerminalWidth.Of(runes[tail - 1]);
        }

        return string.Concat(runes[..head]) + "…" + string.Concat(runes[tail..]);
    }

    private static string ValueOf(PSObject entry)
    {
        if (Property(entry, nameof(Value)) is not Histogram histogram)
        {
            return SeriesOf(entry) is null ? GraphOf(entry) : RowOf(entry);
        }

        // A table puts each line to the right by itself.
        string[] lines = TextCharts.Draw(histogram, CellWidth, IsPlain).Split('\n');
        int width = lines.Max(static line => line.Length);
        return Escape(string.Join('\n', lines.Select(line => line.PadRight(width))));
    }

    private static string GraphOf(PSObject entry) => ConsoleEscape.Escape(PlainText(entry.Properties[nameof(Value)]?.Value));

    private static string RowOf(PSObject entry) => SeriesOf(entry) is { } series ? TextCharts.HeatRow(series, IsPlain) : "";

    private static TimeSeries? SeriesOf(PSObject entry) => Property(entry, "Value") as TimeSeries;

    private static object? Property(PSObject value, string name)
    {
        object? found = value.Properties[name]?.Value;
        return found is PSObject { BaseObject: not PSCustomObject } wrapped && !IsEnum(wrapped) ? wrapped.BaseObject : found;
    }

    /// <summary>Whether it is what serialisation makes of an enum: a number, whose text is the name.</summary>
    private static bool IsEnum(PSObject value) => value.TypeNames.Contains("Deserialized.System.Enum");

    /// <summary>A list's parts; the value alone when it is none; null for null.</summary>
    private static IEnumerable<object?>? PartsOf(object? value) => value switch
    {
        null => null,
        PSObject { BaseObject: ArrayList list } => list.Cast<object?>(), // what serialisation makes of a list
        string or IDictionary => [value],
        IEnumerable list => list.Cast<object?>(),
        _ => [value],
    };

    /// <summary>A value in one line; a list in the brackets that bpftrace prints, also one that was serialised.</summary>
    private static string PlainText(object? value) => value switch
    {
        null => "",
        PSObject { BaseObject: byte[] bytes } => PlainText(bytes),
        PSObject { BaseObject: Array or ArrayList } list when IsTuple(list) => "(" + string.Join(", ", ((IList)list.BaseObject).Cast<object?>().Select(PlainText)) + ")",
        PSObject { BaseObject: Array or ArrayList } list => PlainText(list.BaseObject),
        PSObject wrapped => wrapped.ToString(),
        byte[] bytes => ValueText.Of(bytes),
        Array or ArrayList => "[" + string.Join(",", ((IList)value).Cast<object?>().Select(PlainText)) + "]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>Whether a list was a tuple before it was serialised.</summary>
    internal static bool IsTuple(PSObject list) => list.TypeNames[0].EndsWith("BpfTrace." + nameof(BpfTuple), StringComparison.Ordinal);

    private static string Title(MapEntry entry) => entry.Key is null
        ? ConsoleEscape.Escape(entry.Map)
        : ConsoleEscape.Escape($"{entry.Map}[{KeyText(entry)}]");

    // Labels can come from a recording.
    private static string Escape(string lines) => string.Join('\n', lines.Split('\n').Select(ConsoleEscape.Escape));

    // A line without a bar has no sequence: PowerShell repeats those of a text on each line that follows.
    private static string Colored(string bars, HostStyle style) => style.Accent.Length == 0
        ? bars
        : string.Join('\n', bars.Split('\n').Select(line => line.EndsWith('▕') ? line : line.Replace("▕", "▕" + style.Accent, StringComparison.Ordinal) + style.Reset));
}
