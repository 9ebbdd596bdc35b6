using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>A structure's members as they are printed and decoded: those of anonymous structures and unions stand in its place.</summary>
internal static class StructFields
{
    private static readonly ConditionalWeakTable<StructType, StrongBox<ImmutableArray<StructField>>> s_flattened = [];

    public static ImmutableArray<StructField> Flatten(StructType type) =>
        s_flattened.GetValue(type, static t => new StrongBox<ImmutableArray<StructField>>(FlattenCore(t))).Value;

    private static ImmutableArray<StructField> FlattenCore(StructType type)
    {
        if (!type.Fields.Any(f => f.Name.Length == 0))
            return type.Fields;
        var fields = ImmutableArray.CreateBuilder<StructField>();
        Add(fields, type, 0);
        return fields.ToImmutable();
    }

    private static void Add(ImmutableArray<StructField>.Builder fields, StructType type, int bitOffset)
    {
        foreach (StructField field in type.Fields)
        {
            if (field.Name.Length == 0 && field.Type is StructType inner)
                Add(fields, inner, bitOffset + field.BitOffset);
            else if (field.Name.Length != 0)
                fields.Add(field with { BitOffset = bitOffset + field.BitOffset });
        }
    }
}
