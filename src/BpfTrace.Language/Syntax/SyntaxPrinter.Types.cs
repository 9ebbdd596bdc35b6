namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    private TextBlock Type(TypeSyntax type, int width) => Join(Lead(type.Span.Start), type switch
    {
        NamedTypeSyntax named => new TextBlock().Text(named.Name),
        TaggedTypeSyntax tagged => new TextBlock().Text(tagged.FullName),
        PointerTypeSyntax pointer => Pointer(pointer, width),
        ArrayTypeSyntax array => Type(array.Element, width).Text(array.Length == 0 ? "[]" : $"[{array.Length}]"),
        ExpressionTypeSyntax expression => new TextBlock().Text("typeof(").Append(TypeOrExpression(expression, expression.Span.End, width - 8)).Text(")"),
        _ => new TextBlock(),
    });

    /// <summary>A blank before the star stays where it was written: both are common.</summary>
    private TextBlock Pointer(PointerTypeSyntax pointer, int width)
    {
        int star = pointer.Span.End - 1;
        bool hasBlank = _source is not null && pointer.Element is not PointerTypeSyntax && star > 0 && _source.Text[star - 1] is ' ' or '\t';
        return Type(pointer.Element, width).Text(hasBlank ? " *" : "*");
    }

    /// <summary>Inside <c>sizeof( )</c> and the like; <c>x[1]</c> there would be a type, and a name at the beginning may be.</summary>
    private TextBlock TypeOrExpression(TypeSyntax type, int end, int width)
    {
        TextBlock block;
        if (type is not ExpressionTypeSyntax { Expression: var expression })
            block = Type(type, width);
        else if (expression is ElementAccessExpressionSyntax || IsTypeName(expression) || (!IsPrimary(expression) && (ShowsGrouping || LeadingName(expression) is not null)))
            block = new TextBlock().Text("(").Append(Bare(expression, width - 2)).Text(")");
        else
            block = Bare(expression, width);
        TailBefore(block, end);
        return block;
    }

    private static bool IsTypeName(ExpressionSyntax expression) =>
        expression is IdentifierExpressionSyntax { Name: var name } && SyntaxFacts.IsBuiltinTypeName(name);
}
