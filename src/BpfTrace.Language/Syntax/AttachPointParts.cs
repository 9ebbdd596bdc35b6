using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>
/// Splits attach points at their colons and puts positional parameters in (bpftrace
/// <c>AttachPointParser::lex_attachpoint</c>). A parameter's text is split like script text: <c>$1</c> given as
/// <c>a:b</c> is two parts.
/// </summary>
public static class AttachPointParts
{
    /// <summary>
    /// The attach point with <c>$N</c> replaced by the script's arguments; a missing argument is empty. Parts keep the
    /// span of the whole attach point when parameters were replaced.
    /// </summary>
    /// <param name="attachPoint">The attach point as parsed.</param>
    /// <param name="arguments">The script's arguments; <c>$1</c> is the first.</param>
    /// <param name="source">The text the attach point is in, for the diagnostic.</param>
    /// <param name="diagnostics">Receives <c>InvalidAttachPointParameter</c>.</param>
    /// <returns>The expanded attach point, or null if a parameter is malformed.</returns>
    public static AttachPointSyntax? Expand(AttachPointSyntax attachPoint, IReadOnlyList<string> arguments, SourceText source, DiagnosticBag diagnostics)
    {
        ArgumentNullException.ThrowIfNull(attachPoint);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(diagnostics);
        if (!attachPoint.HasParameters)
            return attachPoint;
        if (!TryReplace(attachPoint.Text, arguments, out string text, out string error))
        {
            diagnostics.ReportInvalidAttachPointParameter(new TextLocation(source, attachPoint.Span), error);
            return null;
        }
        AttachPointSyntax expanded = Create(text, attachPoint.Span, replaced: true);
        return expanded with { Text = text };
    }

    /// <summary>Splits an attach point's text.</summary>
    internal static AttachPointSyntax Create(string text, TextSpan span, bool replaced = false)
    {
        ImmutableArray<AttachPointPartSyntax>.Builder parts = ImmutableArray.CreateBuilder<AttachPointPartSyntax>(4);
        var part = new StringBuilder();
        int partStart = 0;
        bool inQuotes = false, isQuoted = false, hasParameter = false;

        void End(int end)
        {
            TextSpan partSpan = replaced ? span : TextSpan.FromBounds(span.Start + partStart, span.Start + end);
            parts.Add(new AttachPointPartSyntax(partSpan, part.ToString(), isQuoted, hasParameter));
            part.Clear();
            isQuoted = hasParameter = false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ':' or '@' && !inQuotes)
            {
                End(i);
                partStart = i;
                if (c == '@')
                {
                    part.Append('@');
                    End(i + 1);
                }
                partStart = i + 1;
            }
            else if (c == '"')
            {
                inQuotes = !inQuotes;
                isQuoted = true;
            }
            else if (inQuotes && c == '\\' && i + 1 < text.Length)
            {
                part.Append(text[++i]);
            }
            else
            {
                hasParameter |= c == '$' && !inQuotes && !replaced;
                part.Append(c);
            }
        }
        End(text.Length);
        return new AttachPointSyntax(span, text, SplitName(parts, out string? name), name);
    }

    private static ImmutableArray<AttachPointPartSyntax> SplitName(ImmutableArray<AttachPointPartSyntax>.Builder parts, out string? name)
    {
        AttachPointPartSyntax first = parts[0];
        int equals = first.Text.IndexOf('=', StringComparison.Ordinal);
        name = null;
        if (equals >= 0 && equals != first.Text.Length - 1)
        {
            name = first.Text[..equals];
            parts[0] = first with { Text = first.Text[(equals + 1)..] };
        }
        return parts.ToImmutable();
    }

    private static bool TryReplace(string text, IReadOnlyList<string> arguments, out string result, out string error)
    {
        var output = new StringBuilder(text.Length);
        bool inQuotes = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (inQuotes && c == '\\' && i + 1 < text.Length)
            {
                output.Append(c).Append(text[++i]);
                continue;
            }
            if (c == '"')
                inQuotes = !inQuotes;
            if (c != '$' || inQuotes)
            {
                output.Append(c);
                continue;
            }

            int end = i + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]) && !(end == i + 1 && text[end] == '0'))
                end++;
            string digits = text[(i + 1)..end];
            if (digits.Length == 0)
            {
                result = string.Empty;
                string trailing = end < text.Length ? text[end].ToString() : string.Empty;
                error = trailing.Length > 0
                    ? $"invalid trailing character for positional param: {trailing}. Try quoting this entire part if this is intentional e.g. \"${trailing}\"."
                    : "positional parameter is not valid: invalid integer: ";
                return false;
            }
            if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong index))
            {
                result = string.Empty;
                error = $"positional parameter is not valid: overflow error, maximum value is {ulong.MaxValue}: {digits}";
                return false;
            }
            if (index <= (ulong)arguments.Count)
                output.Append(arguments[(int)index - 1]);
            i = end - 1;
        }
        result = output.ToString();
        error = string.Empty;
        return true;
    }
}
