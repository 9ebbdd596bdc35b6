using System.Collections.Immutable;
using BpfTrace.Compiler.Layout;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>
/// The class of an output site's events. A <c>print()</c> of a record has a property per field, as a printf of the same values would; of any
/// other value one property.
/// </summary>
internal sealed class EventShape : Shape
{
    // What TraceEvent has already, and what an object has.
    private static readonly string[] s_baseNames =
        ["Timestamp", "ProbeName", "CpuId", "BootTimeNanoseconds", "Text", "ToString", "GetType", "Equals", "GetHashCode", "GetValues"];

    private readonly OutputSite _site;
    private readonly PrintfFormat? _format;
    private readonly TupleType? _record;
    private bool? _isTextOfStrings;

    public EventShape(EventLayout layout, PrintfFormat? format, RuntimeTypes types)
        : this(layout, format, types, PrintedRecord(layout.Site))
    {
    }

    private EventShape(EventLayout layout, PrintfFormat? format, RuntimeTypes types, TupleType? record)
        : base("BpfTrace.Event.", types.SiteName(layout.Site), typeof(TypedEvent), MakeProperties(layout, record), layout.FixedSize, types)
    {
        _site = layout.Site;
        _format = format;
        _record = record;
    }

    /// <summary>An event from a whole record; its header is not set yet.</summary>
    public TypedEvent Create(ReadOnlySpan<byte> record, DecodeContext context)
    {
        var made = (TypedEvent)CreateObject(record, context);
        made.SetShape(this);
        return made;
    }

    /// <summary>Whether there is nothing in an event's text that could do harm on a terminal, unless a string among its values brings it.</summary>
    public bool IsTextOfStrings => _isTextOfStrings ??= _format?.IsTextOfStrings()
        ?? (_site.Kind == OutputKind.PrintValue && (_record?.Fields.Select(f => f.Type) ?? _site.ValueTypes).All(PrintfFormat.IsStringOrNumber));

    /// <summary>The text of an event's values, as the site prints them.</summary>
    public string Format(object?[] values)
    {
        var writer = new Utf8Writer();
        if (_format is not null)
        {
            _format.Write(writer, values);
        }
        else if (_site.Kind == OutputKind.Join)
        {
            writer.Append(string.Join(_site.Separator ?? " ", values[0] as string[] ?? []));
            writer.Append((byte)'\n');
        }
        else
        {
            if (_record is not null)
                ObjectWriter.WriteFields(writer, [.. _record.Fields.Select(f => f.Name)], [.. _record.Fields.Select(f => f.Type)], values);
            else if (values.Length != 0)
                ObjectWriter.Write(writer, _site.ValueTypes[^1], values[^1]);
            writer.Append((byte)'\n');
        }

        return writer.ToString();
    }

    /// <summary>The properties the events of a site have of their own.</summary>
    public static IReadOnlyList<ShapeProperty> PropertiesOf(EventLayout layout) => MakeProperties(layout, PrintedRecord(layout.Site));

    private static TupleType? PrintedRecord(OutputSite site) =>
        site is { Kind: OutputKind.PrintValue, Map: null, ValueTypes: [TupleType { IsRecord: true } record] } ? record : null;

    private static List<ShapeProperty> MakeProperties(EventLayout layout, TupleType? record)
    {
        var taken = new HashSet<string>(s_baseNames, StringComparer.OrdinalIgnoreCase);
        if (record is not null)
        {
            int start = layout.Fields[0].Offset;
            return [.. RecordShape.Fields(record, taken).Select(f => f.Property with { Offset = start + f.Property.Offset })];
        }

        var properties = new List<ShapeProperty>();
        ImmutableArray<string> names = layout.Site.ValueNames;
        for (int i = 0; i < layout.Fields.Length; i++)
        {
            EventField field = layout.Fields[i];
            string name = i < names.Length ? names[i] : "arg" + i;
            properties.Add(new ShapeProperty(ShapeProperty.Unique(name, taken), field.Type, field.Offset)
            {
                IsPacked = field.IsPacked,
                IsStringList = layout.Site.Kind == OutputKind.Join,
            });
        }

        return properties;
    }
}
