using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Completion;

/// <summary>
/// Members of what stands before a dot or an arrow. A small script of the probe, its statements so far and a member that nothing has is
/// bound; the binder tells what type it looked for that member in.
/// </summary>
internal static class MemberCompletion
{
    private const string Asked = "__completed_member";

    public static IEnumerable<CompletionItem> Complete(ScriptContext context, IKernelCatalog catalog, int? processId)
    {
        string probe = FirstAttachPoint(context.AttachPoints, catalog, processId);
        BpfType? type = TypeOf(context, probe, context.Before, context.OpenBraces, catalog, processId)
            ?? TypeOf(context, probe, "", 1, catalog, processId); // a statement before is wrong, or not finished
        return type switch
        {
            StructType structure => Members(structure, context.Word),
            TupleType { IsRecord: true } record => record.Fields.Where(f => f.Name.StartsWith(context.Word, StringComparison.Ordinal))
                .Select(static f => Field(f.Name, f.Type)),
            _ => [],
        };
    }

    private static IEnumerable<CompletionItem> Members(StructType type, string word)
    {
        foreach (StructField field in type.Fields)
        {
            if (field.Name.Length == 0 && field.Type is StructType inner)
            {
                foreach (CompletionItem item in Members(inner, word))
                    yield return item;
            }
            else if (field.Name.StartsWith(word, StringComparison.Ordinal) && field.Name.Length > 0 && !field.Name.StartsWith("common_", StringComparison.Ordinal))
            {
                yield return Field(field.Name, field.Type);
            }
        }
    }

    private static CompletionItem Field(string name, BpfType type) => new(CompletionKind.Field, name, name, $"{type.DisplayName} {name}");

    private static BpfType? TypeOf(ScriptContext context, string probe, string before, int openBraces, IKernelCatalog catalog, int? processId)
    {
        var script = new StringBuilder(context.Preamble).Append(probe).Append('{').Append(before)
            .Append(" print(").Append(context.MemberOf).Append('.').Append(Asked).Append("); ").Append('}', openBraces);
        var source = new SourceText(script.ToString(), "completion");
        ParseResult parsed = Parser.Parse(source);
        if (parsed.Root is null || !parsed.Diagnostics.IsEmpty)
            return null;
        BpfType? found = null;
        Binder.Bind(parsed.Root, source, catalog, new BindOptions
        {
            ProcessId = processId,
            AllowUnsafe = true,
            CompileOnly = true, // what arguments are does not depend on whether a function can be traced here
            MemberObserver = (name, type) => found = name == Asked ? type : found,
        });
        return found;
    }

    /// <summary>The probe's first attach point, its wildcards replaced by the first match: all of them would take long, and say the same or nothing.</summary>
    private static string FirstAttachPoint(string attachPoints, IKernelCatalog catalog, int? processId)
    {
        string first = attachPoints.Split(',')[0].Trim();
        if (first.Length == 0)
            return "begin";
        string[] parts = first.Split(':');
        if (!first.Contains('*', StringComparison.Ordinal) || !ProbeNames.TryParse(parts[0], out ProbeType type))
            return first;
        string? module = parts.Length > 2 ? parts[1] : null;
        string name = parts[^1];
        return type switch
        {
            ProbeType.Tracepoint => Named(catalog.Tracepoints(module ?? "*", name)),
            ProbeType.RawTracepoint => Named(catalog.RawTracepoints(module, name)),
            ProbeType.Fentry or ProbeType.Fexit => Named(catalog.TypedKernelFunctions(module, name)),
            ProbeType.Kprobe or ProbeType.Kretprobe => catalog.KernelFunctions(module, name).FirstOrDefault() is ({ } _, { } function) ? $"{parts[0]}:{function}" : first,
            ProbeType.Uprobe or ProbeType.Uretprobe when module is not null && catalog.ResolveBinary(module, processId).FirstOrDefault() is { } path
                && catalog.UserFunctions(path, name).FirstOrDefault() is { } function => $"{parts[0]}:{path}:{function.Name}",
            _ => first,
        };

        string Named(IEnumerable<(string, string)> found) => found.FirstOrDefault() is ({ } target, { } matched) ? $"{parts[0]}:{target}:{matched}" : first;
    }
}
