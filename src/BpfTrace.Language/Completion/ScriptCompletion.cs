using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Completion;

/// <summary>
/// What can stand at a caret in a script that is being written: kinds of probe, functions, tracepoints, binaries and symbols among attach
/// points; members of <c>args</c> and of structures, builtins, functions, the script's maps and variables in a block. Nothing is compiled.
/// Any text is accepted.
/// </summary>
public static class ScriptCompletion
{
    private static readonly string[] s_keywords =
        ["break", "comptime", "continue", "else", "for", "if", "let", "offsetof", "return", "sizeof", "typeof", "unroll", "while"];

    private static readonly string[] s_itemWords = ["config = {", "import \"", "let @", "macro "];

    /// <summary>The candidates at a caret.</summary>
    /// <param name="text">The script.</param>
    /// <param name="caret">Where the caret is: the number of characters before it.</param>
    /// <param name="catalog">The machine.</param>
    /// <param name="processId">The process that is traced, for the binaries it has mapped; null for none.</param>
    public static CompletionList Complete(string text, int caret, IKernelCatalog catalog, int? processId = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(catalog);
        ScriptContext context = ScriptScanner.Scan(text, caret);
        IEnumerable<CompletionItem> items = context switch
        {
            { Place: ScriptPlace.AttachPoint } => AtItem(context).Concat(new AttachPointCompletion(catalog, processId).Complete(context.Word)),
            { Place: ScriptPlace.Config } => Config(context.Word),
            { Place: ScriptPlace.Body, MemberOf: not null } => MemberCompletion.Complete(context, catalog, processId),
            { Place: ScriptPlace.Body, TypeKeyword: { } keyword } =>
                TypeCompletion.Complete($"{keyword} {context.Word}", catalog).Select(static i => i with { Text = i.Label }),
            { Place: ScriptPlace.Body } => Body(context),
            _ => [],
        };
        return new CompletionList(new TextSpan(context.WordStart, context.Word.Length), [.. items]);
    }

    /// <summary>The candidates for an attach point alone, as a listing's filter takes them.</summary>
    public static ImmutableArray<CompletionItem> CompleteAttachPoint(string word, IKernelCatalog catalog, int? processId = null)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(catalog);
        return [.. new AttachPointCompletion(catalog, processId).Complete(word)];
    }

    /// <summary>The kernel's types whose names begin with a word, as a listing's filter takes them: <c>struct task_</c>.</summary>
    public static ImmutableArray<CompletionItem> CompleteType(string word, IKernelCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(catalog);
        return [.. TypeCompletion.Complete(word, catalog)];
    }

    private static IEnumerable<CompletionItem> AtItem(ScriptContext context) =>
        context.IsItemStart && context.Word.Length > 0
            ? s_itemWords.Where(w => w.StartsWith(context.Word, StringComparison.Ordinal)).Select(static w => new CompletionItem(CompletionKind.Keyword, w, w, w))
            : [];

    private static IEnumerable<CompletionItem> Config(string word) => ConfigBinder.Keys
        .Where(k => k.StartsWith(word, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(static k => new CompletionItem(CompletionKind.ConfigKey, k, k, $"{k} = ...;"));

    private static IEnumerable<CompletionItem> Body(ScriptContext context)
    {
        string word = context.Word;
        if (word.StartsWith('@'))
            return context.Maps.Where(m => Begins(m, word)).Select(static m => new CompletionItem(CompletionKind.Map, m, m, $"map {m}"));
        if (word.StartsWith('$'))
            return context.Variables.Where(v => Begins(v, word)).Select(static v => new CompletionItem(CompletionKind.Variable, v, v, $"variable {v}"));
        return Names(context).Where(i => Begins(i.Text, word)).OrderBy(static i => i.Label, StringComparer.Ordinal);
    }

    private static bool Begins(string text, string word) => text.StartsWith(word, StringComparison.Ordinal);

    private static IEnumerable<CompletionItem> Names(ScriptContext context)
    {
        ProbeType? type = ProbeNames.TryParse(context.AttachPoints.Split(':')[0].Trim(), out ProbeType parsed) ? parsed : null;
        foreach (string name in Functions.Names)
        {
            FunctionDefinition function = Functions.Find(name)!;
            if (ProbeBuiltins.IsAvailable(name, type))
                yield return Item(name, function.IsValue ? CompletionKind.Builtin : CompletionKind.Function);
        }

        foreach (string name in AggregateFunctions.Names)
            yield return Item(name, CompletionKind.Function);
        foreach (string name in ProbeBuiltins.NumberedArguments(type))
            yield return new CompletionItem(CompletionKind.Builtin, name, name, $"uint64 {name}\nan argument of the traced function, as it was passed");
        foreach (string word in s_keywords)
            yield return new CompletionItem(CompletionKind.Keyword, word, word, Documentation.Of(word) ?? word);
        foreach (string macro in context.Macros)
        {
            string name = macro.Split('(')[0].Trim();
            bool takesArguments = !macro.EndsWith("()", StringComparison.Ordinal) && macro.Contains('(', StringComparison.Ordinal);
            yield return new CompletionItem(CompletionKind.Function, takesArguments ? name + "(" : name, name, $"macro {macro}");
        }
    }

    private static CompletionItem Item(string name, CompletionKind kind) =>
        new(kind, kind == CompletionKind.Function ? name + "(" : name, name, Documentation.Of(name) ?? name);
}
