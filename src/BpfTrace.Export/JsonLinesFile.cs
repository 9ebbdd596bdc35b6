using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using BpfTrace.Formatting;
using BpfTrace.Recording;

namespace BpfTrace.Export;

/// <summary>
/// A file of JSON objects, one a line (NDJSON). Numbers stay numbers, times are ISO 8601; memory use does not grow with the file.
/// </summary>
/// <remarks>
/// A stack is an array of its frames' texts, innermost first; a histogram an array of <c>{lower, upper, count, label}</c>; statistics
/// <c>{count, average, total}</c>; a time series an array of <c>{start, value}</c>; bytes are hexadecimal.
/// </remarks>
public sealed class JsonLinesFile : IDisposable
{
    private const int FlushBytes = 1 << 16;

    private readonly Stream _file;
    private readonly MemoryStream _line = new();
    private readonly Utf8JsonWriter _json;

    // Of each type of record: a file has few types and many records.
    private readonly Dictionary<Type, string[]> _names = [];

    /// <summary>A file.</summary>
    /// <param name="file">Where it goes; disposed of with this.</param>
    public JsonLinesFile(Stream file)
    {
        _file = file;
        // Not for web pages: what is read by machines need not escape every quote and letter.
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>Writes an object.</summary>
    /// <param name="type">What <c>$type</c> says.</param>
    /// <param name="names">The members' names.</param>
    /// <param name="values">As many as there are names.</param>
    public void Write(string type, IReadOnlyList<string> names, ReadOnlySpan<object?> values)
    {
        ArgumentNullException.ThrowIfNull(names);
        _json.WriteStartObject();
        _json.WriteString("$type", UnicodeText.Repair(type));
        WriteMembers(names, values);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _line.WriteByte((byte)'\n');
        if (_line.Length >= FlushBytes)
            Flush();
    }

    /// <summary>Writes what waits, so that another program sees it.</summary>
    public void Flush()
    {
        _line.WriteTo(_file);
        _line.SetLength(0);
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Flush();
        }
        finally
        {
            _json.Dispose();
            _line.Dispose();
            _file.Dispose();
        }
    }

    private void WriteValue(object? value)
    {
        switch (value)
        {
            case null:
                _json.WriteNullValue();
                break;
            case string text:
                _json.WriteStringValue(UnicodeText.Repair(text));
                break;
            case bool b:
                _json.WriteBooleanValue(b);
                break;
            case float or double when !double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                _json.WriteStringValue(ValueText.Of(value));
                break;
            case byte[] bytes when value.GetType() == typeof(byte[]):
                _json.WriteStringValue(Convert.ToHexStringLower(bytes));
                break;
            case StackTrace stack:
                WriteArray(stack.Frames);
                break;
            case Histogram histogram:
                WriteHistogram(histogram);
                break;
            case Stats stats:
                WriteObject(["count", "average", "total"], [stats.Count, stats.Average, stats.Total]);
                break;
            case TimeSeries series:
                WriteSeries(series);
                break;
            case BpfRecord record:
                WriteObject(NamesOf(record.GetType()), record.Values);
                break;
            case BpfTuple tuple:
                WriteArray(tuple);
                break;
            case Array array:
                WriteArray(array.Cast<object?>());
                break;
            default:
                if (ValueText.IsNumber(value))
                    _json.WriteRawValue(ValueText.Of(value), skipInputValidation: true);
                else
                    _json.WriteStringValue(UnicodeText.Repair(ValueText.Of(value)));
                break;
        }
    }

    private void WriteArray(IEnumerable<object?> values)
    {
        _json.WriteStartArray();
        foreach (object? value in values)
            WriteValue(value);
        _json.WriteEndArray();
    }

    private void WriteObject(string[] names, object?[] values)
    {
        _json.WriteStartObject();
        WriteMembers(names, values);
        _json.WriteEndObject();
    }

    private void WriteMembers(IReadOnlyList<string> names, ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < names.Count; i++)
        {
            _json.WritePropertyName(UnicodeText.Repair(names[i]));
            WriteValue(values[i]);
        }
    }

    private string[] NamesOf(Type record)
    {
        if (!_names.TryGetValue(record, out string[]? names))
            _names.Add(record, names = [.. ReplayTypes.ValueProperties(record).Select(p => p.Name)]);
        return names;
    }

    private void WriteHistogram(Histogram histogram)
    {
        _json.WriteStartArray();
        foreach (HistogramBucket bucket in histogram.Buckets)
            WriteObject(["lower", "upper", "count", "label"], [bucket.Lower, bucket.Upper, bucket.Count, bucket.Label]);
        _json.WriteEndArray();
    }

    private void WriteSeries(TimeSeries series)
    {
        _json.WriteStartArray();
        foreach (TimeSeriesPoint point in series.Points)
            WriteObject(["start", "value"], [ValueText.Start(point), point.Value]);
        _json.WriteEndArray();
    }
}
