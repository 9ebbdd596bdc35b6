using System.Globalization;
using System.Text;

namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    private static bool IsPrimary(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax or UnaryExpressionSyntax or ConditionalExpressionSyntax or CastExpressionSyntax
            or IfExpressionSyntax or BlockExpressionSyntax or RangeExpressionSyntax => false,
        ComptimeExpressionSyntax comptime => IsPrimary(comptime.Expression),
        _ => true,
    };

    /// <summary>An operand: in parentheses unless it is primary.</summary>
    private TextBlock Operand(ExpressionSyntax expression, int width) =>
        IsPrimary(expression) ? Bare(expression, width) : InParentheses(expression, width);

    /// <summary>Comments before the operand stand before its parenthesis, wherever they were.</summary>
    private TextBlock InParentheses(ExpressionSyntax expression, int width) =>
        Join(Lead(expression.Span.Start), new TextBlock().Text("(").Append(Bare(expression, width - 2)).Text(")"));

    /// <summary>An operand of a prefix operator or a cast.</summary>
    private TextBlock PrefixOperand(ExpressionSyntax expression, char before, int width)
    {
        bool binds = expression switch
        {
            _ when ShowsGrouping || expression.IsParenthesized => IsPrimary(expression),
            UnaryExpressionSyntax unary => SyntaxFacts.IsPostfix(unary.Operator) || before != '-' || SyntaxFacts.GetText(unary.Operator)[0] != '-',
            CastExpressionSyntax or ComptimeExpressionSyntax => true,
            _ => IsPrimary(expression),
        };
        return binds ? Bare(expression, width) : InParentheses(expression, width);
    }

    /// <summary>
    /// An operand of a binary operator. In a formatted script precedence decides, and parentheses that are written stay.
    /// </summary>
    private TextBlock BinaryOperand(BinaryExpressionSyntax parent, ExpressionSyntax operand, int width)
    {
        bool isRight = ReferenceEquals(operand, parent.Right);
        bool binds = operand switch
        {
            _ when ShowsGrouping || operand.IsParenthesized => IsPrimary(operand),
            BinaryExpressionSyntax binary => BindsTighter(binary, parent, isRight),
            UnaryExpressionSyntax or CastExpressionSyntax or ComptimeExpressionSyntax => true,
            _ => IsPrimary(operand),
        };
        return binds ? Bare(operand, width) : InParentheses(operand, width);
    }

    private static bool BindsTighter(BinaryExpressionSyntax operand, BinaryExpressionSyntax parent, bool isRight)
    {
        int difference = SyntaxFacts.GetPrecedence(operand.Operator) - SyntaxFacts.GetPrecedence(parent.Operator);
        return isRight ? difference > 0 : difference >= 0;
    }

    /// <summary>An expression with the comments before it.</summary>
    private TextBlock Bare(ExpressionSyntax expression, int width) => Join(Lead(expression.Span.Start), expression switch
    {
        IntegerLiteralExpressionSyntax literal => new TextBlock().Text(literal.Text),
        StringLiteralExpressionSyntax literal => new TextBlock().Text(_source?.ToString(literal.Span) ?? Quote(literal.Bytes.AsSpan())),
        BooleanLiteralExpressionSyntax literal => new TextBlock().Text(literal.Value ? "true" : "false"),
        IdentifierExpressionSyntax identifier => new TextBlock().Text(identifier.Name),
        VariableExpressionSyntax variable => new TextBlock().Text(variable.Name),
        MapExpressionSyntax map => new TextBlock().Text(map.Name),
        PositionalParameterExpressionSyntax parameter => new TextBlock().Text("$" + parameter.Index.ToString(CultureInfo.InvariantCulture)),
        PositionalParameterCountExpressionSyntax => new TextBlock().Text("$#"),
        BinaryExpressionSyntax binary => Binary(binary, width),
        UnaryExpressionSyntax unary => Unary(unary, width),
        ConditionalExpressionSyntax conditional => Conditional(conditional, width),
        CastExpressionSyntax cast => Cast(cast, width),
        RangeExpressionSyntax range => RangeEnd(range.Start, width).Text("..").Append(RangeEnd(range.End, width)),
        IfExpressionSyntax branch => If(new TextBlock(), branch, width, isStatement: false),
        BlockExpressionSyntax block => BlockValue(new TextBlock(), block, width),
        _ => Access(expression, width),
    });

    /// <summary>A chain of one operator is a list; other operators have their operands in one.</summary>
    private TextBlock Binary(BinaryExpressionSyntax binary, int width)
    {
        string separator = " " + SyntaxFacts.GetText(binary.Operator);
        var operands = new List<ExpressionSyntax> { binary.Right };
        var parents = new List<BinaryExpressionSyntax> { binary };
        while (!ShowsGrouping && parents[^1].Left is BinaryExpressionSyntax left && left.Operator == binary.Operator && !left.IsParenthesized)
        {
            operands.Add(left.Right);
            parents.Add(left);
        }
        operands.Add(parents[^1].Left);
        parents.Add(parents[^1]);
        operands.Reverse();
        parents.Reverse();
        int next = 0;
        return List(operands, separator, width, (operand, rest) => BinaryOperand(parents[next++], operand, rest));
    }

    private TextBlock Unary(UnaryExpressionSyntax unary, int width)
    {
        string text = SyntaxFacts.GetText(unary.Operator);
        return SyntaxFacts.IsPostfix(unary.Operator)
            ? Operand(unary.Operand, width - text.Length).Text(text)
            : new TextBlock().Text(text).Append(PrefixOperand(unary.Operand, text[0], width - text.Length));
    }

    private TextBlock Cast(CastExpressionSyntax cast, int width)
    {
        TextBlock type = Type(cast.Type, width);
        if (_source is not null)
            TailBefore(type, SkipLayout(cast.Type.Span.End));
        TextBlock block = new TextBlock().Text("(").Append(type).Text(")");
        return block.Append(PrefixOperand(cast.Operand, '(', width - block.Width));
    }

    private TextBlock Conditional(ConditionalExpressionSyntax conditional, int width)
    {
        TextBlock condition = ConditionalPart(conditional.Condition, width);
        TextBlock? whenTrue = null;
        if (conditional.WhenTrue is { } value)
        {
            TailUpTo(condition, value.Span.Start);
            whenTrue = ConditionalPart(value, width - 2);
        }
        TailUpTo(whenTrue ?? condition, conditional.WhenFalse.Span.Start);
        TextBlock whenFalse = ConditionalPart(conditional.WhenFalse, width - 2);
        bool isClosed = condition.IsClosed || whenTrue is { IsClosed: true };
        bool isWide = condition.Width + (whenTrue?.Width ?? 0) + whenFalse.Width + 6 > width;

        // The short form's two characters stay together, where they do in a script's own spelling.
        if (whenTrue is null && !(isClosed || isWide))
            return condition.Text(ShowsGrouping ? " ? : " : " ?: ").Append(whenFalse);
        if (isClosed || isWide)
        {
            condition.NewLine();
            if (whenTrue is null)
                return condition.Text("?: ").Append(whenFalse);
            return condition.Text("? ").Append(whenTrue).NewLine().Text(": ").Append(whenFalse);
        }
        return condition.Text(" ? ").Append(whenTrue!).Text(" : ").Append(whenFalse);
    }

    private TextBlock ConditionalPart(ExpressionSyntax expression, int width)
    {
        bool binds = ShowsGrouping || expression.IsParenthesized
            ? IsPrimary(expression)
            : expression is not (ConditionalExpressionSyntax or IfExpressionSyntax or BlockExpressionSyntax);
        return binds ? Bare(expression, width) : InParentheses(expression, width);
    }

    /// <summary>Nothing but a primary expression can be an end of a range, without what may follow one.</summary>
    private TextBlock RangeEnd(ExpressionSyntax expression, int width)
    {
        bool isPlain = IsPrimary(expression)
            && expression is not (MemberAccessExpressionSyntax or TupleAccessExpressionSyntax or ElementAccessExpressionSyntax);
        return isPlain ? Bare(expression, width) : InParentheses(expression, width);
    }

    private static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (byte b in bytes)
        {
            text.Append(b switch
            {
                (byte)'\n' => "\\n",
                (byte)'\t' => "\\t",
                (byte)'\r' => "\\r",
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                >= 0x20 and < 0x7f => ((char)b).ToString(),
                _ => $"\\x{b:x2}",
            });
        }
        return text.Append('"').ToString();
    }
}
