namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    private TextBlock Access(ExpressionSyntax expression, int width)
    {
        switch (expression)
        {
            case CallExpressionSyntax call:
                return Wide(call.Name + "(", List(call.Arguments, width - call.Name.Length - 2), call.Span.End, ")", width);
            case MapAccessExpressionSyntax access:
                return Wide(access.Map.Name + "[", List(access.Keys, width - access.Map.Name.Length - 2), access.Span.End, "]", width);
            case TupleExpressionSyntax tuple:
                TextBlock elements = List(tuple.Elements, width - 3);
                return Bracketed("(", tuple.Elements.Length == 1 ? elements.Text(",") : elements, tuple.Span.End, ")");
            case RecordExpressionSyntax record:
                return Bracketed("(", List(record.Fields, ",", width - 2, Field), record.Span.End, ")");
            case MemberAccessExpressionSyntax access:
                string arrow = access.IsArrow && !ShowsGrouping ? "->" : ".";
                return Operand(access.Expression, width - access.Name.Length - arrow.Length).Text(arrow + access.Name);
            case TupleAccessExpressionSyntax access:
                return Operand(access.Expression, width - 2).Text($".{access.Index}");
            case ElementAccessExpressionSyntax access:
                // A map with a key after it is a map access: here the map itself is indexed.
                TextBlock indexed = access.Expression is MapExpressionSyntax ? InParentheses(access.Expression, width) : Operand(access.Expression, width);
                TextBlock index = Bare(access.Index, width - 2);
                TailBefore(index, access.Span.End);
                return indexed.Text("[").Append(index).Text("]");
            default:
                return Keyword(expression, width);
        }
    }

    /// <summary>What is too wide beside its opening bracket gets lines of its own.</summary>
    private TextBlock Wide(string open, TextBlock content, int end, string close, int width)
    {
        if (open.Length + content.Width + 1 <= width || content.IsEmpty)
            return Bracketed(open, content, end, close);
        TailBefore(content, end);
        return new TextBlock().Text(open).NewLine().Text(s_indent).Append(content).NewLine().Text(close);
    }

    private TextBlock Bracketed(string open, TextBlock content, int end, string close)
    {
        TailBefore(content, end);
        return new TextBlock().Text(open).Append(content).Text(close);
    }

    private TextBlock Field(RecordFieldSyntax field, int width) =>
        Join(Lead(field.Span.Start), new TextBlock().Text(field.Name + "=").Append(
            ShowsGrouping ? Operand(field.Value, width) : Bare(field.Value, width - field.Name.Length - 1)));

    private TextBlock Keyword(ExpressionSyntax expression, int width)
    {
        switch (expression)
        {
            case TypeArgumentExpressionSyntax { Type: ExpressionTypeSyntax type }:
                return Type(type, width);
            case TypeArgumentExpressionSyntax argument:
                return TypeFunction("typeof(", argument.Type, ")", argument.Span.End, width);
            case SizeofExpressionSyntax size:
                return TypeFunction("sizeof(", size.Type, ")", size.Span.End, width);
            case TypeinfoExpressionSyntax info:
                return TypeFunction("typeinfo(", info.Type, ")", info.Span.End, width);
            case OffsetofExpressionSyntax offset:
                return TypeFunction("offsetof(", offset.Type, $", {string.Join('.', offset.Fields)})", offset.Span.End, width);
            case ComptimeExpressionSyntax comptime:
                return new TextBlock().Text("comptime ").Append(PrefixOperand(comptime.Expression, ' ', width - 9));
            default:
                return new TextBlock();
        }
    }

    private TextBlock TypeFunction(string open, TypeSyntax type, string close, int end, int width) =>
        new TextBlock().Text(open).Append(TypeOrExpression(type, end, width - open.Length - close.Length)).Text(close);
}
