using System.Net;
using System.Net.NetworkInformation;
using System.Reflection;
using BpfTrace.Decoding;

namespace BpfTrace.Recording;

/// <summary>Makes an event or record of the values of its properties.</summary>
internal delegate object ReplayFactory(object?[] values);

/// <summary>A type of a recording: the class made for it, and how its objects are made.</summary>
internal sealed record ReplayType(Type Class, Type[] PropertyTypes, ReplayFactory Create);

/// <summary>The types of one recording, made again under the names they had.</summary>
internal sealed class ReplayTypes
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly MadeTypes _made = new();

    /// <summary>The kind values of a CLR type have; <see cref="ValueKind.Object"/> for one that says nothing.</summary>
    public static ValueKind KindOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => ValueKind.Boolean,
        TypeCode.SByte => ValueKind.Int8,
        TypeCode.Byte => ValueKind.UInt8,
        TypeCode.Int16 => ValueKind.Int16,
        TypeCode.UInt16 => ValueKind.UInt16,
        TypeCode.Int32 => ValueKind.Int32,
        TypeCode.UInt32 => ValueKind.UInt32,
        TypeCode.Int64 => ValueKind.Int64,
        TypeCode.UInt64 => ValueKind.UInt64,
        TypeCode.Double => ValueKind.Double,
        TypeCode.String => ValueKind.String,
        TypeCode.DateTime => ValueKind.DateTime,
        _ => ObjectKindOf(type),
    };

    /// <summary>The CLR type of a property of this kind; null for a kind that no property has (or that needs more to say which type it is).</summary>
    public static Type? ClrType(ValueKind kind) => kind switch
    {
        ValueKind.Boolean => typeof(bool),
        ValueKind.Int8 => typeof(sbyte),
        ValueKind.UInt8 => typeof(byte),
        ValueKind.Int16 => typeof(short),
        ValueKind.UInt16 => typeof(ushort),
        ValueKind.Int32 => typeof(int),
        ValueKind.UInt32 => typeof(uint),
        ValueKind.Int64 => typeof(long),
        ValueKind.UInt64 => typeof(ulong),
        ValueKind.Double => typeof(double),
        ValueKind.String => typeof(string),
        ValueKind.Bytes => typeof(byte[]),
        ValueKind.Tuple => typeof(BpfTuple),
        ValueKind.Record => typeof(BpfRecord),
        ValueKind.Symbol => typeof(Symbol),
        ValueKind.Stack => typeof(StackTrace),
        ValueKind.Address => typeof(IPAddress),
        ValueKind.MacAddress => typeof(MacAddress),
        ValueKind.PhysicalAddress => typeof(PhysicalAddress),
        ValueKind.Histogram => typeof(Histogram),
        ValueKind.Stats => typeof(Stats),
        ValueKind.TimeSeries => typeof(TimeSeries),
        ValueKind.DateTime => typeof(DateTime),
        ValueKind.DateTimeOffset => typeof(DateTimeOffset),
        ValueKind.TimeSpan => typeof(TimeSpan),
        ValueKind.Object => typeof(object),
        _ => null,
    };

    /// <summary>The properties a made type has of its own, in the order of its values.</summary>
    public static PropertyInfo[] ValueProperties(Type type)
    {
        PropertyInfo[] properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        // Metadata is in the order of definition; what a program sees of it is not promised to be.
        Array.Sort(properties, static (a, b) => a.MetadataToken.CompareTo(b.MetadataToken));
        return properties;
    }

    /// <summary>A class with these properties.</summary>
    public ReplayType Define(string name, Type baseType, string[] propertyNames, Type[] propertyTypes)
    {
        Type made = _made.Class(Unique(name), baseType, propertyNames, propertyTypes);
        return new ReplayType(made, propertyTypes, ShapeEmitter.EmitValueFactory(made, propertyNames));
    }

    /// <summary>An enum with these names.</summary>
    public Type DefineEnum(string name, Type underlying, string[] names, object[] values) => _made.Enum(Unique(name), underlying, names, values);

    private static ValueKind ObjectKindOf(Type type)
    {
        if (type == typeof(byte[]))
            return ValueKind.Bytes;
        if (type == typeof(BpfTuple))
            return ValueKind.Tuple;
        if (type.IsArray)
            return ValueKind.Array;
        if (type.IsSubclassOf(typeof(BpfRecord)))
            return ValueKind.Record;
        for (ValueKind kind = ValueKind.Record; kind <= ValueKind.PhysicalAddress; kind++)
        {
            if (ClrType(kind) == type)
                return kind;
        }

        return ValueKind.Object;
    }

    private string Unique(string name)
    {
        // A recording may say what it likes, but those names are taken for classes with columns.
        if (name.StartsWith(ColumnsClass.Prefix, StringComparison.Ordinal))
            name = "_" + name;
        string unique = name;
        for (int i = 2; !_names.Add(unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }
}
