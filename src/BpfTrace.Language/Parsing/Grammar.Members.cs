using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // config = { stack_mode = perf; max_map_keys = 1000 }
    private static readonly Parser<ConfigSyntax> s_config =
        from keyword in Keyword("config")
        from sign in Symbol('=')
        from open in Symbol('{')
        from entries in Combinators.Rule<List<ConfigEntrySyntax>>(ConfigEntries)
        from close in Symbol('}')
        select new ConfigSyntax(keyword.Span.Union(close.Span), [.. entries]);

    private static IResult<List<ConfigEntrySyntax>> ConfigEntries(IInput input)
    {
        var entries = new List<ConfigEntrySyntax>();
        ScriptInput here = SkipLayout(input);
        while (!here.AtEnd && here.Peek() != '}')
        {
            IResult<ConfigEntrySyntax> entry = s_configEntry(here);
            if (!entry.WasSuccessful)
                return Combinators.Fail<List<ConfigEntrySyntax>>(entry);
            entries.Add(entry.Value);
            IResult<Token> end = StatementEnd(entry.Remainder);
            if (!end.WasSuccessful)
                return Combinators.Fail<List<ConfigEntrySyntax>>(end);
            here = SkipLayout(end.Remainder);
        }
        return Combinators.Success(entries, here);
    }

    // stack_mode = perf   max_map_keys = 1000   str_trunc_trailer = ".."   lazy_symbolication = true
    private static readonly Parser<ConfigEntrySyntax> s_configEntry =
        from key in Identifier("expected config key")
        from sign in Symbol('=')
        from value in Combinators.Rule<ExpressionSyntax>(ConfigValue)
        select new ConfigEntrySyntax(key.Span.Union(value.Span), key.Text, key.Span, value);

    private static IResult<ExpressionSyntax> ConfigValue(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        if (here.Peek() == '"')
            return StringHere(here);
        if (char.IsAsciiDigit(here.Peek()))
            return IntegerHere(here);
        IResult<Token> word = s_configWord(here);
        if (!word.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(word);
        TextSpan span = word.Value.Span;
        string text = word.Value.Text;
        return Combinators.Success<ExpressionSyntax>(
            text is "true" or "false" ? new BooleanLiteralExpressionSyntax(span, text == "true") : new IdentifierExpressionSyntax(span, text),
            word.Remainder);
    }

    private static readonly Parser<Token> s_configWord = Identifier("expected string, int, boolean, or ident");

    // import "stdlib/x.bt";
    private static readonly Parser<ImportSyntax> s_import =
        from keyword in Keyword("import")
        from path in String("expected string after 'import'")
        from end in ImportEnd
        select new ImportSyntax(keyword.Span.Union(path.Span), path.Value);

    private static Parser<Token> ImportEnd => static input =>
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == ';'
            ? Combinators.Success(new Token(new TextSpan(here.Position, 1), string.Empty), here.At(here.Position + 1))
            : Combinators.Fail<Token>(here, "expected ';' after import");
    };

    /// <summary>A string that must come next.</summary>
    private static Parser<StringLiteralExpressionSyntax> String(string message) => input =>
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == '"' ? StringHere(here) : Combinators.Fail<StringLiteralExpressionSyntax>(here, message);
    };

    // let @m = lruhash(1000);
    private static readonly Parser<MemberSyntax> s_mapDeclaration =
        from keyword in Keyword("let")
        from map in Combinators.Rule<MapExpressionSyntax>(static input => MapHere(SkipLayout(input)))
        from sign in Symbol('=')
        from type in Identifier("expected map type name")
        from open in Symbol('(')
        from size in Integer("expected positive integer for map declaration max entries")
        from close in Symbol(')')
        from end in OptionalSymbol(';')
        select new MapDeclarationSyntax(keyword.Span.Union(end.Span), map.Name, type.Text, type.Span, size.Value);

    // macro name($v, @m, e) { … }
    private static readonly Parser<MemberSyntax> s_macro =
        from keyword in Keyword("macro")
        from name in Identifier("expected macro name")
        from open in Symbol('(')
        from parameters in Parameters<ExpressionSyntax>(MacroParameter)
        from close in Symbol(')')
        from body in Combinators.Rule<BlockExpressionSyntax>(Block)
        select new MacroSyntax(keyword.Span.Union(name.Span), name.Text, [.. parameters], body);

    /// <summary>Items with commas between them, or none before a closing parenthesis.</summary>
    private static Parser<List<T>> Parameters<T>(Parser<T> parameter)
        where T : class
    {
        Parser<List<T>> items = Combinators.CommaSeparated(parameter);
        return input =>
        {
            ScriptInput here = SkipLayout(input);
            return here.Peek() == ')' ? Combinators.Success(new List<T>(), here) : items(here);
        };
    }

    // $v   @m   e
    private static IResult<ExpressionSyntax> MacroParameter(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        if (here.Peek() == '$')
            return VariableHere(here);
        if (here.Peek() == '@')
            return MapHere(here);
        if (!SyntaxFacts.IsIdentifierStart(here.Peek()))
            return Combinators.Fail<ExpressionSyntax>(here, "expected macro argument ($var, @map, or identifier)");
        TextSpan span = WordSpan(here);
        string name = here.State.Source.ToString(span);
        return SyntaxFacts.IsReservedBuiltin(name)
            ? Combinators.Fail<ExpressionSyntax>(here, span, $"builtin '{name}' can't be used as a macro argument")
            : Combinators.Success<ExpressionSyntax>(new IdentifierExpressionSyntax(span, name), here.At(span.End));
    }

    // fn name($a : int64) : int64 { … }
    private static readonly Parser<MemberSyntax> s_subprogram =
        from keyword in Keyword("fn")
        from name in Identifier("expected function name")
        from open in Symbol('(')
        from parameters in Parameters(
            from variable in Variable("expected variable in function argument")
            from colon in Symbol(':')
            from type in Combinators.Rule<TypeSyntax>(TypeAnnotation)
            from end in s_mark
            select new SubprogramParameterSyntax(variable.Span.Union(end.Span), variable, type))
        from close in Symbol(')')
        from colon in Symbol(':')
        from type in Combinators.Rule<TypeSyntax>(TypeAnnotation)
        from body in Combinators.Rule<BlockExpressionSyntax>(Body)
        select new SubprogramSyntax(keyword.Span.Union(name.Span), name.Text, [.. parameters], type, body);
}
