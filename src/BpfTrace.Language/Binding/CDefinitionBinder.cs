using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>
/// The script's C part: <c>#define</c>s of expressions, and definitions of structures, unions and enums. A kernel header is not
/// read where the kernel's BTF has its types.
/// </summary>
internal static class CDefinitionBinder
{
    /// <summary>Enters types and constants; the <c>#define</c>s come back as expressions by name.</summary>
    public static IReadOnlyDictionary<string, ExpressionSyntax> Bind(ProgramSyntax program, SourceText source, TypeCatalog types, DiagnosticBag diagnostics)
    {
        var constants = new Dictionary<string, ExpressionSyntax>(StringComparer.Ordinal);
        if (program.CDefinitions.IsEmpty)
            return constants;
        var conditions = new Stack<bool>();
        foreach (CDefinitionSyntax definition in WithHeaders(program.CDefinitions))
        {
            var location = new TextLocation(source, definition.Span);
            if (definition.Kind == CDefinitionKind.Preprocessor)
                Preprocess(definition, location, constants, conditions, types, diagnostics);
            else if (conditions.All(static c => c))
                CTypeParser.Parse(definition.Text, location, types, constants, diagnostics);
        }
        return constants;
    }

    private static IEnumerable<CDefinitionSyntax> WithHeaders(ImmutableArray<CDefinitionSyntax> definitions)
    {
        foreach (CDefinitionSyntax definition in definitions)
        {
            if (definition.Kind != CDefinitionKind.Header)
            {
                yield return definition;
                continue;
            }
            foreach (CDefinitionSyntax part in CHeaderText.Split(definition))
                yield return part;
        }
    }

    private static void Preprocess(
        CDefinitionSyntax definition,
        TextLocation location,
        Dictionary<string, ExpressionSyntax> constants,
        Stack<bool> conditions,
        TypeCatalog types,
        DiagnosticBag diagnostics)
    {
        string line = definition.Text.Trim().TrimStart('#').Trim();
        int space = line.IndexOfAny([' ', '\t', '<', '"']);
        string directive = space < 0 ? line : line[..space];
        string rest = space < 0 ? "" : line[space..].Trim();
        switch (directive)
        {
            case "ifdef":
                conditions.Push(IsDefined(rest, constants, types));
                return;
            case "ifndef":
                conditions.Push(!IsDefined(rest, constants, types));
                return;
            case "if":
                conditions.Push(rest is not "0");
                return;
            case "else" or "elif" when conditions.Count > 0:
                conditions.Push(!conditions.Pop());
                return;
            case "endif" when conditions.Count > 0:
                conditions.Pop();
                return;
        }
        if (!conditions.All(static c => c))
            return;
        switch (directive)
        {
            case "include":
                diagnostics.ReportHeaderSkipped(location, rest);
                break;
            case "define":
                Define(rest, constants);
                break;
            case "undef":
                constants.Remove(rest);
                break;
        }
    }

    private static bool IsDefined(string name, Dictionary<string, ExpressionSyntax> constants, TypeCatalog types) =>
        name == "BPFTRACE_HAVE_BTF" ? types.HasKernelTypes : constants.ContainsKey(name);

    private static void Define(string text, Dictionary<string, ExpressionSyntax> constants)
    {
        int end = 0;
        while (end < text.Length && SyntaxFacts.IsIdentifierPart(text[end]))
            end++;
        if (end == 0 || (end < text.Length && text[end] == '('))
            return;
        string value = text[end..].Trim();
        if (value.Length > 0 && ParseExpression(value) is { } expression)
            constants[text[..end]] = expression;
    }

    /// <summary>A macro's text as an expression of the language; null where it is none, which matters only if it is used.</summary>
    private static ExpressionSyntax? ParseExpression(string text)
    {
        return Parser.ParseExpression(new SourceText(text), new DiagnosticBag());
    }
}
