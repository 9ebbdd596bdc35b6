using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using BpfTrace.Language.Binding;

namespace BpfTrace.Tests.Runtime;

/// <summary>Format strings for tests, parsed with the regular expression of the documentation.</summary>
internal static partial class Formats
{
    public static FormatString Parse(string text)
    {
        var parts = ImmutableArray.CreateBuilder<FormatPart>();
        int end = 0;
        var literal = new StringBuilder();
        foreach (Match match in Pattern().Matches(text))
        {
            literal.Append(text[end..match.Index]);
            end = match.Index + match.Length;
            if (match.Groups[9].Value == "%")
            {
                literal.Append('%');
                continue;
            }

            Flush();
            string flags = match.Groups[1].Value;
            parts.Add(new FormatConversion(match.Groups[9].Value)
            {
                LeftAlign = flags.Contains('-'),
                PlusSign = flags.Contains('+'),
                SpaceSign = flags.Contains(' '),
                Alternate = flags.Contains('#'),
                ZeroPad = flags.Contains('0'),
                Width = int.TryParse(match.Groups[2].Value, out int width) ? width : null,
                WidthIsValue = match.Groups[2].Value == "*",
                Precision = int.TryParse(match.Groups[3].Value, out int precision) ? precision : null,
                PrecisionIsValue = match.Groups[3].Value == "*",
                Length = match.Groups[4].Value,
            });
        }

        literal.Append(text[end..]);
        Flush();
        return new FormatString(text, parts.ToImmutable());

        void Flush()
        {
            if (literal.Length == 0)
                return;
            parts.Add(new FormatLiteral([.. Encoding.UTF8.GetBytes(literal.ToString())]));
            literal.Clear();
        }
    }

    [GeneratedRegex(@"%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?([hljzt]*)()()()()([diouxXcsp%]|gr|rh|rx|r)")]
    private static partial Regex Pattern();
}
