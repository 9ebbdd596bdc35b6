using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// Cuts the text of a C header into preprocessor lines and declarations, without comments and without what defines no type: functions,
/// variables.
/// </summary>
internal static class CHeaderText
{
    /// <summary>The parts in order.</summary>
    public static List<CDefinitionSyntax> Split(CDefinitionSyntax header)
    {
        var parts = new List<CDefinitionSyntax>();
        string text = header.Text;
        for (int at = SyntaxFacts.SkipLayout(text, 0); at < text.Length; at = SyntaxFacts.SkipLayout(text, at))
        {
            int end = text[at] == '#' ? LineEnd(text, at) : DeclarationEnd(text, at);
            string part = text[at..end];
            if (text[at] == '#')
                parts.Add(new CDefinitionSyntax(new(header.Span.Start + at, end - at), CDefinitionKind.Preprocessor, part.TrimEnd()));
            else if (DefinesType(part))
                parts.Add(new CDefinitionSyntax(new(header.Span.Start + at, end - at), CDefinitionKind.Type, part));
            at = end;
        }
        return parts;
    }

    /// <summary>Whether a declaration is a type's: tagged, with a body, or a <c>typedef</c> of no function.</summary>
    private static bool DefinesType(string declaration)
    {
        int end = 0;
        while (end < declaration.Length && SyntaxFacts.IsIdentifierPart(declaration[end]))
            end++;
        return declaration[..end] switch
        {
            "typedef" => !declaration.Contains('(', StringComparison.Ordinal),
            "struct" or "union" or "enum" => declaration.Contains('{', StringComparison.Ordinal),
            _ => false,
        };
    }

    private static int LineEnd(string text, int at)
    {
        int end = text.IndexOf('\n', at);
        while (end > 0 && text[end - 1] == '\\')
            end = text.IndexOf('\n', end + 1);
        return end < 0 ? text.Length : end;
    }

    /// <summary>After the semicolon outside of braces, or the brace that ends a function.</summary>
    private static int DeclarationEnd(string text, int at)
    {
        int depth = 0;
        bool isFunction = false;
        for (; at < text.Length; at = Next(text, at))
        {
            switch (text[at])
            {
                case '{':
                    depth++;
                    break;
                case '}' when --depth <= 0 && isFunction:
                    return at + 1;
                case ')' when depth == 0:
                    int next = SyntaxFacts.SkipLayout(text, at + 1);
                    isFunction = next < text.Length && text[next] == '{';
                    break;
                case ';' when depth <= 0:
                    return at + 1;
            }
        }
        return text.Length;
    }

    private static int Next(string text, int at)
    {
        int skipped = SyntaxFacts.SkipLayout(text, at + 1);
        return skipped > at + 1 && !char.IsWhiteSpace(text[at + 1]) ? skipped : at + 1;
    }
}
