using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>What binding settled, as text: probes with their places, maps with their types, output sites with their values.</summary>
internal static class TypeDump
{
    public static string Print(BoundProgram program)
    {
        var text = new StringBuilder();
        foreach (BoundProbe probe in program.Probes)
        {
            text.Append($"probe {probe.Name}\n");
            foreach (AttachTarget target in probe.Targets)
                text.Append($"  {target.FullName}\n");
        }

        foreach (SubprogramSymbol function in program.Subprograms)
            text.Append($"fn {function.Name}({string.Join(", ", function.Parameters.Select(static p => $"{p.Name} : {p.Type.DisplayName}"))}) : {function.ReturnType.DisplayName}\n");
        foreach (MapSymbol map in program.Maps)
            text.Append($"map {map.Name}[{map.KeyType?.DisplayName}] : {map.ValueType.DisplayName} ({map.Storage}, {map.MaxEntries})\n");
        foreach (OutputSite site in program.Sites)
        {
            text.Append($"output {site.Id} {site.Kind}");
            for (int i = 0; i < site.ValueTypes.Length; i++)
                text.Append($"{(i == 0 ? ' ' : ',')}{(i < site.ValueNames.Length ? site.ValueNames[i] : "")} : {site.ValueTypes[i].DisplayName}");
            text.Append('\n');
        }

        return text.ToString();
    }
}
