using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Fuzz.Checks;

/// <summary>Whether two trees are the same but for where their nodes are and how they are spelled.</summary>
internal static class TreeComparer
{
    /// <summary>What says how a node was written, not what it is, and what is no part of it.</summary>
    private static readonly HashSet<string> s_spelling = new(StringComparer.Ordinal)
    {
        nameof(SyntaxNode.Children), nameof(MemberAccessExpressionSyntax.IsArrow), "IsParenthesized", nameof(ProgramSyntax.Comments),
    };

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_properties = new();

    /// <summary>Null for the same tree; else the path to the first difference.</summary>
    public static string? Difference(object? left, object? right, string path = "program")
    {
        if (left is null || right is null)
            return left is null && right is null ? null : $"{path}: {left ?? "nothing"} / {right ?? "nothing"}";
        if (left.GetType() != right.GetType())
            return $"{path}: {left.GetType().Name} / {right.GetType().Name}";
        if (left is not string && left is IEnumerable leftItems)
            return Items(leftItems, (IEnumerable)right, path);
        // The first line may be the only one, without a line break; blanks at its end go.
        if (path == "program.Header")
            return left.ToString()!.TrimEnd() == right.ToString()!.TrimEnd() ? null : $"{path}: {left} / {right}";
        // C stays as it is written, but for its line ends.
        if (left is CDefinitionSyntax leftC && right is CDefinitionSyntax rightC)
            return leftC.Kind == rightC.Kind && WithLineFeeds(leftC) == WithLineFeeds(rightC) ? null : $"{path}.{nameof(leftC.Text)}: {leftC.Text} / {rightC.Text}";
        if (!IsNode(left.GetType()))
            return left.Equals(right) ? null : $"{path}: {left} / {right}";
        foreach (PropertyInfo property in s_properties.GetOrAdd(left.GetType(), Properties))
        {
            if (Difference(property.GetValue(left), property.GetValue(right), $"{path}.{property.Name}") is { } difference)
                return difference;
        }

        return null;
    }

    private static string WithLineFeeds(CDefinitionSyntax definition) =>
        string.Join('\n', definition.Text.Split('\n').Select(static line => line.TrimEnd('\r')));

    private static string? Items(IEnumerable left, IEnumerable right, string path)
    {
        object?[] a = [.. left.Cast<object?>()];
        object?[] b = [.. right.Cast<object?>()];
        if (a.Length != b.Length)
            return $"{path}: {a.Length} / {b.Length} items";
        for (int i = 0; i < a.Length; i++)
        {
            if (Difference(a[i], b[i], $"{path}[{i}]") is { } difference)
                return difference;
        }

        return null;
    }

    private static bool IsNode(Type type) => type.Assembly == typeof(SyntaxNode).Assembly && type.IsClass;

    private static PropertyInfo[] Properties(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.GetIndexParameters().Length == 0 && p.PropertyType != typeof(TextSpan) && p.PropertyType != typeof(TextSpan?) && p.PropertyType != typeof(SourceText)
                && !s_spelling.Contains(p.Name)),
    ];
}
