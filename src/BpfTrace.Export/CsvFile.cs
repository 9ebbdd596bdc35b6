using System.Globalization;
using BpfTrace.Formatting;
using CsvHelper;

namespace BpfTrace.Export;

/// <summary>
/// A file of comma-separated values (RFC 4180): a line of names, then a line for each object. Values are written the same in every culture; memory
/// use does not grow with the file.
/// </summary>
public sealed class CsvFile : IDisposable
{
    private readonly CsvWriter _csv;
    private readonly bool _guardFormulas;

    /// <summary>A file.</summary>
    /// <param name="file">Where it goes; disposed of with this.</param>
    /// <param name="delimiter">What separates values.</param>
    /// <param name="guardFormulas">
    /// Whether texts that a spreadsheet would take for a formula get an apostrophe before them: file names and arguments are chosen by whoever is traced.
    /// </param>
    public CsvFile(Stream file, char delimiter = ',', bool guardFormulas = true)
    {
        _csv = CsvWriter.Create(
            file,
            CsvWriterOptions.Default with
            {
                Separator = delimiter,
                NewLine = "\n",
                FormatProvider = CultureInfo.InvariantCulture,
                Injection = CsvInjection.None, // CsvHelper's would change negative numbers that are texts too
            },
            leaveOpen: false);
        _guardFormulas = guardFormulas;
    }

    /// <summary>The names in an existing file's first line; empty for an empty file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string[] ReadNames(Stream file, char delimiter = ',')
    {
        using CsvReader reader = CsvReader.Create(file, CsvReaderOptions.Default with { Separator = delimiter, HasHeader = false }, leaveOpen: true);
        if (!reader.Read())
            return [];
        var names = new string[reader.FieldCount];
        for (int i = 0; i < names.Length; i++)
            names[i] = reader[i].ToString();
        return names;
    }

    /// <summary>Writes the line of names.</summary>
    public void WriteNames(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string name in names)
            _csv.WriteField(UnicodeText.Repair(name).AsSpan());
        _csv.EndRecord();
    }

    /// <summary>Writes a line of values.</summary>
    /// <param name="values">As many as there are names.</param>
    public void WriteValues(ReadOnlySpan<object?> values)
    {
        foreach (object? value in values)
        {
            string text = UnicodeText.Repair(ValueText.Of(value));
            _csv.WriteField((_guardFormulas && !ValueText.IsNumber(value) && StartsFormula(text) ? "'" + text : text).AsSpan());
        }

        _csv.EndRecord();
    }

    /// <summary>Writes what waits, so that another program sees it.</summary>
    public void Flush() => _csv.Flush();

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();

    /// <summary>Whether a spreadsheet reads a cell's text as a formula: OWASP's "CSV injection", with the wide forms of the signs.</summary>
    internal static bool StartsFormula(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠'
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
