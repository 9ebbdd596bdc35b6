using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>A node of the immutable syntax tree.</summary>
/// <param name="Span">
/// Where it is in its source. Spans are those bpftrace gives its AST nodes (<c>src/parser.cpp</c>), because diagnostics
/// draw them: a cast's span is its parenthesised type, a probe's its attach points, a macro's its name; each such node
/// says so.
/// </param>
public abstract record SyntaxNode(TextSpan Span)
{
    /// <summary>The nodes directly below, in source order.</summary>
    public abstract IEnumerable<SyntaxNode> Children { get; }

    /// <summary>This node and all below it, depth first.</summary>
    public IEnumerable<SyntaxNode> DescendantsAndSelf()
    {
        var stack = new Stack<SyntaxNode>();
        stack.Push(this);
        while (stack.Count > 0)
        {
            SyntaxNode node = stack.Pop();
            yield return node;
            foreach (SyntaxNode child in node.Children.Reverse())
                stack.Push(child);
        }
    }
}

/// <summary>An expression.</summary>
/// <param name="Span">Where it is.</param>
public abstract record ExpressionSyntax(TextSpan Span) : SyntaxNode(Span)
{
    /// <summary>Whether it is written in parentheses. They mean nothing once the tree is there, and are in no span.</summary>
    public bool IsParenthesized { get; init; }
}

/// <summary>A statement.</summary>
/// <param name="Span">Where it is.</param>
public abstract record StatementSyntax(TextSpan Span) : SyntaxNode(Span);

/// <summary>A part of a program after the definitions: probe, macro, subprogram, map declaration.</summary>
/// <param name="Span">Where it is.</param>
public abstract record MemberSyntax(TextSpan Span) : SyntaxNode(Span);
