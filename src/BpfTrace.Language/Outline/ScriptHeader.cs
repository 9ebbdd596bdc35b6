using System.Globalization;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Outline;

/// <summary>The comment on top of a script, by the convention of <see cref="ScriptOutline"/>.</summary>
internal sealed class ScriptHeader
{
    private readonly SortedDictionary<int, (string Name, string Description)> _parameters = [];

    public string Synopsis { get; private set; } = "";

    public List<string> Description { get; } = [];

    public List<string> Examples { get; } = [];

    /// <summary>What it says of <c>$1</c>, …, by number.</summary>
    public IReadOnlyDictionary<int, (string Name, string Description)> Parameters => _parameters;

    public static ScriptHeader Read(ProgramSyntax program, string name)
    {
        var header = new ScriptHeader();
        var paragraph = new List<string>();
        foreach (string line in LinesOf(program))
        {
            if (line.Trim().Length > 0 && !IsExample(line) && !IsParameter(line))
            {
                paragraph.Add(line.Trim());
                continue;
            }

            header.End(paragraph, name);
            if (IsExample(line))
                header.Examples.Add(line.Trim());
            else if (line.Trim().Length > 0)
                paragraph.Add(line.Trim());
        }

        header.End(paragraph, name);
        return header;
    }

    private static bool IsExample(string line) => line.Trim().Length > 0 && (line[0] == '\t' || line.StartsWith("  ", StringComparison.Ordinal));

    private static bool IsParameter(string line) => line.Length > 1 && line[0] == '$' && char.IsAsciiDigit(line[1]);

    private void End(List<string> paragraph, string name)
    {
        if (paragraph.Count == 0)
            return;
        string text = string.Join(' ', paragraph);
        paragraph.Clear();
        if (IsParameter(text) && TryAddParameter(text))
            return;
        if (Synopsis.Length == 0)
            Synopsis = WithoutName(text, name);
        else
            Description.Add(text);
    }

    /// <summary><c>$1 seconds: how long</c>.</summary>
    private bool TryAddParameter(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal), colon = text.IndexOf(':', StringComparison.Ordinal);
        if (space < 0 || colon < space || !int.TryParse(text.AsSpan(1, space - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number == 0)
            return false;
        string name = text[(space + 1)..colon].Trim();
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return false;
        return _parameters.TryAdd(number, (name, text[(colon + 1)..].Trim()));
    }

    /// <summary><c>name: synopsis</c>, <c>name.bt - synopsis</c>, <c>name synopsis</c>.</summary>
    private static string WithoutName(string text, string name)
    {
        if (name.Length == 0 || !text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            return text;
        ReadOnlySpan<char> rest = text.AsSpan(name.Length);
        if (rest.StartsWith(".bt"))
            rest = rest[3..];
        if (rest.IsEmpty || (rest[0] != ':' && !char.IsWhiteSpace(rest[0])))
            return text;
        return rest.TrimStart(":- \t").ToString();
    }

    /// <summary>The lines of the first comment, without what makes them one; none where something else comes first.</summary>
    private static List<string> LinesOf(ProgramSyntax program)
    {
        var lines = new List<string>();
        int end = program.Header?.Length ?? 0;
        foreach (CommentSyntax comment in program.Comments)
        {
            // What stands between this comment and the last one, or the script's beginning, is blank: and only a line break within a row of //.
            string between = program.Source.Text[end..comment.Span.Start];
            bool follows = lines.Count > 0;
            if (!string.IsNullOrWhiteSpace(between) || (follows && between.AsSpan().Count('\n') > 1))
                break;
            string text = program.Source.ToString(comment.Span);
            bool isBlock = text.StartsWith("/*", StringComparison.Ordinal);
            if (follows && isBlock)
                break;
            end = comment.Span.Start + comment.Span.Length;
            if (!isBlock)
            {
                lines.Add(WithoutBlank(text[2..]));
                continue;
            }

            foreach (string line in text[2..^2].Split('\n'))
            {
                string content = line.TrimEnd('\r').TrimStart();
                lines.Add(content.StartsWith('*') ? WithoutBlank(content[1..]) : content);
            }

            break;
        }

        return lines;
    }

    private static string WithoutBlank(string text) => text.StartsWith(' ') ? text[1..].TrimEnd() : text.TrimEnd();
}
