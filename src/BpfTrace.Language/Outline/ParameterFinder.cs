using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Outline;

/// <summary>Finds what a script asks its caller for: in probes, subprograms and the macros they use; a macro that nobody uses asks for nothing.</summary>
internal sealed class ParameterFinder
{
    private readonly ProgramSyntax _program;
    private readonly ScriptHeader _header;
    private readonly SortedDictionary<string, ScriptParameter> _named = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, PositionalUse> _positional = [];

    public ParameterFinder(ProgramSyntax program, ScriptHeader header)
    {
        _program = program;
        _header = header;
    }

    public ImmutableArray<ScriptParameter> Find()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<SyntaxNode>(_program.Members.Where(static m => m is ProbeSyntax or SubprogramSyntax));
        while (pending.Count > 0)
        {
            foreach (SyntaxNode node in pending.Pop().DescendantsAndSelf())
            {
                Look(node);
                string? name = node switch
                {
                    IdentifierExpressionSyntax identifier => identifier.Name,
                    CallExpressionSyntax call => call.Name,
                    _ => null,
                };
                if (name is null || !used.Add(name))
                    continue;
                foreach (MacroSyntax macro in _program.Macros)
                {
                    if (macro.Name == name)
                        pending.Push(macro.Body);
                }
            }
        }

        return [.. Positional(), .. _named.Values];
    }

    private void Look(SyntaxNode node)
    {
        switch (node)
        {
            case CallExpressionSyntax { Name: "getopt" } call:
                AddNamed(call);
                break;
            case CallExpressionSyntax { Name: "str", Arguments.IsEmpty: false } call:
                AddText(call.Arguments[0]);
                break;
            case PositionalParameterExpressionSyntax parameter:
                Use(parameter.Index);
                break;
            case AttachPointPartSyntax { HasParameter: true } part:
                AddRequired(part.Text);
                break;
        }
    }

    private void AddNamed(CallExpressionSyntax call)
    {
        if (call.Arguments.IsEmpty || call.Arguments[0] is not StringLiteralExpressionSyntax name)
            return;
        string description = call.Arguments.Length > 2 && call.Arguments[2] is StringLiteralExpressionSyntax text ? text.Value : "";
        (ScriptParameterKind kind, object fallback) = (call.Arguments.Length > 1 ? call.Arguments[1] : null) switch
        {
            StringLiteralExpressionSyntax literal => (ScriptParameterKind.Text, (object)literal.Value),
            IntegerLiteralExpressionSyntax number => (ScriptParameterKind.UnsignedInteger, number.Value),
            UnaryExpressionSyntax { Operator: UnaryOperatorKind.Negate, Operand: IntegerLiteralExpressionSyntax number } =>
                (ScriptParameterKind.Integer, unchecked(-(long)number.Value)),
            BooleanLiteralExpressionSyntax flag => (ScriptParameterKind.Flag, flag.Value),
            _ => (ScriptParameterKind.Flag, false),
        };

        // A call without description takes the one of another.
        if (!_named.TryGetValue(name.Value, out ScriptParameter? known) || known.Description.Length == 0)
            _named[name.Value] = new ScriptParameter(name.Value, 0, kind, fallback, description);
    }

    private void AddText(ExpressionSyntax argument)
    {
        if (argument is BinaryExpressionSyntax { Operator: BinaryOperatorKind.Add } sum)
            argument = sum.Left;
        if (argument is PositionalParameterExpressionSyntax parameter && Use(parameter.Index) is { } use)
            use.IsText = true;
    }

    /// <summary><c>interval:s:$1</c>: without it there is no attach point.</summary>
    private void AddRequired(string part)
    {
        for (int at = part.IndexOf('$', StringComparison.Ordinal); at >= 0; at = part.IndexOf('$', at + 1))
        {
            int end = at + 1;
            while (end < part.Length && char.IsAsciiDigit(part[end]))
                end++;
            if (long.TryParse(part.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long index) && Use(index) is { } use)
                (use.IsText, use.IsRequired) = (true, true);
        }
    }

    private PositionalUse? Use(long index)
    {
        if (index is < 1 or > 99)
            return null;
        if (!_positional.TryGetValue((int)index, out PositionalUse? use))
            _positional.Add((int)index, use = new PositionalUse());
        return use;
    }

    private IEnumerable<ScriptParameter> Positional()
    {
        foreach ((int number, PositionalUse use) in _positional)
        {
            (string name, string description) = _header.Parameters.TryGetValue(number, out (string Name, string Description) said)
                ? said
                : ("arg" + number.ToString(CultureInfo.InvariantCulture), "");
            object? fallback = use.IsRequired ? null : use.IsText ? "" : 0L;
            yield return new ScriptParameter(name, number, use.IsText ? ScriptParameterKind.Text : ScriptParameterKind.Integer, fallback, description);
        }
    }

    private sealed class PositionalUse
    {
        public bool IsText { get; set; }

        public bool IsRequired { get; set; }
    }
}
