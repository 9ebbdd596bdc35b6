using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Names for the values of an output, as the properties of its event: the word before <c>=</c> or <c>:</c> in the format, else the
/// expression's own name, else <c>arg0</c> … Unique without regard to case, and none of an event's own.
/// </summary>
internal static class ValueNames
{
    private static readonly string[] s_reserved =
    [
        // Of BpfTrace.TraceEvent and System.Object.
        "Timestamp", "ProbeName", "CpuId", "Text", "BootTimeNanoseconds", "ToString", "Equals", "GetHashCode", "GetType", "MemberwiseClone", "Finalize",
    ];

    /// <summary>One name for each value of a format; a width given as a value gets one too.</summary>
    public static ImmutableArray<string> OfFormat(FormatString format, ImmutableArray<ExpressionSyntax> arguments)
    {
        var names = new List<string?>();
        string before = "";
        foreach (FormatPart part in format.Parts)
        {
            if (part is FormatLiteral literal)
            {
                before = Encoding.UTF8.GetString(literal.Text.AsSpan());
                continue;
            }
            var conversion = (FormatConversion)part;
            for (int stars = (conversion.WidthIsValue ? 1 : 0) + (conversion.PrecisionIsValue ? 1 : 0); stars > 0; stars--)
                names.Add(names.Count < arguments.Length ? OfExpression(arguments[names.Count]) : null);
            names.Add(LabelAtEnd(before) ?? (names.Count < arguments.Length ? OfExpression(arguments[names.Count]) : null));
            before = "";
        }
        return MakeUnique(names);
    }

    /// <summary>Names as given where they are free and valid, numbered where they are not.</summary>
    public static ImmutableArray<string> MakeUnique(IEnumerable<string?> names)
    {
        var taken = new HashSet<string>(s_reserved, StringComparer.OrdinalIgnoreCase);
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (string? given in names)
        {
            string name = ToIdentifier(given) ?? "arg" + result.Count.ToString(CultureInfo.InvariantCulture);
            string candidate = name;
            for (int i = 2; !taken.Add(candidate); i++)
                candidate = name + i.ToString(CultureInfo.InvariantCulture);
            result.Add(candidate);
        }
        return result.ToImmutable();
    }

    /// <summary>The name an expression goes by: <c>pid</c>, <c>filename</c> of <c>str(args.filename)</c>, <c>start</c> of <c>@start[tid]</c>; null for none.</summary>
    public static string? OfExpression(ExpressionSyntax expression) => expression switch
    {
        IdentifierExpressionSyntax identifier => identifier.Name,
        VariableExpressionSyntax variable => variable.Name[1..],
        MapExpressionSyntax { Name.Length: > 1 } map => map.Name[1..],
        MapAccessExpressionSyntax { Map.Name.Length: > 1 } access => access.Map.Name[1..],
        MemberAccessExpressionSyntax access => access.Name,
        ElementAccessExpressionSyntax access => OfExpression(access.Expression),
        TupleAccessExpressionSyntax access => OfExpression(access.Expression),
        CastExpressionSyntax cast => OfExpression(cast.Operand),
        UnaryExpressionSyntax unary => OfExpression(unary.Operand),
        CallExpressionSyntax { Arguments: [] } or CallExpressionSyntax { Name: "kstack" or "ustack" or "dw_ustack" or "nsecs" or "pid" or "tid" } => ((CallExpressionSyntax)expression).Name, // arguments are modes
        CallExpressionSyntax { Name: "reg", Arguments: [StringLiteralExpressionSyntax name] } => name.Value,
        CallExpressionSyntax { Name: "strftime" or "cgroup_path" or "ntop", Arguments: [.., var last] } call => OfExpression(call.Name == "cgroup_path" ? call.Arguments[0] : last) ?? call.Name,
        CallExpressionSyntax call => OfExpression(call.Arguments[0]) ?? call.Name,
        BinaryExpressionSyntax binary => OfBinary(binary),
        _ => null,
    };

    /// <summary>Of an operation only the side that has a name at all, when the other is a literal: <c>$bytes / 1024</c>.</summary>
    private static string? OfBinary(BinaryExpressionSyntax binary)
    {
        if (binary.Right is IntegerLiteralExpressionSyntax)
            return OfExpression(binary.Left);
        return binary.Left is IntegerLiteralExpressionSyntax ? OfExpression(binary.Right) : null;
    }

    /// <summary>The word directly before the conversion, when <c>=</c> or <c>:</c> separates them.</summary>
    private static string? LabelAtEnd(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimEnd("\"'( ");
        if (rest.IsEmpty || rest[^1] is not ('=' or ':'))
            return null;
        rest = rest[..^1].TrimEnd(' ');
        int start = rest.Length;
        while (start > 0 && SyntaxFacts.IsIdentifierPart(rest[start - 1]))
            start--;
        return start == rest.Length ? null : rest[start..].ToString();
    }

    private static string? ToIdentifier(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        var text = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            if (SyntaxFacts.IsIdentifierPart(c))
                text.Append(c);
        }
        if (text.Length == 0)
            return null;
        if (char.IsAsciiDigit(text[0]))
            text.Insert(0, "arg");
        return text.ToString();
    }
}
