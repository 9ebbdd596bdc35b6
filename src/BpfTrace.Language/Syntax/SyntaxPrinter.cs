using System.Text;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>
/// Prints a tree as a script that parses to the same tree, in the style of bpftrace's printer (<c>src/ast/passes/printer.cpp</c>): one
/// statement a line, two blanks of indentation, attach points, predicate and braces of a probe on lines of their own.
/// <see cref="Print(ProgramSyntax)"/> shows how a script was understood, <see cref="Format"/> is for its author.
/// </summary>
public sealed partial class SyntaxPrinter
{
    /// <summary>How wide a formatted line may be, in characters; bpftrace's width.</summary>
    public const int MaxWidth = 90;

    private const int IndentWidth = 2;
    private const int Unlimited = int.MaxValue / 4;

    /// <summary>What is printed for its author: the text it comes from, and its comments.</summary>
    private readonly SourceText? _source;
    private readonly CommentQueue? _comments;

    private SyntaxPrinter()
    {
    }

    private SyntaxPrinter(ProgramSyntax program)
    {
        _source = program.Source;
        _comments = new CommentQueue(program.Source, program.Comments);
    }

    /// <summary>Whether operators show how they group, whatever their precedence, and nothing depends on the source.</summary>
    private bool ShowsGrouping => _source is null;

    /// <summary>
    /// The script of a program, lines ended by line feeds: every operand that is not primary in parentheses, no comments, no line broken
    /// because of its width.
    /// </summary>
    public static string Print(ProgramSyntax program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var output = new StringBuilder();
        new SyntaxPrinter().WriteTree(program, output);
        return output.ToString();
    }

    /// <summary>An expression as it stands in a statement: without parentheses around the whole.</summary>
    public static string Print(ExpressionSyntax expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return new SyntaxPrinter().Bare(expression, Unlimited).ToString();
    }

    /// <summary>A type as written: <c>struct task_struct*</c>.</summary>
    public static string Print(TypeSyntax type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new SyntaxPrinter().Type(type, Unlimited).ToString();
    }

    /// <summary>
    /// Formats a script that parsed: its comments, the C part, literals and the way things are spelled stay (<c>-></c>, parentheses around
    /// operands and conditions), white space, line breaks and semicolons are the style's, groups of empty lines become one. Formatting what
    /// was formatted changes nothing.
    /// </summary>
    /// <param name="program">The tree; its source is one file.</param>
    /// <returns>The script, lines ended by line feeds.</returns>
    public static string Format(ProgramSyntax program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var output = new StringBuilder(program.Source.Length);
        new SyntaxPrinter(program).WriteFormatted(program, output);
        return output.ToString();
    }

    /// <summary>Whether there is an empty line before what starts at a position, or before its comments.</summary>
    private bool IsSeparated(int start) => HasEmptyLineBefore(_comments?.PeekBefore(start)?.Start ?? start);

    /// <summary>Whether there is an empty line in the source right before a position.</summary>
    private bool HasEmptyLineBefore(int position)
    {
        if (_source is null)
            return false;
        int lines = 0;
        for (int at = position - 1; at >= 0 && lines < 2; at--)
        {
            char c = _source.Text[at];
            if (c == '\n')
                lines++;
            else if (!char.IsWhiteSpace(c) && c != '(')
                break;
        }
        return lines == 2;
    }

    private int SkipLayout(int at) => SyntaxFacts.SkipLayout(_source!.Text, at);
}
