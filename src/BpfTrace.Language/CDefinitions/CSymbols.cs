using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.CDefinitions;

/// <summary>What the C part of a script says besides types: its macros, constants of headers, and which headers there were not.</summary>
internal sealed class CSymbols
{
    private readonly Dictionary<string, CMacro> _macros = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ExpressionSyntax?> _expressions = new(StringComparer.Ordinal);

    /// <summary>The script's own macros, by name.</summary>
    public IReadOnlyDictionary<string, CMacro> Own => _macros;

    /// <summary>What the C front end read; null where it was not needed or is not there.</summary>
    public ICUnit? Unit { get; set; }

    /// <summary>Whether the script includes a header: constants of headers then are known that BTF does not have.</summary>
    public bool IncludesHeaders { get; set; }

    /// <summary>The headers that were not found, as written: <c>&lt;linux/fs.h&gt;</c>.</summary>
    public List<string> MissingHeaders { get; } = [];

    /// <summary>Why no C front end read the headers; null when one did, or none was needed.</summary>
    public string? WhyNoFrontEnd { get; set; }

    /// <summary>Adds or replaces a macro of the script.</summary>
    public void Define(CMacro macro)
    {
        _macros[macro.Name] = macro;
        _expressions.Remove(macro.Name);
    }

    /// <summary>Forgets a macro.</summary>
    public void Undefine(string name) => _macros.Remove(name);

    /// <summary>A macro: the script's own, a header's, or one of a header's that is known without it.</summary>
    public CMacro? FindMacro(string name) =>
        _macros.TryGetValue(name, out CMacro? own) ? own
        : Unit?.FindMacro(name) ?? (IncludesHeaders ? KernelMacros.Find(name) : null);

    /// <summary>The value of a header's macro, where the front end could work it out.</summary>
    public long? FindValue(string name) =>
        Unit is not null && !_macros.ContainsKey(name) ? Unit.FindConstant(CFrontEndReader.ValuePrefix + name)?.Value : null;

    /// <summary>What a macro stands for, as an expression of the language; null when it is none.</summary>
    public ExpressionSyntax? ParseMacro(CMacro macro)
    {
        if (!_expressions.TryGetValue(macro.Name, out ExpressionSyntax? parsed))
            _expressions[macro.Name] = parsed = macro.Text.Length == 0 ? null : Parser.ParseExpression(new SourceText(WithoutCasts(macro)), new DiagnosticBag());
        return parsed;
    }

    /// <summary>
    /// <c>(x) &amp; 1</c> is a cast of <c>&amp;1</c> where x may be a type; of a parameter or a macro it is known that it is none: <c>((x)) &amp; 1</c>.
    /// </summary>
    private string WithoutCasts(CMacro macro)
    {
        string text = macro.Text;
        if (!text.Contains('(', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            int end = text[i] == '(' ? i + 1 : -1;
            while (end > 0 && end < text.Length && SyntaxFacts.IsIdentifierPart(text[end]))
                end++;
            bool isGroup = end > i + 1 && end < text.Length && text[end] == ')' && (i == 0 || !SyntaxFacts.IsIdentifierPart(text[i - 1]));
            string name = isGroup ? text[(i + 1)..end] : "";
            if (!isGroup || !((macro.IsFunctionLike && macro.Parameters.Contains(name)) || _macros.ContainsKey(name)))
            {
                result.Append(text[i]);
                continue;
            }
            result.Append("((").Append(name).Append("))");
            i = end;
        }
        return result.ToString();
    }

    /// <summary>What to install so that a name of a header is known; null when all headers were read.</summary>
    public string? Advice()
    {
        if (WhyNoFrontEnd is { } why)
            return why;
        if (MissingHeaders.Count == 0)
            return null;
        string text = $"It may be from a header that was not found: {string.Join(", ", MissingHeaders)}.";
        if (MissingHeaders.Exists(static h => h[0] == '<'))
            text += " Kernel headers are in the package linux-headers of the running kernel (Debian, Ubuntu: apt-get install linux-headers-$(uname -r)).";
        if (MissingHeaders.Exists(static h => h[0] == '"'))
            text += " Headers of your own are looked for beside the script, in the working directory and where -I (-IncludePath) says.";
        return text;
    }
}
