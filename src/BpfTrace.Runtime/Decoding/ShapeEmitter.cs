using System.Reflection;
using System.Reflection.Emit;
using BpfTrace.Language.Symbols;
using BpfTrace.Recording;

namespace BpfTrace.Decoding;

/// <summary>Makes an object of a shape from a record's (or structure's) bytes.</summary>
internal delegate object ShapeFactory(Shape shape, ReadOnlySpan<byte> bytes, DecodeContext context);

/// <summary>
/// Writes the class and the factory of a shape. The factory is one straight method: numbers go from the bytes into the object's fields
/// without a box, the rest through <see cref="Shape"/>'s readers.
/// </summary>
internal static class ShapeEmitter
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The class: a field and a read-only property per value, and <c>GetValues</c>.</summary>
    public static Type EmitClass(TypeBuilder type, string[] names, Type[] types)
    {
        if (type.BaseType == typeof(TypedEvent))
            type.SetParent(ColumnsClass.In(type.Module, names, types));
        var fields = new FieldBuilder[names.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            Type clr = types[i];
            fields[i] = type.DefineField("_" + names[i], clr, FieldAttributes.Private);
            PropertyBuilder property = type.DefineProperty(names[i], PropertyAttributes.None, clr, null);
            MethodBuilder getter = type.DefineMethod(
                "get_" + names[i], MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig, clr, Type.EmptyTypes);
            ILGenerator get = getter.GetILGenerator();
            get.Emit(OpCodes.Ldarg_0);
            get.Emit(OpCodes.Ldfld, fields[i]);
            get.Emit(OpCodes.Ret);
            property.SetGetMethod(getter);
        }

        EmitGetValues(type, fields);
        if (type.BaseType!.IsSubclassOf(typeof(TypedEvent)))
            EmitHasPlainValues(type, fields);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        return type.CreateType();
    }

    /// <summary>The method that makes and fills an object of the class.</summary>
    public static ShapeFactory EmitFactory(Type type, IReadOnlyList<ShapeProperty> properties)
    {
        var method = new DynamicMethod(
            "Create", typeof(object), [typeof(Shape), typeof(ReadOnlySpan<byte>), typeof(DecodeContext)], typeof(ShapeEmitter).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Newobj, type.GetConstructor(Type.EmptyTypes)!);
        for (int i = 0; i < properties.Count; i++)
        {
            FieldInfo field = type.GetField("_" + properties[i].Name, Declared)!;
            il.Emit(OpCodes.Dup);
            if (ScalarReader(properties[i], field.FieldType) is { } reader)
            {
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Ldc_I4, properties[i].Offset);
                il.Emit(OpCodes.Call, reader);
            }
            else
            {
                bool isString = field.FieldType == typeof(string) && properties[i].Type is StringType;
                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Ldc_I4, i);
                il.Emit(OpCodes.Call, typeof(Shape).GetMethod(isString ? nameof(Shape.ReadString) : nameof(Shape.ReadObject), Declared)!);
                if (!isString)
                    il.Emit(OpCodes.Unbox_Any, field.FieldType);
            }

            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<ShapeFactory>();
    }

    /// <summary>The method that makes an object of the class of its properties' values, which must be of their types.</summary>
    public static ReplayFactory EmitValueFactory(Type type, string[] names)
    {
        var method = new DynamicMethod("Create", typeof(object), [typeof(object[])], typeof(ShapeEmitter).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Newobj, type.GetConstructor(Type.EmptyTypes)!);
        for (int i = 0; i < names.Length; i++)
        {
            FieldInfo field = type.GetField("_" + names[i], Declared)!;
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldelem_Ref);
            il.Emit(OpCodes.Unbox_Any, field.FieldType);
            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<ReplayFactory>();
    }

    private static void EmitGetValues(TypeBuilder type, FieldBuilder[] fields)
    {
        MethodInfo declaration = type.BaseType!.GetMethod("GetValues", Declared)!;
        MethodBuilder method = type.DefineMethod(
            declaration.Name, MethodAttributes.Family | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(object[]), Type.EmptyTypes);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, fields.Length);
        il.Emit(OpCodes.Newarr, typeof(object));
        for (int i = 0; i < fields.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, fields[i]);
            if (fields[i].FieldType.IsValueType)
                il.Emit(OpCodes.Box, fields[i].FieldType);
            il.Emit(OpCodes.Stelem_Ref);
        }

        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(method, declaration);
    }

    private static void EmitHasPlainValues(TypeBuilder type, FieldBuilder[] fields)
    {
        MethodInfo declaration = typeof(TypedEvent).GetMethod("HasPlainValues", Declared)!;
        MethodInfo isPlain = typeof(TypedEvent).GetMethod("IsPlain", Declared)!;
        MethodBuilder method = type.DefineMethod(
            declaration.Name, MethodAttributes.Family | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(bool), Type.EmptyTypes);
        ILGenerator il = method.GetILGenerator();
        Label found = il.DefineLabel();
        foreach (FieldBuilder field in fields)
        {
            if (field.FieldType.IsValueType)
                continue;
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Call, isPlain);
            il.Emit(OpCodes.Brfalse, found);
        }

        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(found);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(method, declaration);
    }

    private static MethodInfo? ScalarReader(ShapeProperty property, Type clr)
    {
        if (property.BitField is not null || property.IsPacked)
            return null;
        string? name = property.Type switch
        {
            BoolType => nameof(ScalarReaders.Bool),
            IntegerType or PointerType => (clr.IsEnum ? clr.GetEnumUnderlyingType() : clr).Name,
            EnumType e => (e.Underlying.IsSigned ? "Int" : "UInt") + e.Underlying.Bits,
            _ => null,
        };
        name = name switch
        {
            "SByte" or "Int8" => nameof(ScalarReaders.Int8),
            "Byte" or "UInt8" => nameof(ScalarReaders.UInt8),
            _ => name,
        };
        return name is null ? null : typeof(ScalarReaders).GetMethod(name, Declared);
    }
}
