using System.Management.Automation;
using System.Text;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <content>What this kernel and this user can do.</content>
public static partial class Views
{
    private const int WidthBeforeDetails = 36; // of the table in the format file

    /// <summary>Whether a capability is there: <c>yes</c>, <c>no</c>, or <c>?</c> where it could not be tried. A lack without which nothing works stands out.</summary>
    public static View Mark { get; } = new(MarkOf);

    /// <summary>What a capability is for and what was found; what is missing, and what does the same.</summary>
    public static View Details { get; } = new(DetailsOf);

    private static string MarkOf(PSObject capability)
    {
        bool isThere = Flag(capability, nameof(TraceCapability.Available));
        bool isTested = Flag(capability, nameof(TraceCapability.IsTested));
        HostStyle colors = HostStyle.Current;
        string color = isThere ? colors.Good : isTested && Flag(capability, nameof(TraceCapability.IsRequired)) ? colors.Bad : colors.Doubtful;
        return color + (isThere ? "yes" : isTested ? "no" : "?") + (color.Length == 0 ? "" : colors.Reset);
    }

    private static string DetailsOf(PSObject capability)
    {
        string text;
        if (Flag(capability, nameof(TraceCapability.Available)))
        {
            text = Part(capability, nameof(TraceCapability.Description));
            string found = string.Join(", ", new[] { Part(capability, nameof(TraceCapability.Value)), Part(capability, nameof(TraceCapability.Path)) }.Where(static p => p.Length > 0));
            text = found.Length == 0 ? text : $"{text} ({found})";
        }
        else if (!Flag(capability, nameof(TraceCapability.IsTested)))
        {
            text = Part(capability, nameof(TraceCapability.Description)) + " (not tried: no program can be loaded)";
        }
        else
        {
            string alternative = Part(capability, nameof(TraceCapability.Alternative));
            text = Part(capability, nameof(TraceCapability.Reason)) + (alternative.Length == 0 ? "" : $"; instead: {alternative}");
        }

        return BreakLines(ConsoleEscape.Escape(text), Width - WidthBeforeDetails);
    }

    /// <summary>Breaks a text between words, where a table would break within them. A word longer than a line keeps its length.</summary>
    internal static string BreakLines(string text, int width)
    {
        var lines = new StringBuilder(text.Length);
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > width)
            {
                lines.Append('\n');
                column = 0;
            }
            else if (column > 0)
            {
                lines.Append(' ');
                column++;
            }

            lines.Append(word);
            column += word.Length;
        }

        return lines.ToString();
    }

    private static bool Flag(PSObject value, string property) => value.Properties[property]?.Value is true;

    private static string Part(PSObject value, string property) => value.Properties[property]?.Value?.ToString() ?? "";
}
