using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>
/// <c>kprobe:vfs_*</c>, <c>uprobe:"/path with:colon":main+4</c>, <c>usdt:$1:$2</c>, <c>name=interval:1s</c>. What the
/// parts mean is not the parser's business: it splits them.
/// </summary>
/// <param name="Span">The whole.</param>
/// <param name="Text">The whole as written.</param>
/// <param name="Parts">
/// The parts between colons (and around <c>@</c>, which is a part of its own, as in bpftrace); at least one. Positional
/// parameters are not replaced yet: <see cref="AttachPointParts.Expand"/> does that.
/// </param>
/// <param name="UserName">The name before <c>=</c> in the first part, where there is one; it is not in <paramref name="Parts"/>.</param>
public sealed record AttachPointSyntax(TextSpan Span, string Text, ImmutableArray<AttachPointPartSyntax> Parts, string? UserName) : SyntaxNode(Span)
{
    /// <summary>The first part: the probe type as written (<c>k</c>, <c>BEGIN</c>, <c>*ware</c>).</summary>
    public AttachPointPartSyntax Provider => Parts[0];

    /// <summary>Whether a part holds a positional parameter.</summary>
    public bool HasParameters
    {
        get
        {
            foreach (AttachPointPartSyntax part in Parts)
            {
                if (part.HasParameter)
                    return true;
            }
            return false;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Parts;
}

/// <summary>One part of an attach point.</summary>
/// <param name="Span">Where it is, quotes included.</param>
/// <param name="Text">Its text with quotes removed and escapes in quotes resolved.</param>
/// <param name="IsQuoted">Whether some of it was in quotes.</param>
/// <param name="HasParameter">Whether an unquoted <c>$</c> is in it.</param>
public sealed record AttachPointPartSyntax(TextSpan Span, string Text, bool IsQuoted, bool HasParameter) : SyntaxNode(Span)
{
    /// <summary>Whether it is a pattern: <c>*</c>, or a <c>[</c>…<c>]</c> pair (bpftrace <c>util/wildcard.cpp</c>).</summary>
    public bool HasWildcard => SyntaxFacts.HasWildcard(Text);

    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}
