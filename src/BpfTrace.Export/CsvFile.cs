using System.Buffers;
using System.Globalization;
using System.Text;
using BpfTrace.Formatting;
using CsvHelper;

namespace BpfTrace.Export;

/// <summary>
/// A file of comma-separated values (RFC 4180): a line of names, then a line for each object. Values are written the same in every culture; memory
/// use does not grow with the file.
/// </summary>
public sealed class CsvFile : IDisposable
{
    // Where another program's cells end: one that separates by something else takes no notice of our quotes, which are not where its cells begin.
    private static readonly SearchValues<char> s_cellEnds = SearchValues.Create(",;\t\r\n");

    private readonly CsvWriter _csv;
    private readonly bool _guardFormulas;

    /// <summary>A file.</summary>
    /// <param name="file">Where it goes; disposed of with this.</param>
    /// <param name="delimiter">What separates values.</param>
    /// <param name="guardFormulas">
    /// Whether what a spreadsheet would take for a formula gets an apostrophe before it: file names and arguments are chosen by whoever is traced.
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
            Write(UnicodeText.Repair(name), isText: true);
        _csv.EndRecord();
    }

    /// <summary>Writes a line of values.</summary>
    /// <param name="values">As many as there are names.</param>
    public void WriteValues(ReadOnlySpan<object?> values)
    {
        foreach (object? value in values)
            Write(UnicodeText.Repair(ValueText.Of(value)), !ValueText.IsNumber(value));
        _csv.EndRecord();
    }

    /// <summary>Writes what waits, so that another program sees it.</summary>
    public void Flush() => _csv.Flush();

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();

    private void Write(string text, bool isText) => _csv.WriteField((_guardFormulas && isText ? Guard(text) : text).AsSpan());

    /// <summary>
    /// The text with an apostrophe before what a spreadsheet would take for a formula: at its beginning, and behind a separator or line end in it, where a spreadsheet
    /// that separates by another character (a German one by semicolons) begins a cell.
    /// </summary>
    internal static string Guard(string text)
    {
        StringBuilder? guarded = StartsFormula(text) ? new StringBuilder("'") : null;
        int written = 0;
        for (int start = 0, length; (length = text.AsSpan(start).IndexOfAny(s_cellEnds)) >= 0;)
        {
            start += length + 1;
            ReadOnlySpan<char> cell = text.AsSpan(start);
            if (cell.IndexOfAny(s_cellEnds) is var end and >= 0)
                cell = cell[..end];
            // A quote of the text is two in the file: to who does not see the text's own an empty text, and then the rest.
            if (StartsFormula(cell.Trim('"')))
            {
                guarded = (guarded ?? new StringBuilder()).Append(text, written, start - written).Append('\'');
                written = start;
            }
        }

        return guarded is null ? text : guarded.Append(text, written, text.Length - written).ToString();
    }

    /// <summary>Whether a spreadsheet reads a cell's text as a formula: OWASP's "CSV injection", with the wide forms of the signs.</summary>
    internal static bool StartsFormula(ReadOnlySpan<char> text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠'
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
