using System.Buffers;
using System.Net.NetworkInformation;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Recording;

/// <summary>Reads what <see cref="RecordedValues"/> wrote. One per recording: the types of earlier blocks are named in later ones.</summary>
internal sealed class ReplayedValues
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("\0+&*[],\\`");

    private readonly ReplayTypes _made = new();
    private readonly List<ReplayType> _types = [];
    private readonly List<Type> _enums = [];

    public ReplayType ReadType(ItemReader items, Type baseType)
    {
        if (items.Known(_types, "type") is { } known)
            return known.Class.IsSubclassOf(baseType) ? known : throw items.Damaged("a record's type is named for an event, or an event's for a record");
        string name = Name(items);
        int count = items.Count();
        var names = new List<string>();
        var types = new List<Type>();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < count; i++)
        {
            string property = Name(items);
            if (!taken.Add(property))
                throw items.Damaged($"a type has two properties {property}");
            names.Add(property);
            types.Add(ReadPropertyType(items, 0));
        }

        ReplayType made = Made(items, () => _made.Define(name, baseType, [.. names], [.. types]));
        _types.Add(made);
        return made;
    }

    /// <summary>An object of a type: its values follow.</summary>
    public object ReadObject(ItemReader items, ReplayType type, int depth)
    {
        int count = items.Count();
        if (count != type.PropertyTypes.Length)
            throw items.Damaged($"{count} values are given for {type.PropertyTypes.Length} properties");
        var values = new object?[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Read(items, depth + 1);
            Type expected = type.PropertyTypes[i];
            if (!Fits(values[i], expected))
                throw items.Damaged($"a property of type {expected.Name} is given {values[i]?.GetType().Name ?? "nothing"}");
        }

        return type.Create(values);
    }

    public object? Read(ItemReader items, int depth = 0)
    {
        if (depth > RecordingFormat.MaximumDepth)
            throw items.Damaged("values lie too deep in one another");
        var kind = (ValueKind)items.Byte();
        switch (kind)
        {
            case ValueKind.Null:
                return null;
            case ValueKind.False:
                return false;
            case ValueKind.True:
                return true;
            case ValueKind.Int8 or ValueKind.Int16 or ValueKind.Int32 or ValueKind.Int64:
                return Number(items, kind, items.Signed());
            case ValueKind.UInt8 or ValueKind.UInt16 or ValueKind.UInt32 or ValueKind.UInt64:
                return Number(items, kind, (long)items.Unsigned());
            case ValueKind.Double:
                return items.Double();
            case ValueKind.String:
                return items.RequiredString("a text");
            case ValueKind.Bytes:
                return items.Bytes().ToArray();
            case ValueKind.Tuple:
                return ReadTuple(items, depth);
            case ValueKind.TupleWithText:
                string tupleText = items.RequiredString("a tuple's text");
                BpfTuple tuple = ReadTuple(items, depth);
                tuple.SetText(tupleText);
                return tuple;
            case ValueKind.Array:
                return ReadArray(items, depth);
            case ValueKind.Enum:
                return ReadEnum(items);
            case ValueKind.Record:
                ReplayType type = ReadType(items, typeof(BpfRecord));
                string text = items.RequiredString("a record's text");
                var record = (BpfRecord)ReadObject(items, type, depth);
                record.SetText(text);
                return record;
            default:
                return ReadFrameworkValue(items, kind) ?? ReadOwnValue(items, kind, depth) ?? throw items.Damaged($"a value is of kind {(byte)kind}");
        }
    }

    private static bool Fits(object? value, Type type) => value is null ? !type.IsValueType : type.IsInstanceOfType(value);

    private static object? ReadFrameworkValue(ItemReader items, ValueKind kind)
    {
        switch (kind)
        {
            case ValueKind.Address:
                ReadOnlySpan<byte> address = items.Bytes();
                return address.Length is 4 or 16 ? IPv6Address.Create(address) : throw items.Damaged($"an address has {address.Length} bytes");
            case ValueKind.PhysicalAddress:
                return new PhysicalAddress(items.Bytes().ToArray());
            case ValueKind.TimeSpan:
                return new TimeSpan(items.Signed());
            case ValueKind.DateTime:
                byte zone = items.Byte();
                DateTime time = Time(items, items.Signed());
                return zone switch
                {
                    (byte)DateTimeKind.Local => DateTime.SpecifyKind(time, DateTimeKind.Utc).ToLocalTime(),
                    (byte)DateTimeKind.Utc => DateTime.SpecifyKind(time, DateTimeKind.Utc),
                    _ => time,
                };
            case ValueKind.DateTimeOffset:
                DateTime local = Time(items, items.Signed());
                long minutes = items.Signed();
                try
                {
                    return new DateTimeOffset(local, TimeSpan.FromMinutes(Math.Clamp(minutes, -1000, 1000)));
                }
                catch (ArgumentException)
                {
                    throw items.Damaged("a time cannot be");
                }

            default:
                return null;
        }
    }

    private static DateTime Time(ItemReader items, long ticks) =>
        (ulong)ticks <= (ulong)DateTime.MaxValue.Ticks ? new DateTime(ticks) : throw items.Damaged("a time cannot be");

    private static object Number(ItemReader items, ValueKind kind, long bits)
    {
        object number = Truncated(kind, bits);
        bool isSame = kind is ValueKind.UInt64 || Convert.ToInt64(number, null) == bits;
        return isSame ? number : throw items.Damaged("a number is too large for its type");
    }

    private static object Truncated(ValueKind kind, long bits) => kind switch
    {
        ValueKind.Int8 => (sbyte)bits,
        ValueKind.UInt8 => (byte)bits,
        ValueKind.Int16 => (short)bits,
        ValueKind.UInt16 => (ushort)bits,
        ValueKind.Int32 => (int)bits,
        ValueKind.UInt32 => (uint)bits,
        ValueKind.UInt64 => (ulong)bits,
        _ => bits,
    };

    private object? ReadOwnValue(ItemReader items, ValueKind kind, int depth)
    {
        switch (kind)
        {
            case ValueKind.Symbol:
                ulong address = items.Unsigned();
                string? name = items.String();
                ulong offset = items.Unsigned();
                return new Symbol(address, name, offset, items.String());
            case ValueKind.Stack:
                return ReadStack(items);
            case ValueKind.MacAddress:
                ReadOnlySpan<byte> bytes = items.Bytes();
                return bytes.Length == 6 ? new MacAddress(bytes) : throw items.Damaged($"a hardware address has {bytes.Length} bytes");
            case ValueKind.Stats:
                long count = items.Signed();
                object average = Aggregated(items, depth);
                return new Stats(count, average, Aggregated(items, depth));
            case ValueKind.Histogram:
                return ReadHistogram(items, depth);
            case ValueKind.TimeSeries:
                return ReadTimeSeries(items, depth);
            default:
                return null;
        }
    }

    private object Aggregated(ItemReader items, int depth) =>
        Read(items, depth + 1) is (long or ulong) and var number ? number : throw items.Damaged("statistics are no numbers");

    private Histogram ReadHistogram(ItemReader items, int depth)
    {
        int buckets = items.Count();
        var read = new List<HistogramBucket>();
        for (int i = 0; i < buckets; i++)
        {
            long? lower = Bound(items, depth);
            long? upper = Bound(items, depth);
            long count = items.Signed();
            read.Add(new HistogramBucket(lower, upper, count, items.RequiredString("a bucket's label")));
        }

        return new Histogram([.. read]);
    }

    private long? Bound(ItemReader items, int depth) => Read(items, depth + 1) switch
    {
        null => null,
        long bound => bound,
        _ => throw items.Damaged("a bucket's bound is no number"),
    };

    private TimeSeries ReadTimeSeries(ItemReader items, int depth)
    {
        int count = items.Count();
        var points = new List<TimeSeriesPoint>();
        for (int i = 0; i < count; i++)
        {
            long start = items.Signed();
            object? value = Read(items, depth + 1);
            points.Add(value is null or long or ulong ? new TimeSeriesPoint(start, value) : throw items.Damaged("a time series holds what is no number"));
        }

        return new TimeSeries([.. points]);
    }

    private BpfTuple ReadTuple(ItemReader items, int depth)
    {
        int count = items.Count();
        var values = new List<object?>();
        for (int i = 0; i < count; i++)
            values.Add(Read(items, depth + 1));
        return new BpfTuple([.. values], null);
    }

    private Array ReadArray(ItemReader items, int depth)
    {
        Type element = ReadPropertyType(items, depth);
        int count = items.Count();
        var values = new List<object?>();
        for (int i = 0; i < count; i++)
        {
            object? value = Read(items, depth + 1);
            if (!Fits(value, element))
                throw items.Damaged($"an array of {element.Name} holds {value?.GetType().Name ?? "nothing"}");
            values.Add(value);
        }

        var array = Array.CreateInstance(element, count);
        for (int i = 0; i < count; i++)
            array.SetValue(values[i], i);
        return array;
    }

    private object ReadEnum(ItemReader items) => Enum.ToObject(ReadEnumType(items), items.Signed());

    private Type ReadEnumType(ItemReader items)
    {
        if (items.Known(_enums, "enum") is { } known)
            return known;
        string name = Name(items);
        var kind = (ValueKind)items.Byte();
        if (kind is < ValueKind.Int8 or > ValueKind.UInt64)
            throw items.Damaged("an enum's type is no integer");
        int count = items.Count();
        var names = new List<string>();
        var values = new List<object>();
        for (int i = 0; i < count; i++)
        {
            names.Add(Name(items));
            values.Add(Number(items, kind, items.Signed()));
        }

        Type made = Made(items, () => _made.DefineEnum(name, ReplayTypes.ClrType(kind)!, [.. names], [.. values]));
        _enums.Add(made);
        return made;
    }

    private Type ReadPropertyType(ItemReader items, int depth)
    {
        if (depth > RecordingFormat.MaximumDepth)
            throw items.Damaged("a type is too deep");
        var kind = (ValueKind)items.Byte();
        return kind switch
        {
            ValueKind.Enum => ReadEnumType(items),
            ValueKind.Array => ReadPropertyType(items, depth + 1).MakeArrayType(),
            _ => ReplayTypes.ClrType(kind) ?? throw items.Damaged($"a property's type is of kind {(byte)kind}"),
        };
    }

    private static StackTrace ReadStack(ItemReader items)
    {
        if (items.KnownStack() is { } known)
            return known;
        byte mode = items.Byte();
        if (!Enum.IsDefined((StackMode)mode))
            throw items.Damaged($"a stack is of form {mode}");
        bool isUser = items.Byte() != 0;
        int count = items.Count();
        var frames = new List<StackFrame>();
        for (int i = 0; i < count; i++)
        {
            ulong address = items.Unsigned();
            string? symbol = items.String();
            ulong offset = items.Unsigned();
            string? module = items.String();
            bool isInlined = items.Byte() != 0;
            string? file = items.String();
            int line = items.Int32("a line");
            frames.Add(new StackFrame(address, symbol, offset, module) { IsInlined = isInlined, SourceFile = file, SourceLine = line, BuildId = items.String() });
        }

        var stack = new StackTrace([.. frames], (StackMode)mode, isUser);
        items.Add(stack);
        return stack;
    }

    /// <summary>What the CLR refuses to make, the file should not have asked for.</summary>
    private static T Made<T>(ItemReader items, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception exception) when (exception is ArgumentException or TypeLoadException or InvalidOperationException or NotSupportedException)
        {
            throw items.Damaged($"a type cannot be made: {exception.Message}");
        }
    }

    /// <summary>A name that the CLR can give to a type or member.</summary>
    private static string Name(ItemReader items)
    {
        // Metadata is UTF-8: bytes that are not become U+FFFD there, so they do here, or two names would be one.
        string name = UnicodeText.Repair(items.Text());
        // A NUL ends a name in metadata; what is special in a type's name would make another one of it.
        bool isFit = name.Length is > 0 and < 1024 && name.AsSpan().IndexOfAny(s_special) < 0;
        return isFit ? name : throw items.Damaged("a type or property has a name that cannot be");
    }
}
