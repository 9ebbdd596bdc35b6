using System.Net;
using System.Net.NetworkInformation;
using System.Reflection;

namespace BpfTrace.Recording;

/// <summary>Writes values, each with its kind before it, and the types they are of where such a type is first met.</summary>
/// <param name="items">Where they are written.</param>
internal sealed class RecordedValues(ItemWriter items)
{
    private readonly Dictionary<Type, int> _types = [];
    private readonly Dictionary<Type, int> _enums = [];

    /// <summary>The type of an event or record: its number from 1, or 0 and its definition.</summary>
    public void WriteType(Type type)
    {
        if (items.Known(_types, type))
            return;
        items.Text(type.FullName ?? type.Name);
        PropertyInfo[] properties = ReplayTypes.ValueProperties(type);
        items.Unsigned((ulong)properties.Length);
        foreach (PropertyInfo property in properties)
        {
            items.Text(property.Name);
            WritePropertyType(property.PropertyType);
        }
    }

    public void Write(object? value)
    {
        switch (value)
        {
            case null:
                Kind(ValueKind.Null);
                break;
            case string text:
                Kind(ValueKind.String);
                items.String(text);
                break;
            case Enum e:
                Kind(ValueKind.Enum);
                WriteEnumType(e.GetType());
                items.Signed(NumberOf(e));
                break;
            case bool b:
                Kind(b ? ValueKind.True : ValueKind.False);
                break;
            case StackTrace stack:
                Kind(ValueKind.Stack);
                WriteStack(stack);
                break;
            case Symbol symbol:
                Kind(ValueKind.Symbol);
                items.Unsigned(symbol.Address);
                items.String(symbol.Name);
                items.Unsigned(symbol.Offset);
                items.String(symbol.Module);
                break;
            case BpfRecord record:
                Kind(ValueKind.Record);
                WriteType(record.GetType());
                items.String(record.ToString());
                WriteAll(record.Values);
                break;
            case byte[] bytes when value.GetType() == typeof(byte[]): // an sbyte[] would pass for one
                Kind(ValueKind.Bytes);
                items.Bytes(bytes);
                break;
            case BpfTuple tuple:
                string printed = tuple.ToString();
                bool follows = printed == new BpfTuple(tuple.Values, null).ToString();
                Kind(follows ? ValueKind.Tuple : ValueKind.TupleWithText);
                if (!follows)
                    items.String(printed);
                WriteAll(tuple.Values);
                break;
            case Array array:
                Kind(ValueKind.Array);
                WritePropertyType(array.GetType().GetElementType()!);
                items.Unsigned((ulong)array.Length);
                foreach (object? element in array)
                    Write(element);
                break;
            default:
                if (!WriteNumber(value) && !WriteFrameworkValue(value))
                    WriteAggregate(value);
                break;
        }
    }

    /// <summary>How many values there are, and each.</summary>
    public void WriteAll(object?[] values)
    {
        items.Unsigned((ulong)values.Length);
        foreach (object? value in values)
            Write(value);
    }

    private static long NumberOf(Enum value) => value.GetTypeCode() == TypeCode.UInt64
        ? (long)Convert.ToUInt64(value, null)
        : Convert.ToInt64(value, null);

    private void Kind(ValueKind kind) => items.Byte((byte)kind);

    private bool WriteNumber(object value)
    {
        switch (value)
        {
            case sbyte or short or int or long:
                Kind(ReplayTypes.KindOf(value.GetType()));
                items.Signed(Convert.ToInt64(value, null));
                return true;
            case byte or ushort or uint or ulong:
                Kind(ReplayTypes.KindOf(value.GetType()));
                items.Unsigned(Convert.ToUInt64(value, null));
                return true;
            case double number:
                Kind(ValueKind.Double);
                items.Double(number);
                return true;
            default:
                return false;
        }
    }

    private bool WriteFrameworkValue(object value)
    {
        switch (value)
        {
            case IPAddress address:
                Kind(ValueKind.Address);
                items.Bytes(address.GetAddressBytes());
                return true;
            case MacAddress address:
                Kind(ValueKind.MacAddress);
                items.Bytes(address.GetAddressBytes());
                return true;
            case PhysicalAddress address:
                Kind(ValueKind.PhysicalAddress);
                items.Bytes(address.GetAddressBytes());
                return true;
            case TimeSpan span:
                Kind(ValueKind.TimeSpan);
                items.Signed(span.Ticks);
                return true;
            case DateTime time:
                Kind(ValueKind.DateTime);
                items.Byte((byte)time.Kind);
                items.Signed(time.Kind == DateTimeKind.Local ? time.ToUniversalTime().Ticks : time.Ticks);
                return true;
            case DateTimeOffset time:
                Kind(ValueKind.DateTimeOffset);
                items.Signed(time.Ticks);
                items.Signed(time.Offset.Ticks / TimeSpan.TicksPerMinute);
                return true;
            default:
                return false;
        }
    }

    private void WriteAggregate(object value)
    {
        switch (value)
        {
            case Stats stats:
                Kind(ValueKind.Stats);
                items.Signed(stats.Count);
                Write(stats.Average);
                Write(stats.Total);
                break;
            case Histogram histogram:
                Kind(ValueKind.Histogram);
                items.Unsigned((ulong)histogram.Buckets.Count);
                foreach (HistogramBucket bucket in histogram.Buckets)
                {
                    Write(bucket.Lower);
                    Write(bucket.Upper);
                    items.Signed(bucket.Count);
                    items.String(bucket.Label);
                }

                break;
            case TimeSeries series:
                Kind(ValueKind.TimeSeries);
                items.Unsigned((ulong)series.Points.Count);
                foreach (TimeSeriesPoint point in series.Points)
                {
                    items.Signed(point.StartUnixNanoseconds);
                    Write(point.Value);
                }

                break;
            default:
                throw new InvalidOperationException($"a value of type {value.GetType()} has no form in a recording");
        }
    }

    private void WriteStack(StackTrace stack)
    {
        if (items.KnownStack(stack))
            return;
        items.Byte((byte)stack.Mode);
        items.Byte(stack.IsUser ? (byte)1 : (byte)0);
        items.Unsigned((ulong)stack.Frames.Count);
        foreach (StackFrame frame in stack.Frames)
        {
            items.Unsigned(frame.Address);
            items.String(frame.Symbol);
            items.Unsigned(frame.Offset);
            items.String(frame.Module);
            items.Byte(frame.IsInlined ? (byte)1 : (byte)0);
            items.String(frame.SourceFile);
            items.Unsigned((uint)frame.SourceLine);
            items.String(frame.BuildId);
        }
    }

    private void WritePropertyType(Type type)
    {
        if (type.IsEnum)
        {
            Kind(ValueKind.Enum);
            WriteEnumType(type);
            return;
        }

        ValueKind kind = ReplayTypes.KindOf(type);
        Kind(kind);
        if (kind == ValueKind.Array)
            WritePropertyType(type.GetElementType()!);
    }

    /// <summary>An enum: its number from 1, or 0 and its definition.</summary>
    private void WriteEnumType(Type type)
    {
        if (items.Known(_enums, type))
            return;
        items.Text(type.FullName ?? type.Name);
        Kind(ReplayTypes.KindOf(type.GetEnumUnderlyingType()));
        FieldInfo[] names = type.GetFields(BindingFlags.Public | BindingFlags.Static);
        items.Unsigned((ulong)names.Length);
        foreach (FieldInfo name in names)
        {
            items.Text(name.Name);
            items.Signed(NumberOf((Enum)name.GetValue(null)!));
        }
    }
}
