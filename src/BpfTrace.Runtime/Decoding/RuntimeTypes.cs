using System.Net;
using System.Net.NetworkInformation;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Decoding;

/// <summary>
/// The CLR types of one trace: a class per output site, per record shape and C structure, an enum per C enum. Each is made when its first
/// value is.
/// </summary>
internal sealed class RuntimeTypes(SourceText source)
{
    private readonly Dictionary<BpfType, RecordShape> _records = [];
    private readonly Dictionary<EnumType, Type> _enums = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly MadeTypes _made = new();

    /// <summary>The CLR type that values of a type have as properties.</summary>
    public Type ClrType(BpfType type) => type switch
    {
        IntegerType integer => IntegerClrType(integer),
        BoolType => typeof(bool),
        EnumType e => Enum(e),
        PointerType or ErrorType => typeof(ulong),
        StringType or CgroupPathType or UserNameType => typeof(string),
        BufferType => typeof(byte[]),
        ArrayType array => ClrType(array.Element).MakeArrayType(),
        TupleType { IsRecord: false } => typeof(BpfTuple),
        TupleType or StructType => typeof(BpfRecord),
        AggregateType { Kind: AggregateKind.Stats } => typeof(Stats),
        AggregateType { Kind: AggregateKind.Hist or AggregateKind.LHist } => typeof(Histogram),
        AggregateType { Kind: AggregateKind.TSeries } => typeof(TimeSeries),
        AggregateType aggregate => aggregate.IsSigned && aggregate.Kind != AggregateKind.Count ? typeof(long) : typeof(ulong),
        KernelSymbolType or UserSymbolType => typeof(Symbol),
        StackType => typeof(StackTrace),
        InetType => typeof(IPAddress),
        MacAddressType => typeof(PhysicalAddress),
        TimestampType => typeof(DateTimeOffset),
        _ => typeof(object),
    };

    /// <summary>The enum made for a C enum: Where-Object, Sort-Object and Group-Object take its names and numbers.</summary>
    public Type Enum(EnumType type)
    {
        if (_enums.TryGetValue(type, out Type? made))
            return made;
        Type underlying = IntegerClrType(type.Underlying);
        var names = new List<string>();
        var values = new List<object>();
        foreach ((long value, string name) in type.Names)
        {
            names.Add(name);
            values.Add(ValueDecoder.Integer(type.Underlying, value));
        }

        made = _made.Enum(UniqueName("BpfTrace.Enum.", type.Name), underlying, [.. names], [.. values]);
        _enums.Add(type, made);
        return made;
    }

    /// <summary>How values of a record or C structure are made.</summary>
    public RecordShape Record(BpfType type)
    {
        if (!_records.TryGetValue(type, out RecordShape? shape))
        {
            shape = new RecordShape(type, this);
            _records.Add(type, shape);
        }

        return shape;
    }

    /// <summary>A public class with these properties; its name is readable and unique in the trace.</summary>
    public Type Class(string prefix, string name, Type baseType, string[] names, Type[] types) =>
        _made.Class(UniqueName(prefix, name), baseType, names, types);

    /// <summary>The name of a site's event type: <c>Printf_L1C40</c> for the printf at line 1, column 40.</summary>
    public string SiteName(OutputSite site)
    {
        TextPosition position = new TextLocation(source, site.Span).Start;
        string kind = site.Kind == OutputKind.PrintValue ? "Print" : site.Kind.ToString();
        return $"{kind}_L{position.Line}C{position.Column}";
    }

    private string UniqueName(string prefix, string name)
    {
        // Names come from scripts and C tags: keep what a CLR type name may hold without quoting.
        string clean = prefix + (name.Length == 0 ? "Anonymous" : string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')));
        string unique = clean;
        for (int i = 2; !_names.Add(unique); i++)
            unique = $"{clean}_{i}";
        return unique;
    }

    private static Type IntegerClrType(IntegerType type) => (type.Bits, type.IsSigned) switch
    {
        (8, true) => typeof(sbyte),
        (8, false) => typeof(byte),
        (16, true) => typeof(short),
        (16, false) => typeof(ushort),
        (32, true) => typeof(int),
        (32, false) => typeof(uint),
        (_, true) => typeof(long),
        _ => typeof(ulong),
    };
}
