using System.Globalization;
using System.Text;
using BpfTrace.Formatting;
using BpfTrace.Language.Text;

namespace BpfTrace.Pictures;

/// <summary>Writes SVG: valid XML whatever the texts are, and the same bytes for the same picture in every culture.</summary>
internal sealed class SvgText
{
    /// <summary>How wide a character of the pictures' font is at 12 pixels; <see cref="FlameGraphParts"/> counts with it too.</summary>
    public const double CharacterWidth = 7.22;

    private readonly StringBuilder _text = new();

    /// <summary>The picture up to what is drawn in it.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="title">What it is called.</param>
    /// <param name="description">What it shows, in words.</param>
    /// <param name="style">Markup of ours; its class <c>paper</c> is the ground.</param>
    public void Begin(int width, int height, string title, string description, string style)
    {
        Raw("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n");
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-labelledby=\"title desc\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Consolas, monospace\" font-size=\"12\">");
        Line($"<title id=\"title\">{Escape(title)}</title>");
        Line($"<desc id=\"desc\">{Escape(description)}</desc>");
        Raw(style);
        Line($"<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>");
    }

    /// <summary>Markup of ours, as it is.</summary>
    public SvgText Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Markup of ours with numbers in it.</summary>
    public SvgText Line(FormattableString markup)
    {
        _text.Append(markup.ToString(CultureInfo.InvariantCulture)).Append('\n');
        return this;
    }

    /// <summary>Text between or within tags.</summary>
    public static string Escape(string text) => UnicodeText.Xml(text);

    /// <summary>A length or place: two digits behind the point at most.</summary>
    public static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A count as people read it: <c>12,345</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share of a whole: <c>12.34%</c>.</summary>
    public static string Percent(long part, long whole) =>
        (whole == 0 ? 0 : 100.0 * part / whole).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>As much of a text as fits into the room of so many characters; wide ones take the room of two.</summary>
    public static string Fit(string text, int characters)
    {
        if (characters < 3)
            return "";
        if (TerminalWidth.Of(text) <= characters)
            return text;
        int room = characters - 2, end = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            room -= TerminalWidth.Of(rune);
            if (room < 0)
                break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end] + "..";
    }

    public override string ToString() => _text.ToString();
}
