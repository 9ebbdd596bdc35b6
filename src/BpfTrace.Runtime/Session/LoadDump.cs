using System.Text;
using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>What will be loaded, as text: maps, type information, programs with the maps they use.</summary>
internal static class LoadDump
{
    public static string Print(CollectionSpec collection)
    {
        var text = new StringBuilder();
        foreach (MapSpec map in collection.Maps)
        {
            text.Append($"map {map.Name}: {map.Type}, key {map.KeySize} bytes, value {map.ValueSize} bytes, {map.MaxEntries} entries");
            text.Append(map.Flags == 0 ? "\n" : $", {map.Flags}\n");
        }

        text.Append($"BTF: {collection.Btf.Length} bytes\n");
        text.Append($"license: {collection.License}\n");
        foreach (ProgramSpec program in collection.Programs)
        {
            text.Append($"program {program.Name}: section {program.SectionName}, {program.Type}");
            if (program.ExpectedAttachType != BpfAttachType.None)
                text.Append($", {program.ExpectedAttachType}");
            if (program.AttachTarget is { } target)
                text.Append($", for {target}");
            text.Append($"\n  {program.InstructionCount} instructions, {program.FuncInfo.Length / 8} functions, {program.LineInfo.Length / 16} source lines\n");
            foreach (MapReference reference in program.MapReferences)
                text.Append($"  {reference.Instruction}: {reference.Kind.ToString().ToLowerInvariant()} {reference.MapName}\n");
        }

        return text.ToString();
    }
}
