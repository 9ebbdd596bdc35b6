using System.Reflection;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Dresses the entries of maps for one stream: the parts of a key as properties, and a view by what it holds. PowerShell draws a stream's objects in the
/// table of the first of them, and what has another view as a list; so only what comes first gets a table, everything else keeps its form as lines.
/// </summary>
internal sealed class MapEntryObject
{
    private const string Keys = "BpfTrace.MapEntry#Keys";
    private const string Block = "BpfTrace.MapEntry#Histogram";
    private const string Line = "BpfTrace.MapEntry#Line";

    private string? _table;
    private string _name = "";
    private int _keyParts;
    private ConstructorInvoker? _maker;

    /// <summary>Set when the stream already holds other objects than entries.</summary>
    public bool IsAfterEvents { get; set; }

    /// <summary>An entry as it goes into the stream.</summary>
    public object Create(MapEntry entry)
    {
        int keyParts = entry.Key is BpfTuple parts ? parts.Count : 0;
        string name = View(entry) is { Length: > 0 } view ? view : keyParts > 0 ? Keys : "";
        object result = name.Length == 0 ? entry : Maker(name, keyParts).Invoke(entry);
        return ConsoleEscape.IsHarmless(entry) ? result : EscapedObject.Create((MapEntry)result);
    }

    private ConstructorInvoker Maker(string name, int keyParts)
    {
        if (_maker is null || name != _name || keyParts != _keyParts)
        {
            (_name, _keyParts, _maker) = (name, keyParts, MadeEntries.Maker(name, keyParts));
        }

        return _maker;
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
