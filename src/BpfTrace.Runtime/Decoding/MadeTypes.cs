using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;

namespace BpfTrace.Decoding;

/// <summary>
/// Makes the classes and enums of one trace or recording, in an assembly that is collected with them. What is defined alike is the same type while it
/// is in use, wherever it comes from: PowerShell keeps for good what it has learned of a type, and a shell that traces the same again and again would
/// need more memory each time.
/// </summary>
internal sealed class MadeTypes
{
    private static readonly Dictionary<string, WeakReference<Type>> s_made = new(StringComparer.Ordinal);
    private static int s_mostMade = 64;
    private static int s_modules;

    private ModuleBuilder? _module;

    private ModuleBuilder Module => _module ??= DefineModule();

    /// <summary>A public class with these properties.</summary>
    public Type Class(string name, Type baseType, string[] names, Type[] types)
    {
        // Which types they are, not what they are called. They live as long as the class does, and no others have their handles meanwhile.
        string definition = Definition(name, baseType, names, i => types[i].TypeHandle.Value.ToInt64());
        return Known(definition, () => ShapeEmitter.EmitClass(
            Module.DefineType(name, TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Sealed, baseType), names, types));
    }

    /// <summary>A public enum with these names, and values of its underlying type.</summary>
    public Type Enum(string name, Type underlying, string[] names, object[] values)
    {
        return Known(Definition(name, underlying, names, i => values[i]), () =>
        {
            EnumBuilder builder = Module.DefineEnum(name, TypeAttributes.Public, underlying);
            for (int i = 0; i < names.Length; i++)
                builder.DefineLiteral(names[i], values[i]);
            return builder.CreateType();
        });
    }

    // A class refers to types of other assemblies by their names: were two of one name, the second's types would be looked for in the first.
    private static ModuleBuilder DefineModule()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"BpfTrace.Events{Interlocked.Increment(ref s_modules)}");
        return AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.RunAndCollect).DefineDynamicModule(name);
    }

    /// <summary>What tells one definition from another: its name, its base, and the name of each part with what else there is of it.</summary>
    private static string Definition(string name, Type of, string[] names, Func<int, object> part)
    {
        var definition = new StringBuilder();
        Append(definition, name);
        Append(definition, of.Name);
        for (int i = 0; i < names.Length; i++)
        {
            Append(definition, names[i]);
            definition.Append(Convert.ToString(part(i), CultureInfo.InvariantCulture));
        }

        return definition.ToString();
    }

    // Names come from scripts and recordings and may hold anything.
    private static void Append(StringBuilder definition, string name) => definition.Append(' ').Append(name.Length).Append(':').Append(name).Append(' ');

    private static Type Known(string definition, Func<Type> make)
    {
        lock (s_made)
        {
            if (s_made.TryGetValue(definition, out WeakReference<Type>? known) && known.TryGetTarget(out Type? made))
                return made;
            made = make();
            s_made[definition] = new WeakReference<Type>(made);
            if (s_made.Count > s_mostMade)
            {
                foreach (string key in s_made.Keys.ToArray())
                {
                    if (!s_made[key].TryGetTarget(out _))
                        s_made.Remove(key);
                }

                s_mostMade = Math.Max(64, s_made.Count * 2);
            }

            return made;
        }
    }
}
