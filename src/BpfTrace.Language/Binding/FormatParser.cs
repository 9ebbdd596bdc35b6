using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Parses printf formats as bpftrace does (<c>src/format_string.cpp</c>, <c>FormatSpec::regex</c>): what does not parse as a conversion is
/// text.
/// </summary>
internal static class FormatParser
{
    private const string Lengths = "hlLjzt";

    /// <summary>Parses a format, escapes already resolved.</summary>
    public static FormatString Parse(string text)
    {
        var parts = ImmutableArray.CreateBuilder<FormatPart>();
        var literal = new StringBuilder();
        int i = 0;
        while (i < text.Length)
        {
            if (text[i] != '%' || !TryParse(text, i, out FormatConversion conversion, out int end))
            {
                literal.Append(text[i++]);
                continue;
            }
            i = end;
            if (conversion.Conversion == "%")
            {
                literal.Append('%');
                continue;
            }
            Flush();
            parts.Add(conversion);
        }
        Flush();
        return new FormatString(text, parts.ToImmutable());

        void Flush()
        {
            if (literal.Length == 0)
                return;
            parts.Add(new FormatLiteral([.. Language.Text.SourceText.Encode(literal.ToString())]));
            literal.Clear();
        }
    }

    private static bool TryParse(string text, int start, out FormatConversion conversion, out int end)
    {
        int i = start + 1;
        bool left = Take('-'), plus = Take('+'), space = Take(' '), alternate = Take('#'), zero = Take('0');
        int? width = TakeNumber(out bool widthIsValue);
        int? precision = null;
        bool precisionIsValue = false;
        int beforeDot = i;
        if (Take('.'))
        {
            precision = TakeNumber(out precisionIsValue);
            if (precision is null && !precisionIsValue)
                i = beforeDot;
        }
        int lengthStart = i;
        while (i < text.Length && Lengths.Contains(text[i], StringComparison.Ordinal))
            i++;
        string length = text[lengthStart..i];
        string? name = Name(text.AsSpan(i));
        end = i + (name?.Length ?? 0);
        conversion = new FormatConversion(name ?? "")
        {
            LeftAlign = left,
            PlusSign = plus,
            SpaceSign = space,
            Alternate = alternate,
            ZeroPad = zero,
            Width = width,
            WidthIsValue = widthIsValue,
            Precision = precision,
            PrecisionIsValue = precisionIsValue,
            Length = length,
        };
        return name is not null;

        bool Take(char c)
        {
            if (i >= text.Length || text[i] != c)
                return false;
            i++;
            return true;
        }

        int? TakeNumber(out bool isValue)
        {
            isValue = Take('*');
            int first = i;
            while (!isValue && i < text.Length && char.IsAsciiDigit(text[i]))
                i++;
            return i == first ? null : int.TryParse(text.AsSpan(first, i - first), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;
        }
    }

    private static string? Name(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty)
            return null;
        if ("diouxXeEfFGaAcspn%".Contains(rest[0], StringComparison.Ordinal))
            return rest[..1].ToString();
        foreach (string name in (string[])["gr", "g", "rh", "rx", "r"])
        {
            if (rest.StartsWith(name))
                return name;
        }
        return null;
    }

    /// <summary>What is wrong with these arguments for a format, in bpftrace's words; null for nothing.</summary>
    public static string? Check(FormatString format, ImmutableArray<BpfType> arguments)
    {
        FormatConversion[] conversions = [.. format.Conversions];
        int wanted = 0;
        foreach (FormatConversion conversion in conversions)
            wanted += 1 + (conversion.WidthIsValue ? 1 : 0) + (conversion.PrecisionIsValue ? 1 : 0);
        if (arguments.Length < wanted)
            return $"not enough arguments for format string ({arguments.Length} supplied, {wanted} expected)";
        if (arguments.Length > wanted)
            return $"too many arguments for format string ({arguments.Length} supplied, {wanted} expected)";
        int next = 0;
        foreach (FormatConversion conversion in conversions)
        {
            for (int stars = (conversion.WidthIsValue ? 1 : 0) + (conversion.PrecisionIsValue ? 1 : 0); stars > 0; stars--)
            {
                BpfType count = arguments[next++];
                if (!TypeRules.IsInteger(count))
                    return $"unsupported format specifier for type '{count}': *";
            }
            if (Check(conversion.Conversion, arguments[next++]) is { } error)
                return error;
        }
        return null;
    }

    private static string? Check(string conversion, BpfType type)
    {
        if (type is VoidType)
            return $"unable to print none type for specifier: {conversion}";
        bool? fits = conversion switch
        {
            "d" or "i" or "u" or "o" or "x" or "X" or "c" or "p" or "gr" => TypeRules.IsInteger(type) || type is BoolType or PointerType,
            "r" or "rx" or "rh" => type is BufferType,
            "s" => true,
            _ => null,
        };
        return fits switch
        {
            null => $"unsupported format specifier: {conversion}",
            false => $"unsupported format specifier for type '{type}': {conversion}",
            _ => null,
        };
    }
}
