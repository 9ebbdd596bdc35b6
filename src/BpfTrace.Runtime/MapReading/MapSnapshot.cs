using System.Buffers;
using System.Collections.Immutable;
using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>
/// A script's map as it was when it was read: per-CPU values merged, buckets gathered to histograms, entries in bpftrace's order. Made by
/// <see cref="MapReader"/>. Symbols in keys and values are resolved when entries or text are asked for.
/// </summary>
public sealed class MapSnapshot
{
    /// <summary>How many entries are made into objects at a time where a map is handed over in batches.</summary>
    internal const int BatchEntries = 4096;

    private readonly DecodeContext _context;
    private readonly PlainRows? _rows;
    private readonly List<SnapshotEntry> _gathered = [];
    private readonly bool _holdsTime;

    internal MapSnapshot(MapLayout layout, DecodeContext context, PlainRows rows)
    {
        Layout = layout;
        _context = context;
        _rows = rows;
        _holdsTime = HoldsTime(layout.Map);
    }

    internal MapSnapshot(MapLayout layout, DecodeContext context, List<SnapshotEntry> gathered)
    {
        Layout = layout;
        _context = context;
        _gathered = gathered;
        _holdsTime = HoldsTime(layout.Map);
    }

    /// <summary>Which map, and how it lies in the kernel.</summary>
    public MapLayout Layout { get; }

    /// <summary>How many entries there are; one for a histogram, whatever its buckets.</summary>
    public int Count => _rows?.Count ?? _gathered.Count;

    /// <summary>Whether a map's entries need nothing but their bytes to become objects: no symbols, which are there only while the trace and its processes are.</summary>
    internal static bool IsPlain(MapLayout layout) => IsData(layout.Map.ValueType) && (layout.Map.KeyType is not { } key || IsData(key));

    /// <summary>The entries as objects, in bpftrace's order (ascending).</summary>
    /// <param name="top">Only the last (largest) so many; 0 for all.</param>
    /// <param name="divisor">What numbers, averages and hist counts are divided by; 0 for nothing.</param>
    /// <param name="showEmptyScalar">A scalar map that has no value is one entry of 0, as <c>print(@x)</c> shows it; at the end it is left out.</param>
    public ImmutableArray<MapEntry> GetEntries(long top = 0, long divisor = 0, bool showEmptyScalar = false) =>
        showEmptyScalar && IsEmptyScalar ? [Make(ZeroEntry(), By(divisor))] : GetEntries(First(top), Count, divisor);

    /// <summary>Some of the entries as objects.</summary>
    /// <param name="start">The first, in bpftrace's order.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="divisor">What numbers, averages and hist counts are divided by; 0 for nothing.</param>
    internal ImmutableArray<MapEntry> GetEntries(int start, int end, long divisor)
    {
        long by = By(divisor);
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        for (int i = start; i < end; i++)
            entries.Add(Make(Entry(i), by));
        if (Layout.Map.Aggregate is { Kind: AggregateKind.TSeries })
            ShareScale(entries);
        return entries.ToImmutable();
    }

    private MapEntry Make(SnapshotEntry entry, long by)
    {
        MapSymbol map = Layout.Map;
        object? key = map.KeyType is { } type ? ValueDecoder.Decode(type, entry.Key, _context) : null;
        object? value = DecodeValue(entry, by);
        return _holdsTime ? new MapEntry(map.Name, key, value, TextOf(entry, by)) : new MapEntry(map, key, value);
    }

    /// <summary>The rows of one heat map are compared with each other.</summary>
    private static void ShareScale(ImmutableArray<MapEntry>.Builder entries)
    {
        double low = double.MaxValue, high = double.MinValue;
        foreach (MapEntry entry in entries)
        {
            foreach (double? value in TextCharts.ValuesOf((TimeSeries)entry.Value!))
            {
                low = Math.Min(low, value ?? low);
                high = Math.Max(high, value ?? high);
            }
        }

        foreach (MapEntry entry in entries)
            ((TimeSeries)entry.Value!).Scale = high < low ? null : (low, high);
    }

    /// <summary>Writes the map as bpftrace prints it.</summary>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="top">Only the last (largest) so many entries; 0 for all.</param>
    /// <param name="divisor">What numbers, averages and hist counts are divided by; 0 for nothing.</param>
    /// <param name="showEmptyScalar">Print a scalar map that has no value as 0, as <c>print(@x)</c> does; printing at the end leaves it out.</param>
    /// <param name="escape">Write control characters in keys and values escaped: for a terminal.</param>
    public void WriteText(IBufferWriter<byte> output, long top = 0, long divisor = 0, bool showEmptyScalar = false, bool escape = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new Utf8Writer { EscapeValues = escape };
        long by = By(divisor);
        if (showEmptyScalar && IsEmptyScalar)
            WriteEntry(writer, ZeroEntry(), by);
        for (int i = First(top); i < Count; i++)
        {
            WriteEntry(writer, Entry(i), by);
            if (writer.Length > FlushSize)
            {
                output.Write(writer.Written);
                writer.Clear();
            }
        }

        output.Write(writer.Written);
    }

