using System.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>
/// Lines being printed. A block that is put into another one keeps its shape: its later lines are indented to where its first one begins.
/// </summary>
internal sealed class TextBlock
{
    private readonly List<string> _lines = [];
    private readonly StringBuilder _current = new();

    /// <summary>The widest line without comments at its end, in characters.</summary>
    public int Width { get; private set; }

    /// <summary>Whether a comment ended the line: what follows begins a new one.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether it begins with a comment that stands on a line of its own.</summary>
    public bool StartsWithComment { get; set; }

    public bool IsEmpty => _lines.Count == 0 && _current.Length == 0;

    public int LineCount => _lines.Count + 1;

    /// <summary>The first character; NUL for an empty block.</summary>
    public char First => _lines.Count > 0 && _lines[0].Length > 0 ? _lines[0][0] : _current.Length > 0 ? _current[0] : '\0';

    /// <summary>Text without a line break.</summary>
    public TextBlock Text(string text)
    {
        OpenLine();
        _current.Append(text);
        Width = Math.Max(Width, _current.Length);
        return this;
    }

    /// <summary>Another block, from here on.</summary>
    public TextBlock Append(TextBlock other)
    {
        OpenLine();
        int column = _current.Length;
        for (int i = 0; i < other._lines.Count; i++)
        {
            AppendAt(column, other._lines[i], i);
            EndLine();
        }
        AppendAt(column, other._current.ToString(), other._lines.Count);
        Width = Math.Max(Width, column + other.Width);
        IsClosed = other.IsClosed;
        return this;
    }

    public TextBlock NewLine()
    {
        EndLine();
        IsClosed = false;
        return this;
    }

    /// <summary>A comment after which the line ends. It does not count for the width: no shorter code makes it shorter.</summary>
    public TextBlock Comment(IReadOnlyList<string> lines, string before)
    {
        OpenLine();
        if (_current.Length > 0)
            _current.Append(before);
        int column = _current.Length;
        for (int i = 0; i < lines.Count; i++)
        {
            AppendAt(column, lines[i], i);
            if (i + 1 < lines.Count)
                EndLine();
        }
        IsClosed = true;
        return this;
    }

    /// <summary>Adds the lines to a text, each ended by a line feed.</summary>
    public void WriteTo(StringBuilder output)
    {
        foreach (string line in _lines)
            output.Append(line).Append('\n');
        if (_current.Length > 0)
            output.Append(_current).Append('\n');
    }

    /// <inheritdoc/>
    public override string ToString() => _lines.Count == 0 ? _current.ToString() : string.Join('\n', _lines) + "\n" + _current;

    private void AppendAt(int column, string line, int index)
    {
        if (index > 0 && line.Length > 0)
            _current.Append(' ', column);
        _current.Append(line);
    }

    private void OpenLine()
    {
        if (!IsClosed)
            return;
        EndLine();
        IsClosed = false;
    }

    private void EndLine()
    {
        _lines.Add(_current.ToString());
        _current.Clear();
    }
}
