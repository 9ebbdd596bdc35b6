using System.Collections;
using System.Reflection;
using System.Text;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Formatting;

/// <summary>A tree as text: everything it holds but places, comments and parentheses.</summary>
internal static class TreeText
{
    private static readonly string[] s_ignored =
        [nameof(SyntaxNode.Children), nameof(ProgramSyntax.Comments), nameof(ProgramSyntax.Header), nameof(ProgramSyntax.Source), nameof(ExpressionSyntax.IsParenthesized), "EqualityContract"];

    public static string Of(ProgramSyntax program)
    {
        var text = new StringBuilder();
        text.Append(program.Header?.TrimEnd()).Append('\n');
        Append(text, program, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, int indent)
    {
        switch (value)
        {
            case SyntaxNode node:
                text.Append(node.GetType().Name);
                foreach (PropertyInfo property in node.GetType().GetProperties().Where(static p => p.CanWrite))
                {
                    if (property.PropertyType == typeof(TextSpan) || s_ignored.Contains(property.Name))
                        continue;
                    text.Append('\n').Append(' ', indent + 1).Append(property.Name).Append('=');
                    Append(text, property.GetValue(node), indent + 1);
                }
                break;
            case string word:
                text.Append('"').Append(word).Append('"');
                break;
            case IEnumerable list:
                text.Append('[');
                foreach (object? item in list)
                {
                    Append(text, item, indent + 1);
                    text.Append(';');
                }
                text.Append(']');
                break;
            default:
                text.Append(value);
                break;
        }
    }
}
