using System.Globalization;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Language.Probes;

/// <summary>
/// C++ function names in a symbol table (Itanium C++ ABI, "External Names"): enough to find the functions of a name.
/// A script names them as <c>cpp:name</c> or <c>cpp:"name(int)"</c>.
/// </summary>
internal static class CppSymbols
{
    /// <summary>A pattern that finds every mangled name that can be the function.</summary>
    public static string Pattern(string function)
    {
        string name = LastName(function);
        return name.Length == 0 || name.Contains('*', StringComparison.Ordinal) ? "_Z*"
            : "_Z*" + name.Length.ToString(CultureInfo.InvariantCulture) + name + "*";
    }

    /// <summary>Whether a mangled symbol is the function: by its name, and by its parameters where they are given and simple.</summary>
    public static bool IsMatch(string function, string symbol)
    {
        int open = function.IndexOf('(', StringComparison.Ordinal);
        string[] names = (open < 0 ? function : function[..open]).Split("::");
        if (!TryReadNames(symbol, out List<string> found, out ReadOnlySpan<char> parameters) || found.Count < names.Length)
            return false;
        for (int i = 0; i < names.Length; i++)
        {
            if (!new WildcardPattern(names[^(i + 1)]).IsMatch(found[^(i + 1)]))
                return false;
        }
        return open < 0 || (found.Count == names.Length && IsParameters(function[(open + 1)..].TrimEnd(')', ' '), parameters));
    }

    private static string LastName(string function)
    {
        int open = function.IndexOf('(', StringComparison.Ordinal);
        string name = open < 0 ? function : function[..open];
        int colon = name.LastIndexOf(':');
        return name[(colon + 1)..];
    }

    private static bool TryReadNames(ReadOnlySpan<char> symbol, out List<string> names, out ReadOnlySpan<char> rest)
    {
        names = [];
        rest = symbol.StartsWith("_ZN") ? symbol[3..] : symbol.StartsWith("_Z") ? symbol[2..] : [];
        bool nested = symbol.StartsWith("_ZN");
        while (!rest.IsEmpty && (char.IsAsciiDigit(rest[0]) || (nested && rest[0] is 'K' or 'V')))
        {
            if (!char.IsAsciiDigit(rest[0]))
            {
                rest = rest[1..];
                continue;
            }
            int digits = 0;
            while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
                digits++;
            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > rest.Length - digits)
                return false;
            names.Add(rest.Slice(digits, length).ToString());
            rest = rest[(digits + length)..];
            if (!nested)
                break;
        }
        if (nested && !rest.IsEmpty && rest[0] == 'E')
            rest = rest[1..];
        return names.Count > 0;
    }

    /// <summary>Compares parameters by their mangled codes: builtin types and pointers to them.</summary>
    private static bool IsParameters(string written, ReadOnlySpan<char> mangled)
    {
        string expected = string.Concat(written.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Mangle));
        return mangled.SequenceEqual(expected.Length == 0 ? "v" : expected);
    }

    private static string Mangle(string type)
    {
        type = type.Trim();
        if (type.EndsWith('*'))
            return "P" + Mangle(type[..^1]);
        if (type.EndsWith('&'))
            return "R" + Mangle(type[..^1]);
        if (type.EndsWith(" const", StringComparison.Ordinal))
            return "K" + Mangle(type[..^6]);
        if (type.StartsWith("const ", StringComparison.Ordinal))
            return "K" + Mangle(type[6..]);
        return type switch
        {
            "void" => "v",
            "bool" => "b",
            "char" => "c",
            "signed char" => "a",
            "unsigned char" => "h",
            "short" => "s",
            "unsigned short" => "t",
            "int" => "i",
            "unsigned int" or "unsigned" => "j",
            "long" => "l",
            "unsigned long" => "m",
            "long long" => "x",
            "unsigned long long" => "y",
            "float" => "f",
            "double" => "d",
            _ => type.Length.ToString(CultureInfo.InvariantCulture) + type,
        };
    }
}
