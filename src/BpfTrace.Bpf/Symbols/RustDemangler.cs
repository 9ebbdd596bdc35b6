using System.Globalization;
using System.Text;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Turns mangled Rust names into readable ones: the older form (an Itanium name that ends in a hash) and the newer (<c>_R…</c>, Rust RFC 2603).
/// Hashes and disambiguators are left out, as in backtraces.
/// </summary>
public static class RustDemangler
{
    private const int HashLength = 16;

    /// <summary>The readable name; null if the name is no Rust name.</summary>
    public static string? TryDemangle(string name)
    {
        ArgumentNullException.ThrowIfNull(name);

        // The linker's and LLVM's suffixes: .llvm.123, .cold. They are no part of the mangled name.
        int end = name.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> plain = name;
        if (plain.StartsWith("_R", StringComparison.Ordinal))
            return new RustV0Demangler((end < 0 ? plain : plain[..end])[2..].ToString()).Demangle();
        int suffix = name.IndexOf(".llvm.", StringComparison.Ordinal);
        return plain.StartsWith("_ZN", StringComparison.Ordinal) ? Legacy((suffix < 0 ? plain : plain[..suffix])[3..]) : null;
    }

    /// <summary><c>4core3fmt5write17h0123456789abcdefE</c>: lengths and names; the last is a hash.</summary>
    private static string? Legacy(ReadOnlySpan<char> text)
    {
        var path = new StringBuilder();
        while (!text.IsEmpty && text[0] != 'E')
        {
            int digits = 0;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
                digits++;
            if (digits is 0 or > 6)
                return null;
            int length = int.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            text = text[digits..];
            if (length > text.Length)
                return null;
            ReadOnlySpan<char> part = text[..length];
            text = text[length..];
            if (text is ['E', ..] && IsHash(part))
                return path.Length == 0 || text.Length > 1 ? null : path.ToString();
            if (path.Length > 0)
                path.Append("::");
            if (!AppendUnescaped(path, part))
                return null;
        }

        return null; // no hash at its end: a C++ name
    }

    private static bool IsHash(ReadOnlySpan<char> part)
    {
        if (part.Length != HashLength + 1 || part[0] != 'h')
            return false;
        foreach (char c in part[1..])
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }

        return true;
    }

    private static bool AppendUnescaped(StringBuilder path, ReadOnlySpan<char> part)
    {
        // An escape must not begin a name of C: it then has an underscore before it.
        if (part.StartsWith("_$", StringComparison.Ordinal))
            part = part[1..];
        while (!part.IsEmpty)
        {
            if (part.StartsWith("..", StringComparison.Ordinal))
            {
                path.Append("::");
                part = part[2..];
            }
            else if (part[0] == '$')
            {
                int end = part[1..].IndexOf('$');
                if (end < 0 || Escape(part.Slice(1, end)) is not { } meaning)
                    return false;
                path.Append(meaning);
                part = part[(end + 2)..];
            }
            else
            {
                path.Append(part[0]);
                part = part[1..];
            }
        }

        return true;
    }

    private static string? Escape(ReadOnlySpan<char> name) => name switch
    {
        "SP" => "@",
        "BP" => "*",
        "RF" => "&",
        "LT" => "<",
        "GT" => ">",
        "LP" => "(",
        "RP" => ")",
        "C" => ",",
        ['u', .. var hex] when int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) && Rune.IsValid(code)
            => new Rune(code).ToString(),
        _ => null,
    };
}