    /// <summary>
    /// Writes the map as one line of JSON, as bpftrace's <c>-f json</c> does; nothing for a map without entries, except that averages and stats
    /// have an empty object then.
    /// </summary>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="top">Only the last (largest) so many entries; 0 for all.</param>
    /// <param name="divisor">What numbers, averages and hist counts are divided by; 0 for nothing.</param>
    /// <param name="showEmptyScalar">Print a scalar map that has no value as 0, as <c>print(@x)</c> does; printing at the end leaves it out.</param>
    public void WriteJson(IBufferWriter<byte> output, long top = 0, long divisor = 0, bool showEmptyScalar = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        MapSymbol map = Layout.Map;
        bool isZero = showEmptyScalar && IsEmptyScalar;
        if (Count == 0 && !isZero && map.Aggregate is not { Kind: AggregateKind.Avg or AggregateKind.Stats })
            return;
        long by = By(divisor);
        var writer = new Utf8Writer();
        JsonMapWriter.Begin(writer, map);
        bool isObject = map.KeyType is not null || (Count == 0 && !isZero);
        if (isObject)
            writer.Append((byte)'{');
        if (isZero)
            WriteJsonValue(writer, ZeroEntry(), by);
        for (int i = First(top); i < Count; i++)
        {
            if (i > First(top))
                writer.Append(", "u8);
            if (map.KeyType is { } keyType)
                JsonMapWriter.WriteKey(writer, keyType, Entry(i).Key, _context);
            WriteJsonValue(writer, Entry(i), by);
        }

        if (isObject)
            writer.Append((byte)'}');
        JsonMapWriter.End(writer);
        output.Write(writer.Written);
    }

    private void WriteJsonValue(Utf8Writer writer, SnapshotEntry entry, long divisor)
    {
        if (entry.Series is not null)
            JsonMapWriter.WriteTimeSeries(writer, entry.Series);
        else if (entry.Counts is not null)
            JsonMapWriter.WriteHistogram(writer, BucketBounds.Build((AggregateType)Layout.Map.ValueType, entry.Counts, divisor));
        else
            JsonValueWriter.Write(writer, Layout.Map.ValueType, entry.Value, _context, divisor);
    }

    /// <summary>The same text as a string; bytes that are not UTF-8 become U+DC80…U+DCFF.</summary>
    public override string ToString()
    {
        var writer = new Utf8Writer();
        WriteText(writer);
        return writer.ToString();
    }

    private const int FlushSize = 1 << 16;

    /// <summary>Whether <c>print(@m)</c> has anything to print.</summary>
    internal bool IsPrinted => Count > 0 || IsEmptyScalar;

    private bool IsEmptyScalar => Count == 0 && Layout.Map.IsScalar && Layout.BucketOffset < 0;

    private SnapshotEntry ZeroEntry() => new([], new byte[Layout.ValueSize], null, null);

    private int First(long top) => top > 0 && top < Count ? (int)(Count - top) : 0;

    private SnapshotEntry Entry(int index) =>
        _rows is null ? _gathered[index] : new SnapshotEntry(_rows.Key(index).ToArray(), _rows.Value(index).ToArray(), null, null);

    private static bool HoldsTime(MapSymbol map) => DecodeContext.HoldsTime(map.ValueType) || (map.KeyType is { } key && DecodeContext.HoldsTime(key));

    private static long By(long divisor) => divisor == 0 ? 1 : divisor;

    private static bool IsData(BpfType type) => type switch
    {
        IntegerType or EnumType or BoolType or StringType or BufferType or InetType or MacAddressType or AggregateType { HasBuckets: false } => true,
        ArrayType array => IsData(array.Element),
        TupleType tuple => tuple.Fields.All(static f => IsData(f.Type)),
        _ => false,
    };

    private object? DecodeValue(SnapshotEntry entry, long divisor)
    {
        BpfType type = Layout.Map.ValueType;
        if (entry.Series is not null)
            return entry.Series;
        if (entry.Counts is not null)
            return BucketBounds.Build((AggregateType)type, entry.Counts, divisor);
        return type switch
        {
            AggregateType aggregate => ValueDecoder.DecodeAggregate(aggregate, entry.Value, divisor),
            IntegerType integer when divisor != 1 => ValueDecoder.Integer(integer, Divide(integer, RawValue.Integer(integer, entry.Value), divisor)),
            _ => ValueDecoder.Decode(type, entry.Value, _context),
        };
    }

    private string TextOf(SnapshotEntry entry, long divisor)
    {
        var writer = new Utf8Writer();
        WriteEntry(writer, entry, divisor);
        return writer.ToString();
    }

    private void WriteEntry(Utf8Writer writer, SnapshotEntry entry, long divisor)
    {
        MapSymbol map = Layout.Map;
        writer.Append(map.Name);
        if (map.KeyType is { } keyType)
        {
            int start = MapWriter.BeginKey(writer);
            ValueWriter.Write(writer, keyType, entry.Key, _context);
            MapWriter.EndKey(writer, start);
        }

        if (entry.Value is null)
        {
            MapWriter.WriteValue(writer, map.ValueType, DecodeValue(entry, divisor));
            return;
        }

        writer.Append(": "u8);
        ValueWriter.Write(writer, map.ValueType, entry.Value, _context, divisor);
        writer.Append((byte)'\n');
    }

    private static long Divide(IntegerType type, long bits, long divisor) =>
        type.IsSigned ? bits / divisor : (long)((ulong)bits / (ulong)divisor);
}
