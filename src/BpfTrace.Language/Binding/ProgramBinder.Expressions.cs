using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary>Above zero inside of <c>sizeof</c>, <c>typeof</c> and the like: the value is not asked for.</summary>
    private int _introspection;

    /// <summary>What asks for a type, as messages name it.</summary>
    private string _introspector = "typeof or typeinfo";

    private BoundExpression BindExpression(ExpressionSyntax syntax) => Expanded(BindExpressionCore(syntax));

    private BoundExpression BindExpressionCore(ExpressionSyntax syntax) => syntax switch
    {
        IntegerLiteralExpressionSyntax literal => MakeInteger(literal.Span, literal.Value),
        StringLiteralExpressionSyntax literal => BindString(literal),
        BooleanLiteralExpressionSyntax literal => MakeBoolean(literal.Span, literal.Value),
        IdentifierExpressionSyntax identifier => BindIdentifier(identifier),
        VariableExpressionSyntax variable => BindVariable(variable),
        MapExpressionSyntax map => BindScalarMap(map),
        MapAccessExpressionSyntax access => BindMapAccess(access),
        PositionalParameterExpressionSyntax parameter => BindParameter(parameter),
        PositionalParameterCountExpressionSyntax => MakeInteger(syntax.Span, (ulong)context.Options.Arguments.Length),
        UnaryExpressionSyntax unary => BindUnary(unary),
        BinaryExpressionSyntax binary => BindBinary(binary),
        ConditionalExpressionSyntax conditional => BindConditional(conditional),
        CastExpressionSyntax cast => BindCast(cast),
        CallExpressionSyntax call => BindCall(call, isDiscarded: false),
        MemberAccessExpressionSyntax access => BindMemberAccess(access),
        TupleAccessExpressionSyntax access => BindTupleAccess(access.Span, BindExpression(access.Expression), access.Index),
        ElementAccessExpressionSyntax access => BindElementAccess(access),
        TupleExpressionSyntax tuple => BindTuple(tuple),
        RecordExpressionSyntax record => BindRecord(record),
        SizeofExpressionSyntax sizeof_ => BindSizeof(sizeof_),
        OffsetofExpressionSyntax offsetof_ => BindOffsetof(offsetof_),
        TypeinfoExpressionSyntax typeinfo => BindTypeinfo(typeinfo),
        ComptimeExpressionSyntax comptime => BindComptime(comptime),
        IfExpressionSyntax choice => BindIf(choice),
        BlockExpressionSyntax block => BindBlockExpression(block),
        _ => Unsupported(syntax),
    };

    private BoundError Unsupported(ExpressionSyntax syntax)
    {
        if (syntax is TypeArgumentExpressionSyntax)
        {
            Diagnostics.ReportTypeArgument(At(syntax));
            return Unknown(syntax.Span);
        }
        Diagnostics.ReportInvalidOperand(At(syntax), "This expression can not be used here");
        return Unknown(syntax.Span);
    }

    private static BoundConstant MakeInteger(TextSpan span, ulong value) => new(span, TypeRules.OfLiteral(value), unchecked((long)value));

    private static BoundConstant MakeInteger(TextSpan span, long value) =>
        value < 0 ? new BoundConstant(span, TypeRules.OfLiteral(value), value) : MakeInteger(span, (ulong)value);

    private static BoundConstant MakeBoolean(TextSpan span, bool value) => new(span, BpfType.Bool, value ? 1 : 0);

    private static BoundString MakeString(TextSpan span, ImmutableArray<byte> bytes) => new(span, new StringType(bytes.Length + 1), bytes);

    private static BoundString MakeString(TextSpan span, string text) => MakeString(span, [.. SourceText.Encode(text)]);

    private BoundString BindString(StringLiteralExpressionSyntax syntax)
    {
        if (syntax.Bytes.Length > context.Config.MaxStrlen - 1 && !_allowLongString)
            Diagnostics.ReportStringTooLong(At(syntax), context.Config.MaxStrlen, syntax.Value);
        return MakeString(syntax.Span, syntax.Bytes);
    }

    /// <summary><c>$1</c>: a number where it is one, else text; missing, it is zero.</summary>
    private BoundExpression BindParameter(PositionalParameterExpressionSyntax syntax)
    {
        string text = ArgumentText(syntax);
        if (text.Length == 0)
        {
            Diagnostics.ReportEmptyParameter(At(syntax), syntax.Index);
            return MakeInteger(syntax.Span, 0UL);
        }
        if (text[0] == '-')
        {
            return Probes.AttachPointParser.TryParseNumber(text[1..], out ulong magnitude) && magnitude <= 1UL << 63
                ? MakeInteger(syntax.Span, unchecked(-(long)magnitude)) : MakeString(syntax.Span, text);
        }
        return Probes.AttachPointParser.TryParseNumber(text, out ulong value) ? MakeInteger(syntax.Span, value) : MakeString(syntax.Span, text);
    }

    private string ArgumentText(PositionalParameterExpressionSyntax syntax) =>
        syntax.Index <= context.Options.Arguments.Length ? context.Options.Arguments[(int)syntax.Index - 1] : "";

    /// <summary>A value as a condition: a bool.</summary>
    /// <param name="syntax">The condition.</param>
    /// <param name="owner">What it decides about: a wrong type is reported there.</param>
    private BoundExpression BindCondition(ExpressionSyntax syntax, SyntaxNode? owner = null) => ToCondition(BindExpression(syntax), owner?.Span);

    private BoundExpression ToCondition(BoundExpression expression, TextSpan? place = null)
    {
        if (IsUnknown(expression))
            return expression;
        expression = ReadAggregate(expression);
        if (expression is BoundString text)
            return MakeBoolean(text.Span, !text.Value.IsEmpty);
        if (expression.Type is BoolType)
            return expression;
        if (!TypeRules.IsInteger(expression.Type) && expression.Type is not PointerType)
        {
            Diagnostics.ReportInvalidCondition(At(place ?? expression.Span), TypeRules.KindName(expression.Type));
            return Unknown(expression.Span);
        }
        return expression is BoundConstant constant
            ? MakeBoolean(constant.Span, constant.Value != 0)
            : new BoundConversion(expression.Span, BpfType.Bool, expression);
    }

    /// <summary><c>c ? a : b</c>, <c>c ?: b</c>.</summary>
    private BoundExpression BindConditional(ConditionalExpressionSyntax syntax)
    {
        if (syntax.Condition is ComptimeExpressionSyntax comptime)
        {
            return EvaluateComptime(comptime) is not { } isTrue ? Unknown(syntax.Span)
                : BindExpression(isTrue ? syntax.WhenTrue ?? comptime.Expression : syntax.WhenFalse);
        }
        if (syntax.WhenTrue is not null)
            return Choose(syntax.Span, BindCondition(syntax.Condition, syntax), BindExpression(syntax.WhenTrue), BindExpression(syntax.WhenFalse));
        BoundExpression value = ReadAggregate(BindExpression(syntax.Condition));
        BoundExpression otherwise = BindExpression(syntax.WhenFalse);
        if (IsUnknown(value) || IsUnknown(otherwise))
            return Unknown(syntax.Span);
        if (value is BoundConstant)
            return Choose(syntax.Span, ToCondition(value), value, otherwise);

        // The condition is evaluated once.
        VariableSymbol temporary = NewTemporary(syntax.Span, value.Type);
        var read = new BoundVariable(value.Span, temporary);
        BoundExpression choice = Choose(syntax.Span, ToCondition(read), read, otherwise);
        return new BoundBlockExpression(syntax.Span, choice.Type, [new BoundAssignVariable(value.Span, temporary, value)], choice);
    }

    /// <summary><c>if</c> as an expression.</summary>
    private BoundExpression BindIf(IfExpressionSyntax syntax)
    {
        if (syntax.Condition is ComptimeExpressionSyntax comptime)
        {
            if (EvaluateComptime(comptime) is not { } isTrue)
                return Unknown(syntax.Span);
            ExpressionSyntax? taken = isTrue ? syntax.Then : syntax.Else;
            return taken is null ? new BoundStatementExpression(syntax.Span, []) : BindExpression(taken);
        }
        if (syntax.Else is null || syntax.Then.Value is null)
        {
            var statements = new List<BoundStatement>();
            BindIfStatement(syntax, statements);
            return new BoundStatementExpression(syntax.Span, [.. statements]);
        }
        return Choose(syntax.Span, BindCondition(syntax.Condition, syntax), BindExpression(syntax.Then), BindExpression(syntax.Else));
    }

    private BoundExpression Choose(TextSpan span, BoundExpression condition, BoundExpression whenTrue, BoundExpression whenFalse)
    {
        if (IsUnknown(condition) || IsUnknown(whenTrue) || IsUnknown(whenFalse))
            return Unknown(span);
        if (whenTrue.Type is VoidType && whenFalse.Type is VoidType)
            return new BoundStatementExpression(span, [new BoundIf(span, condition, AsStatement(whenTrue), AsStatement(whenFalse))]);
        if (condition is BoundConstant constant && IsLiteral(whenTrue) && IsLiteral(whenFalse))
            return constant.Value != 0 ? whenTrue : whenFalse;
        if (TypeRules.Promote(TypeRules.Promote(null, whenTrue.Type), whenFalse.Type) is not { } type
            || TryConvert(whenTrue, type) is not { } left || TryConvert(whenFalse, type) is not { } right)
        {
            Diagnostics.ReportBranchTypes(At(span), whenTrue.Type, whenFalse.Type);
            return Unknown(span);
        }
        return new BoundConditional(span, type, condition, left, right);
    }

    private static BoundStatement AsStatement(BoundExpression expression) => expression is BoundStatementExpression statements
        ? new BoundBlock(expression.Span, statements.Statements)
        : new BoundExpressionStatement(expression.Span, expression);

    private BoundExpression BindBlockExpression(BlockExpressionSyntax syntax)
    {
        if (syntax.Value is null)
        {
            BoundBlock block = BindBlock(syntax);
            return new BoundStatementExpression(syntax.Span, [block]);
        }
        _scope = new Scope(_scope);
        ImmutableArray<BoundStatement> statements = BindStatements(syntax.Statements);
        BoundExpression value = BindExpression(syntax.Value);
        CloseScope();
        return WithStatements(syntax.Span, statements, value);
    }

    /// <summary>Statements before a value; a value without them stays what it is, a literal above all.</summary>
    private static BoundExpression WithStatements(TextSpan span, ImmutableArray<BoundStatement> statements, BoundExpression value)
    {
        if (IsUnknown(value))
            return Unknown(span);
        if (value is BoundStatementExpression last)
            return new BoundStatementExpression(span, [new BoundBlock(span, [.. statements, .. last.Statements])]);
        return statements.IsEmpty ? value : new BoundBlockExpression(span, value.Type, statements, value);
    }

    private BoundExpression BindTuple(TupleExpressionSyntax syntax)
    {
        ImmutableArray<BoundExpression> elements = [.. syntax.Elements.Select(e => BindElement(e, "tuple"))];
        return elements.Any(IsUnknown) ? Unknown(syntax.Span) : MakeTuple(syntax.Span, elements);
    }

    private BoundExpression BindElement(ExpressionSyntax syntax, string what)
    {
        BoundExpression element = ReadAggregate(BindExpression(syntax));
        if (element.Type is AggregateType { HasBuckets: true })
        {
            Diagnostics.ReportAggregateInTuple(At(syntax), element.Type, what);
            return Unknown(syntax.Span);
        }
        if (element.Type is VoidType)
        {
            Diagnostics.ReportInvalidOperand(At(syntax), $"Value 'void' cannot be part of a {what}");
            return Unknown(syntax.Span);
        }
        return element;
    }

    private static BoundTuple MakeTuple(TextSpan span, ImmutableArray<BoundExpression> elements) =>
        new(span, TupleType.Create(elements.Select(static e => e.Type)), elements);

    private BoundExpression BindRecord(RecordExpressionSyntax syntax)
    {
        ImmutableArray<BoundExpression> elements = [.. syntax.Fields.Select(f => BindElement(f.Value, "record"))];
        if (elements.Any(IsUnknown))
            return Unknown(syntax.Span);
        var fields = new (string Name, BpfType Type)[elements.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = (syntax.Fields[i].Name, elements[i].Type);
        }

        return new BoundTuple(syntax.Span, TupleType.CreateRecord(fields), elements);
    }

    /// <summary>An aggregation that reads as a number becomes that number; others stay.</summary>
    private static BoundExpression ReadAggregate(BoundExpression expression) =>
        expression.Type is AggregateType aggregate && TypeRules.IsCastableAggregate(aggregate)
            ? new BoundConversion(expression.Span, TypeRules.ReadAs(aggregate), expression)
            : expression;

    /// <summary>What folding works on: literals as written, and tuples of them.</summary>
    private static bool IsLiteral(BoundExpression expression) => expression switch
    {
        BoundConstant { Type: IntegerType or BoolType } or BoundString => true,
        BoundTuple tuple => tuple.Elements.All(IsLiteral),
        _ => false,
    };
}
