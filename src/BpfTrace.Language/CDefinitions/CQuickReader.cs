using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// Reads C that stands for itself, without a C front end: definitions of types, macros, and conditions on whether a name is defined. It knows what
/// it does not know.
/// </summary>
internal sealed class CQuickReader(SourceText source, TypeCatalog types, CSymbols symbols)
{
    private readonly Stack<Branch> _branches = new();
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    /// <summary>What it found.</summary>
    public CSymbols Symbols => symbols;

    /// <summary>What is wrong with the parts it did not understand.</summary>
    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>The <c>#include</c>s in force.</summary>
    public List<CDefinitionSyntax> Includes { get; } = [];

    /// <summary>Whether it understood all of it.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Reads the C part of a script.</summary>
    public void Read(ProgramSyntax program)
    {
        foreach (CDefinitionSyntax definition in program.CDefinitions)
        {
            if (definition.Kind != CDefinitionKind.Header)
            {
                Read(definition);
                continue;
            }
            foreach (CDefinitionSyntax part in CHeaderText.Split(definition))
                Read(part);
        }
    }

    /// <summary>A preprocessor line's word and what follows it.</summary>
    public static (string Word, string Text) Directive(string text)
    {
        string line = WithoutComments(text).Trim().TrimStart('#').Trim();
        int end = 0;
        while (end < line.Length && SyntaxFacts.IsIdentifierPart(line[end]))
            end++;
        return (line[..end], line[end..].Trim());
    }

    private bool IsActive
    {
        get
        {
            foreach (Branch branch in _branches)
            {
                if (!branch.IsTaken)
                    return false;
            }
            return true;
        }
    }

    private void Read(CDefinitionSyntax definition)
    {
        if (definition.Kind == CDefinitionKind.Preprocessor)
        {
            Preprocess(definition);
        }
        else if (IsActive)
        {
            int errors = Diagnostics.Count;
            CTypeParser.Parse(definition.Text, new TextLocation(source, definition.Span), types, _defined, FindNumber, Diagnostics);
            IsComplete &= Diagnostics.Count == errors;
        }
    }

    private void Preprocess(CDefinitionSyntax definition)
    {
        (string word, string rest) = Directive(definition.Text);
        switch (word)
        {
            case "ifdef":
                _branches.Push(new Branch(IsDefined(rest)));
                return;
            case "ifndef":
                _branches.Push(new Branch(!IsDefined(rest)));
                return;
            case "if":
                _branches.Push(new Branch(Evaluate(rest)));
                return;
            case "elif" when _branches.TryPeek(out Branch? branch):
                branch.Next(!branch.WasTaken && Evaluate(rest));
                return;
            case "else" when _branches.TryPeek(out Branch? branch):
                branch.Next(!branch.WasTaken);
                return;
            case "endif" when _branches.Count > 0:
                _branches.Pop();
                return;
        }
        if (!IsActive)
            return;
        switch (word)
        {
            case "include" or "include_next":
                Includes.Add(definition);
                symbols.IncludesHeaders = true;
                IsComplete = false;
                break;
            case "define":
                Define(rest);
                break;
            case "undef":
                symbols.Undefine(rest);
                break;
            case "pragma" when rest == "once":
            case "":
                break;
            default:
                IsComplete = false;
                break;
        }
    }

    /// <summary><c>defined(X)</c>, <c>!defined X</c>, a number or a macro that is one; anything else is for the front end.</summary>
    private bool Evaluate(string condition)
    {
        bool not = condition.StartsWith('!');
        string text = not ? condition[1..].Trim() : condition;
        bool? value = null;
        if (text.StartsWith("defined", StringComparison.Ordinal))
        {
            string name = text["defined".Length..].Trim().TrimStart('(').TrimEnd(')').Trim();
            if (name.Length > 0 && name.All(SyntaxFacts.IsIdentifierPart))
                value = IsDefined(name);
        }
        else if (Probes.AttachPointParser.TryParseNumber(text, out ulong number))
        {
            value = number != 0;
        }
        if (value is { } known)
            return known != not;
        IsComplete &= !IsActive;
        return false;
    }

    private bool IsDefined(string name)
    {
        if (name == "BPFTRACE_HAVE_BTF")
            return types.HasKernelTypes;
        if (symbols.Own.ContainsKey(name))
            return true;

        // A name that a compiler or a header may define.
        IsComplete &= !(IsActive && (Includes.Count > 0 || name.StartsWith("__", StringComparison.Ordinal) || name.StartsWith("CONFIG_", StringComparison.Ordinal)));
        return false;
    }

    /// <summary>What a name stands for where C wants a number.</summary>
    private long? FindNumber(string name) =>
        symbols.Own.TryGetValue(name, out CMacro? macro) && symbols.ParseMacro(macro) is IntegerLiteralExpressionSyntax literal ? (long)literal.Value : null;

    private void Define(string text)
    {
        text = text.Replace("\\\r\n", " ", StringComparison.Ordinal).Replace("\\\n", " ", StringComparison.Ordinal);
        int end = 0;
        while (end < text.Length && SyntaxFacts.IsIdentifierPart(text[end]))
            end++;
        if (end == 0)
            return;
        ImmutableArray<string> parameters = default;
        int close = end;
        if (end < text.Length && text[end] == '(')
        {
            close = text.IndexOf(')', end);
            if (close < 0)
            {
                IsComplete = false;
                return;
            }
            parameters = [.. text[(end + 1)..close].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            close++;
        }
        symbols.Define(new CMacro(text[..end], parameters, text[close..].Trim()));
    }

    private static string WithoutComments(string line)
    {
        if (!line.Contains('/', StringComparison.Ordinal))
            return line;
        var text = new System.Text.StringBuilder(line.Length);
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            char next = i + 1 < line.Length ? line[i + 1] : '\0';
            if (quote != '\0')
            {
                if (c == '\\' && next != '\0')
                    text.Append(line[i++]);
                else if (c == quote)
                    quote = '\0';
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '/' && next == '/')
            {
                break;
            }
            else if (c == '/' && next == '*')
            {
                int end = line.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? line.Length : end + 1;
                text.Append(' ');
                continue;
            }
            text.Append(line[Math.Min(i, line.Length - 1)]);
        }
        return text.ToString();
    }

    /// <summary>An <c>#if</c> up to its <c>#endif</c>.</summary>
    private sealed class Branch(bool isTaken)
    {
        public bool IsTaken { get; private set; } = isTaken;

        public bool WasTaken { get; private set; } = isTaken;

        public void Next(bool isTaken)
        {
            IsTaken = isTaken;
            WasTaken |= isTaken;
        }
    }
}
