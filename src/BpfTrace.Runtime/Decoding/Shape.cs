using System.Runtime.CompilerServices;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>A made class, how its objects are filled from bytes, and how they print.</summary>
internal abstract class Shape
{
    private readonly int _fixedSize;
    private readonly ShapeFactory _factory;

    protected Shape(string prefix, string name, Type baseType, IReadOnlyList<ShapeProperty> properties, int fixedSize, RuntimeTypes types)
    {
        Properties = properties;
        _fixedSize = fixedSize;
        var names = new string[properties.Count];
        var clr = new Type[properties.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = properties[i].Name;
            clr[i] = properties[i].ClrType(types);
        }

        Type = types.Class(prefix, name, baseType, names, clr);
        _factory = ShapeEmitter.EmitFactory(Type, properties);
    }

    /// <summary>The class.</summary>
    public Type Type { get; }

    public IReadOnlyList<ShapeProperty> Properties { get; }

    /// <summary>A new object, filled.</summary>
    protected object CreateObject(ReadOnlySpan<byte> bytes, DecodeContext context) => _factory(this, bytes, context);

    // Called by the factories.
    internal string ReadString(ReadOnlySpan<byte> bytes, DecodeContext context, int index)
    {
        ShapeProperty property = Properties[index];
        return ValueDecoder.String(Bytes(bytes, index), (StringType)property.Type, context);
    }

    // Called by the factories: everything that is not a plain number or a string.
    internal object? ReadObject(ReadOnlySpan<byte> bytes, DecodeContext context, int index)
    {
        ShapeProperty property = Properties[index];
        if (property.BitField is { } field)
            return BitFieldObject(field, RawValue.BitField(bytes, field), context);
        ReadOnlySpan<byte> value = Bytes(bytes, index);
        if (property.IsStringList)
            return JoinText.Split(property.IsPacked ? value : RawValue.Buffer(value));
        if (property.IsPacked)
            return value.ToArray();
        object? decoded = ValueDecoder.Decode(property.Type, value, context);
        // A value cut off by its structure's end: the factory unboxes, so a number must still be one.
        return decoded is null && property.ClrType(context.Types) is { IsValueType: true } clr ? RuntimeHelpers.GetUninitializedObject(clr) : decoded;
    }

    private ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> bytes, int index)
    {
        ShapeProperty property = Properties[index];
        if (!property.IsPacked)
            return RawValue.Field(bytes, property.Offset, property.Type.Size);
        int start = _fixedSize;
        for (int i = 0; i < index; i++)
        {
            if (Properties[i].IsPacked)
                start += (int)RawValue.UInt32(bytes, Properties[i].Offset);
        }

        return bytes.Slice(start, (int)RawValue.UInt32(bytes, property.Offset));
    }

    private static object BitFieldObject(StructField field, ulong bits, DecodeContext context) => field.Type switch
    {
        BoolType => bits != 0,
        EnumType e => Enum.ToObject(context.Types.Enum(e), (long)bits),
        IntegerType integer => ValueDecoder.Integer(integer, (long)bits),
        _ => bits,
    };
}
