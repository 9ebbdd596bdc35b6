using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>
/// A comment. It is no part of the tree, which is the same with and without it: <see cref="ProgramSyntax.Comments"/> keeps it beside the
/// tree by its place.
/// </summary>
/// <param name="Span">From <c>//</c> up to the end of the line, or from <c>/*</c> through <c>*/</c>.</param>
public sealed record CommentSyntax(TextSpan Span);
