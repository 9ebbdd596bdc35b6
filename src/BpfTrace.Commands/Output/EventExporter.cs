using System.Management.Automation;
using BpfTrace.Export;

namespace BpfTrace.Commands.Output;

/// <summary>How files are written.</summary>
internal sealed record ExportSettings(bool IsNdjson, char Delimiter, bool GuardFormulas, bool Append, bool NoClobber, bool Force);

/// <summary>
/// Sorts objects by their type into files. A type's columns are those of its first object, as Export-Csv's are; a map's entries are a type of their own,
/// because keys of several parts give them columns of their own.
/// </summary>
/// <param name="cmdlet">For errors and confirmation; on its pipeline thread only.</param>
/// <param name="path">The file named by the user.</param>
/// <param name="settings">Format and what to do with existing files.</param>
internal sealed partial class EventExporter(PSCmdlet cmdlet, string path, ExportSettings settings) : IDisposable
{
    private const int LongestName = 100;
    private const long FlushMilliseconds = 1000;

    private readonly Dictionary<object, EventTable> _tables = [];
    private readonly List<EventTable> _distinct = [];
    private readonly List<string> _files = [];

    // The files, and what follows here, are the timer's too.
    private readonly Lock _lock = new();
    private JsonLinesFile? _lines;
    private string _writing = "";
    private Timer? _timer;
    private bool _isDue;
    private bool _isRefused;
    private long _flushed;

    /// <summary>The files that were made or added to.</summary>
    public IReadOnlyList<string> Files => _files;

    public void Write(PSObject item)
    {
        object key = item.BaseObject switch
        {
            MapEntry entry => entry.Map,
            TraceEvent made => made.GetType(),
            _ => RestoredModel.MapOf(item) ?? (item.TypeNames.Count > 0 ? item.TypeNames[0] : "Object"),
        };
        if (!_tables.TryGetValue(key, out EventTable? table))
        {
            table = FindTable(item, key);
            _tables.Add(key, table);
        }

        // Before the lock what asks PowerShell, or the user: that may take its time.
        ReadOnlySpan<object?> values = table.Read(item);
        JsonLinesFile? lines = settings.IsNdjson ? Lines() : null;
        lock (_lock)
        {
            Write(table, lines, values);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
            foreach (EventTable table in _distinct)
            {
                Close(table.Csv, table.File);
                table.Csv = null;
            }

            Close(_lines, path);
            _lines = null;
        }
    }

    private void Write(EventTable table, JsonLinesFile? lines, ReadOnlySpan<object?> values)
    {
        try
        {
            _writing = settings.IsNdjson ? path : table.File;
            lines?.Write(table.Name, table.Names, values);
            table.Csv?.WriteValues(values);
            FlushNowOrSoon();
        }
        catch (IOException exception)
        {
            _isRefused = true;
            cmdlet.ThrowTerminatingError(OutputFile.NotWritten(exception, _writing));
        }
    }

    /// <summary>
    /// Objects do not wait for a full buffer, nor for the next one: files can be followed while they grow, and little is lost with a process that is killed.
    /// </summary>
    private void FlushNowOrSoon()
    {
        if (Environment.TickCount64 - _flushed >= FlushMilliseconds)
        {
            Flush();
        }
        else if (!_isDue)
        {
            _isDue = true;
            _timer ??= new Timer(FlushLate);
            _timer.Change(FlushMilliseconds, Timeout.Infinite);
        }
    }

    /// <summary>On a thread of the pool, where no error can be written.</summary>
    private void FlushLate(object? state)
    {
        lock (_lock)
        {
            _isDue = false;
            try
            {
                Flush();
            }
            catch (IOException)
            {
                // What did not fit still waits: the next object, or the end, tries again and says so.
            }
        }
    }

    private void Flush()
    {
        _flushed = Environment.TickCount64;
        _writing = path;
        _lines?.Flush();
        foreach (EventTable table in _distinct)
        {
            _writing = table.File;
            table.Csv?.Flush();
        }
    }

    private void Close(IDisposable? file, string name)
    {
        try
        {
            file?.Dispose();
        }
        catch (IOException exception) when (!_isRefused)
        {
            // The last bytes did not fit: a file that looks whole would be a lie.
            try
            {
                cmdlet.WriteError(OutputFile.NotWritten(exception, name));
            }
            catch (Exception stopped) when (stopped is PipelineStoppedException or InvalidOperationException)
            {
                // Ctrl-C: PowerShell takes no error any more, and the other files are to be closed.
            }
        }
        catch (IOException)
        {
            // Told already.
        }
    }

    /// <summary>The table of an object whose type is new. Types of the same name and columns, of two runs of one script, share one.</summary>
    private EventTable FindTable(PSObject item, object key)
    {
        string name = NameOf(key);
        PSPropertyInfo[] properties = [.. item.Properties.Where(static p => !EscapedObject.IsAdded(p.Name))];
        string[] columns = [.. properties.Select(p => p.Name)];
        if (_distinct.Find(t => t.IsFor(name, columns)) is { } known)
        {
            return known;
        }

        // Another type's name can end in a number too.
        string unique = name;
        for (int number = 2; _distinct.Exists(t => t.Name == unique); number++)
        {
            unique = $"{name}_{number}";
        }

        var table = new EventTable(name, unique, columns);
        if (!settings.IsNdjson)
        {
            table.Csv = OpenCsv(table);
        }

        lock (_lock)
        {
            _distinct.Add(table);
        }

        if (key is Type eventType && Array.TrueForAll(properties, p => p.MemberType == PSMemberTypes.Property))
        {
            table.Columns = EventColumns.For(eventType, table.Names);
        }

        return table;
    }

    /// <summary>The part of a type's name that tells events apart: <c>Printf_L1C40</c>, <c>map_opens</c>.</summary>
    private static string NameOf(object key)
    {
        string name;
        if (key is string map && map.StartsWith('@'))
        {
            name = map.Length > 1 ? "map_" + map[1..] : "map";
        }
        else
        {
            string full = key is Type type ? type.FullName! : (string)key;
            name = full[(full.LastIndexOf('.') + 1)..];
        }

        // It becomes part of a file's name, and an object that was read from a file can have any.
        return string.Concat(name.Take(LongestName).Select(c => char.IsLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
    }
}
