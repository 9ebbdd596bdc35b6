using System.Globalization;
using System.Management.Automation;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Dresses the entries of maps for one stream: the parts of a key as properties, and a view by what it holds. PowerShell draws a stream's objects in the
/// table of the first of them, and what has another view as a list; so only what comes first gets a table, everything else keeps its form as lines.
/// </summary>
internal sealed class MapEntryObject
{
    private const string Block = "BpfTrace.MapEntry#Histogram";
    private const string Line = "BpfTrace.MapEntry#Line";

    private string? _table;

    /// <summary>Set when the stream already holds other objects than entries.</summary>
    public bool IsAfterEvents { get; set; }

    /// <summary>An entry as it goes into the stream.</summary>
    public PSObject Create(MapEntry entry)
    {
        var result = new PSObject(entry);
        if (entry.Key is BpfTuple parts)
        {
            for (int i = 0; i < parts.Count; i++)
            {
                result.Properties.Add(new PSNoteProperty("Key" + (i + 1).ToString(CultureInfo.InvariantCulture), parts[i]));
            }
        }

        if (View(entry) is { Length: > 0 } view)
        {
            result.TypeNames.Insert(0, view);
        }

        if (!ConsoleEscape.IsHarmless(entry))
        {
            EscapedObject.Mark(result);
        }

        return result;
    }

    private static bool HasStack(object? key) => key is StackTrace || (key is BpfTuple parts && parts.Any(static part => part is StackTrace));

    private string View(MapEntry entry)
    {
        if (entry.Value is Histogram)
        {
            return Block;
        }

        string table = entry.Value switch
        {
            TimeSeries => "BpfTrace.MapEntry#TimeSeries",
            Stats => HasStack(entry.Key) ? "BpfTrace.MapEntry#StackStats" : "BpfTrace.MapEntry#Stats",
            _ when HasStack(entry.Key) => "BpfTrace.MapEntry#Stack",
            _ => "",
        };
        if (IsAfterEvents || (_table is not null && _table != table))
        {
            return entry.Value is TimeSeries ? Block : Line;
        }

        _table = table;
        return table;
    }
}
