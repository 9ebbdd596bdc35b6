using System.Management.Automation;
using BpfTrace.Commands.Errors;
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
internal sealed class EventExporter(PSCmdlet cmdlet, string path, ExportSettings settings) : IDisposable
{
    private const int LongestName = 100;
    private const long FlushMilliseconds = 1000;

    private readonly Dictionary<object, EventTable> _tables = [];
    private readonly List<EventTable> _distinct = [];
    private readonly List<string> _files = [];
    private JsonLinesFile? _lines;
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

        ReadOnlySpan<object?> values = table.Read(item);
        try
        {
            if (settings.IsNdjson)
            {
                Lines()?.Write(table.Name, table.Names, values);
            }
            else
            {
                table.Csv?.WriteValues(values);
            }

            FlushNowAndThen();
        }
        catch (IOException exception)
        {
            _isRefused = true;
            cmdlet.ThrowTerminatingError(OutputFile.NotWritten(exception, settings.IsNdjson ? path : table.File));
        }
    }

    public void Dispose()
    {
        foreach (EventTable table in _distinct)
        {
            Close(table.Csv, table.File);
            table.Csv = null;
        }

        Close(_lines, path);
        _lines = null;
    }

    /// <summary>Slow events do not wait for a full buffer: files can be followed while they grow, and little is lost with a process that is killed.</summary>
    private void FlushNowAndThen()
    {
        long now = Environment.TickCount64;
        if (now - _flushed < FlushMilliseconds)
        {
            return;
        }

        _flushed = now;
        _lines?.Flush();
        foreach (EventTable table in _distinct)
        {
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
        _distinct.Add(table);
        if (!settings.IsNdjson)
        {
            table.Csv = OpenCsv(table);
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

    private CsvFile? OpenCsv(EventTable table)
    {
        if (table.Names.Length == 0)
        {
            cmdlet.WriteError(Failure.Record(
                new ArgumentException($"Objects of type {table.Name} have no properties; there are no columns to write."), "NoColumns", ErrorCategory.InvalidData, table.Name));
            return null;
        }

        string extension = Path.GetExtension(path);
        string file = Path.ChangeExtension(path, null) + "." + table.Name + (extension.Length == 0 ? ".csv" : extension);
        if (!MayWrite(file))
        {
            return null;
        }

        try
        {
            bool isAdded = settings.Append && HasText(file);
            if (isAdded && !TakeColumns(table, file))
            {
                return null;
            }

            table.File = file;
            var csv = new CsvFile(Open(file), settings.Delimiter, settings.GuardFormulas);
            if (!isAdded)
            {
                csv.WriteNames(table.Names);
            }

            return csv;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            cmdlet.ThrowTerminatingError(OutputFile.NotWritten(exception, file));
            throw;
        }
    }

    /// <summary>Makes the columns of a file that is added to the table's.</summary>
    private bool TakeColumns(EventTable table, string file)
    {
        string[] existing;
        using (FileStream stream = File.OpenRead(file))
        {
            existing = CsvFile.ReadNames(stream, settings.Delimiter);
        }

        string? missing = table.Names.FirstOrDefault(n => !existing.Contains(n, StringComparer.OrdinalIgnoreCase));
        if (missing is not null && !settings.Force)
        {
            cmdlet.WriteError(Failure.Record(
                new InvalidOperationException($"'{file}' has no column {missing}; -Force adds the columns that it has."), "CannotAppendColumns", ErrorCategory.InvalidData, file));
            return false;
        }

        table.Names = existing;
        return true;
    }

    private JsonLinesFile? Lines()
    {
        if (_lines is not null || _isRefused)
        {
            return _lines;
        }

        if (!MayWrite(path))
        {
            _isRefused = true;
            return null;
        }

        try
        {
            return _lines = new JsonLinesFile(Open(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _isRefused = true;
            cmdlet.ThrowTerminatingError(OutputFile.NotWritten(exception, path));
            throw;
        }
    }

    private bool MayWrite(string file) =>
        cmdlet.ShouldProcess(file, settings.Append ? "Append" : "Export")
        && OutputFile.Prepare(cmdlet, file, settings.NoClobber && !settings.Append, settings.Force);

    private FileStream Open(string file)
    {
        bool isCut = settings.Append && HasText(file) && !EndsWithLine(file);
        var stream = new FileStream(file, settings.Append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        _files.Add(file);
        if (isCut)
        {
            stream.WriteByte((byte)'\n');
        }

        return stream;
    }

    private static bool HasText(string file) => new FileInfo(file) is { Exists: true, Length: > 0 };

    /// <summary>Whether a file that has text ends with a line end: else the first line that is added would go on in its last.</summary>
    private static bool EndsWithLine(string file)
    {
        using FileStream stream = File.OpenRead(file);
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }
}
