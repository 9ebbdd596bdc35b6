using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>The class of a record or C structure, derived from <see cref="BpfRecord"/>.</summary>
internal sealed class RecordShape : Shape
{
    private readonly BpfType? _timed;

    public RecordShape(BpfType type, RuntimeTypes types)
        : this(type, types, Fields(type))
    {
    }

    private RecordShape(BpfType type, RuntimeTypes types, (string Name, ShapeProperty Property)[] fields)
        : base("BpfTrace.Record.", TypeName(type), typeof(BpfRecord), [.. fields.Select(f => f.Property)], type.Size, types)
    {
        FieldNames = [.. fields.Select(f => f.Name)];
        FieldTypes = [.. fields.Select(f => f.Property.Type)];
        _timed = DecodeContext.HoldsTime(type) ? type : null;
    }

    /// <summary>The fields' names as printed; a property's name may differ by underscores.</summary>
    public IReadOnlyList<string> FieldNames { get; }

    public IReadOnlyList<BpfType> FieldTypes { get; }

    /// <summary>A value from its bytes.</summary>
    public BpfRecord Create(ReadOnlySpan<byte> bytes, DecodeContext context)
    {
        var record = (BpfRecord)CreateObject(bytes, context);
        record.SetShape(this);
        if (_timed is not null)
        {
            var text = new Utf8Writer();
            ValueWriter.Write(text, _timed, bytes, context);
            record.SetText(text.ToString());
        }

        return record;
    }

    /// <summary>A record's or structure's fields as properties.</summary>
    public static (string Name, ShapeProperty Property)[] Fields(BpfType type, HashSet<string>? taken = null)
    {
        taken ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return type switch
        {
            TupleType tuple => [.. tuple.Fields.Select(f =>
                (f.Name, new ShapeProperty(ShapeProperty.Unique(f.Name, taken), f.Type, f.Offset)))],
            StructType structure => [.. StructFields.Flatten(structure).Select(f =>
                (f.Name, new ShapeProperty(ShapeProperty.Unique(f.Name, taken), f.Type, f.Offset) { BitField = f.IsBitField ? f : null }))],
            _ => [],
        };
    }

    private static string TypeName(BpfType type) =>
        type is StructType structure ? structure.Name : string.Join('_', ((TupleType)type).Fields.Select(f => f.Name));
}
