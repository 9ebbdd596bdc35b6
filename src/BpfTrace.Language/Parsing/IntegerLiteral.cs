using System.Globalization;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Parsing;

/// <summary>The value of an integer as written (bpftrace <c>src/util/int_parser.cpp</c>, <c>to_uint</c>).</summary>
public static class IntegerLiteral
{
    /// <summary>
    /// Parses decimal, hexadecimal (<c>0x</c>), octal (<c>0</c>), scientific (<c>1e6</c>) numbers with underscores and a
    /// suffix: <c>u l ul ll ull</c>, or a duration <c>ns us ms s m h d</c> which gives nanoseconds.
    /// </summary>
    /// <param name="text">The literal.</param>
    /// <param name="value">Its value.</param>
    /// <param name="suffix">Its suffix.</param>
    /// <param name="error">bpftrace's message where it is not one.</param>
    /// <returns>Whether it is an integer that fits.</returns>
    public static bool TryParse(string text, out ulong value, out IntegerSuffix suffix, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text.Replace("_", string.Empty, StringComparison.Ordinal);
        int radix = 10;
        string shown = text;
        if (digits.Length >= 2 && digits[0] == '0')
        {
            char second = digits[1];
            int prefix = second is 'x' or 'X' or 'b' or 'B' ? 2 : second is >= '0' and <= '7' ? 1 : 0;
            radix = second switch { 'x' or 'X' => 16, 'b' or 'B' => 2, >= '0' and <= '9' => 8, _ => 10 };
            digits = digits[prefix..];
            // bpftrace shows the number without its prefix.
            shown = prefix == 0 ? text : digits;
        }
        return TryParse(digits, radix, shown, out value, out suffix, out error);
    }

    private static bool TryParse(string digits, int radix, string shown, out ulong value, out IntegerSuffix suffix, out string error)
    {
        suffix = IntegerSuffix.None;
        error = string.Empty;
        int end = ReadDigits(digits, 0, radix, out value, out bool overflow);
        if (end == 0)
        {
            error = $"invalid integer: {shown}";
            return false;
        }
        if (overflow)
        {
            error = Overflow(ulong.MaxValue, shown);
            return false;
        }

        if (end + 1 < digits.Length && digits[end] is 'e' or 'E' && digits[end + 1] is >= '1' and <= '9')
        {
            if (value is 0 or >= 10)
            {
                error = $"coefficient part of scientific literal must be 1-9: {shown}";
                return false;
            }
            end = ReadDigits(digits, end + 1, 10, out ulong exponent, out _);
            for (; exponent > 0; exponent--)
            {
                if (value > ulong.MaxValue / 10)
                {
                    error = Overflow(ulong.MaxValue, shown);
                    return false;
                }
                value *= 10;
            }
        }

        if (!TryGetSuffix(digits.AsSpan(end), out suffix, out ulong maximum, out ulong factor))
        {
            error = $"invalid trailing bytes: {shown}";
            return false;
        }
        if (value > maximum / factor)
        {
            error = Overflow(maximum, shown);
            return false;
        }
        value *= factor;
        return true;
    }

    private static int ReadDigits(string text, int start, int radix, out ulong value, out bool overflow)
    {
        value = 0;
        overflow = false;
        int at = start;
        for (; at < text.Length && char.IsAsciiHexDigit(text[at]); at++)
        {
            ulong digit = (ulong)(char.IsAsciiDigit(text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10);
            if (digit >= (ulong)radix)
                break;
            overflow |= value > (ulong.MaxValue - digit) / (ulong)radix;
            value = overflow ? ulong.MaxValue : (value * (ulong)radix) + digit;
        }
        return at;
    }

    private static bool TryGetSuffix(ReadOnlySpan<char> text, out IntegerSuffix suffix, out ulong maximum, out ulong factor)
    {
        // Capitals as in C: scripts for 0.17 have them, whose lexer took either.
        suffix = text switch
        {
            "" => IntegerSuffix.None,
            "u" or "U" => IntegerSuffix.U,
            "l" or "L" => IntegerSuffix.L,
            "ul" or "UL" or "Ul" or "uL" => IntegerSuffix.UL,
            "ll" or "LL" => IntegerSuffix.LL,
            "ull" or "ULL" or "uLL" or "Ull" => IntegerSuffix.ULL,
            _ => IntegerSuffix.Duration,
        };
        maximum = suffix switch
        {
            IntegerSuffix.U => uint.MaxValue,
            IntegerSuffix.L or IntegerSuffix.LL => long.MaxValue,
            _ => ulong.MaxValue,
        };
        factor = suffix != IntegerSuffix.Duration ? 1UL : text switch
        {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => 0,
        };
        return factor != 0;
    }

    private static string Overflow(ulong maximum, string shown) =>
        string.Create(CultureInfo.InvariantCulture, $"overflow error, maximum value is {maximum}: {shown}");
}
