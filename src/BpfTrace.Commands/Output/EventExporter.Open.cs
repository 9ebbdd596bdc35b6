using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Export;

namespace BpfTrace.Commands.Output;

internal sealed partial class EventExporter
{
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
