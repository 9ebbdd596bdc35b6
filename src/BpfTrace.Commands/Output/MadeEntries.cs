using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Entries of classes of their own, whose names choose views and which have the parts of a key as properties. The engine would take names and properties of single
/// objects too, but keeps them in tables of the process that the garbage collector goes through again and again: with a million entries that is most of the time.
/// </summary>
internal static class MadeEntries
{
    private static readonly Dictionary<string, ConstructorInvoker> s_made = new(StringComparer.Ordinal);
    private static readonly MethodInfo s_parts = typeof(MapEntry).GetMethod(nameof(MapEntry.GetKeyParts))!;
    private static readonly MethodInfo s_part = typeof(IReadOnlyList<object?>).GetProperty("Item")!.GetMethod!;

    /// <summary>What makes such an object of an entry.</summary>
    /// <param name="name">The class's name.</param>
    /// <param name="keyParts">How many parts of the key are properties: <c>Key1</c>, <c>Key2</c>, …</param>
    public static ConstructorInvoker Maker(string name, int keyParts)
    {
        string definition = string.Create(CultureInfo.InvariantCulture, $"{name} {keyParts}");
        lock (s_made)
        {
            if (!s_made.TryGetValue(definition, out ConstructorInvoker? maker))
            {
                s_made.Add(definition, maker = ConstructorInvoker.Create(Emit(name, keyParts).GetConstructors()[0]));
            }

            return maker;
        }
    }

    private static Type Emit(string name, int keyParts)
    {
        // The same name stands for classes with and without parts: each in an assembly of its own.
        string assembly = string.Create(CultureInfo.InvariantCulture, $"BpfTrace.Entries{s_made.Count + 1}");
        ModuleBuilder module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(assembly), AssemblyBuilderAccess.Run).DefineDynamicModule(assembly);
        TypeBuilder type = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Sealed, typeof(MapEntry));
        EmitConstructor(type);
        if (keyParts > 0)
        {
            // Reflection has a class's own properties before those of its base, and people read a key's parts behind the value.
            foreach (PropertyInfo property in new[] { nameof(MapEntry.Map), nameof(MapEntry.Key), nameof(MapEntry.Value) }.Select(static p => typeof(MapEntry).GetProperty(p)!))
            {
                ILGenerator own = DefineGetter(type, property.Name, property.PropertyType, MethodAttributes.Virtual);
                own.Emit(OpCodes.Ldarg_0);
                own.Emit(OpCodes.Call, property.GetMethod!);
                own.Emit(OpCodes.Ret);
            }
        }

        for (int i = 0; i < keyParts; i++)
        {
            ILGenerator part = DefineGetter(type, string.Create(CultureInfo.InvariantCulture, $"Key{i + 1}"), typeof(object), 0);
            part.Emit(OpCodes.Ldarg_0);
            part.Emit(OpCodes.Call, s_parts);
            part.Emit(OpCodes.Ldc_I4, i);
            part.Emit(OpCodes.Callvirt, s_part);
            part.Emit(OpCodes.Ret);
        }

        return type.CreateType();
    }

    private static void EmitConstructor(TypeBuilder type)
    {
        ConstructorInfo copies = typeof(MapEntry).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [typeof(MapEntry)])!;
        ILGenerator code = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(MapEntry)]).GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Call, copies);
        code.Emit(OpCodes.Ret);
    }

    private static ILGenerator DefineGetter(TypeBuilder type, string name, Type of, MethodAttributes kind)
    {
        PropertyBuilder property = type.DefineProperty(name, PropertyAttributes.None, of, null);
        MethodBuilder getter = type.DefineMethod("get_" + name, MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig | kind, of, Type.EmptyTypes);
        property.SetGetMethod(getter);
        return getter.GetILGenerator();
    }
}
