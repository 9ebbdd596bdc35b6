using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;

namespace BpfTrace.Decoding;

/// <summary>
/// The class between <see cref="TypedEvent"/> and the events of one site. All events with the same properties have a class of the same name there,
/// whatever script they come from, and a table is registered under that name: a site's own name comes again with other columns in the next script.
/// </summary>
internal static class ColumnsClass
{
    /// <summary>What the names of all these classes begin with.</summary>
    public const string Prefix = "BpfTrace.Events_";

    private const int LongestName = 100;

    /// <summary>The class's name: readable as far as it is short, then a number for the whole.</summary>
    public static string NameOf(IEnumerable<string> names, IEnumerable<string> types)
    {
        uint hash = 2166136261;
        var text = new StringBuilder("BpfTrace.Events");
        foreach ((string name, string type) in names.Zip(types))
        {
            foreach (char c in $"{name} {type};")
                hash = (hash ^ c) * 16777619; // FNV-1a
            if (text.Length < LongestName)
                text.Append('_').Append(string.Concat(name.Where(char.IsAsciiLetterOrDigit)));
        }

        return text.Append(CultureInfo.InvariantCulture, $"_{hash:x8}").ToString();
    }

    /// <summary>The class for these properties, made in the module when it is not there yet.</summary>
    public static Type In(Module module, string[] names, Type[] types)
    {
        string name = NameOf(names, types.Select(static t => t.ToString()));
        if (module.GetType(name) is { } made)
            return made;
        TypeBuilder type = ((ModuleBuilder)module).DefineType(name, TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Abstract, typeof(TypedEvent));
        type.DefineDefaultConstructor(MethodAttributes.Family);
        return type.CreateType();
    }
}
