using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Completion;

/// <summary>
/// Reads a script that is being written, in one pass over its characters: comments, strings and braces are enough to tell where a caret
/// is. Any text is accepted.
/// </summary>
internal sealed partial class ScriptScanner
{
    private readonly string _text;
    private readonly int _caret;
    private readonly StringBuilder _preamble = new();
    private readonly ImmutableArray<string>.Builder _macros = ImmutableArray.CreateBuilder<string>();
    private readonly SortedSet<string> _variables = new(StringComparer.Ordinal);

    private int _position;
    private int _itemStart;
    private int _bodyStart;
    private int _statementStart;
    private int _depth;
    private int _parentheses;
    private bool _inPredicate;
    private string _header = "";

    private ScriptScanner(string text, int caret)
    {
        _text = text;
        _caret = Math.Clamp(caret, 0, text.Length);
    }

    /// <summary>What is at the caret.</summary>
    public static ScriptContext Scan(string text, int caret) => new ScriptScanner(text, caret).Scan();

    private bool IsBody => _depth > 0 && !IsWord(_header, "config") && !IsStructure(_header);

    private ScriptContext Scan()
    {
        while (_position < _caret)
        {
            if (TrySkip(out bool endsAtCaret))
            {
                if (endsAtCaret)
                    return new ScriptContext { WordStart = _caret };
                continue;
            }

            char c = _text[_position];
            if (_depth == 0)
                AtTop(c);
            else
                Inside(c);
            _position++;
        }

        return Describe();
    }

    /// <summary>Skips a comment, a string or a preprocessor line; true when there was one.</summary>
    private bool TrySkip(out bool endsAtCaret)
    {
        endsAtCaret = false;
        char c = _text[_position];
        char next = _position + 1 < _text.Length ? _text[_position + 1] : '\0';
        bool atWord = _position == 0 || char.IsWhiteSpace(_text[_position - 1]) || _text[_position - 1] is '{' or '}' or ';';
        string? end = c switch
        {
            // Among attach points slashes belong to paths, also /usr/*: a comment stands apart from them.
            '/' when next == '/' && (_depth > 0 || atWord) => "\n",
            '/' when next == '*' && (_depth > 0 || atWord) => "*/",
            '#' when _depth == 0 && (_position == 0 || _text[.._position].TrimEnd(' ', '\t') is "" or [.., '\n']) => "\n",
            '"' => "\"",
            _ => null,
        };
        if (end is null)
            return false;
        int start = _position;
        _position += end == "*/" ? 2 : 1;
        while (true)
        {
            if (_position >= _text.Length || _position >= _caret)
            {
                endsAtCaret = true;
                return true;
            }

            if (end == "\"" && _text[_position] == '\\')
            {
                _position += 2;
            }
            else if (string.CompareOrdinal(_text, _position, end, 0, end.Length) == 0)
            {
                _position += end.Length;
                if (_position > _caret)
                    endsAtCaret = true;
                break;
            }
            else
            {
                _position++;
            }
        }

        if (c == '#')
        {
            _itemStart = _position;
            if (!_text.AsSpan(start, _position - start).Contains("include", StringComparison.Ordinal))
                _preamble.Append(_text, start, _position - start);
        }
        else if (_depth == 0 && c == '/' && _text.AsSpan(_itemStart, start - _itemStart).IsWhiteSpace())
        {
            _itemStart = _position;
        }

        return true;
    }

    private void AtTop(char c)
    {
        if (_inPredicate)
        {
            if (c == '/' && StartsBlock(_position + 1))
                _inPredicate = false;
            else
                NoteVariable(c);
            return;
        }

        switch (c)
        {
            case '{':
                _header = _text[_itemStart.._position].Trim();
                _depth = 1;
                _parentheses = 0;
                _bodyStart = _statementStart = _position + 1;
                _variables.Clear();
                if (IsWord(_header, "macro"))
                    AddMacro(_header["macro".Length..].Trim());
                break;
            case ';':
                _preamble.Append(_text, _itemStart, _position + 1 - _itemStart).Append('\n');
                _itemStart = _position + 1;
                break;
            case '/' when _position > _itemStart && char.IsWhiteSpace(_text[_position - 1]) && !string.IsNullOrWhiteSpace(_text[_itemStart.._position]):
                _header = _text[_itemStart.._position].Trim();
                _inPredicate = true;
                _bodyStart = _statementStart = _position + 1;
                break;
            default:
                break;
        }
    }

    private void Inside(char c)
    {
        switch (c)
        {
            case '{':
                _depth++;
                _parentheses = 0;
                _statementStart = _position + 1;
                break;
            case '}':
                _depth--;
                _parentheses = 0;
                _statementStart = _position + 1;
                if (_depth == 0)
                    EndItem();
                break;
            case '(' or '[':
                _parentheses++;
                break;
            case ')' or ']':
                _parentheses = Math.Max(0, _parentheses - 1);
                break;
            case ';' when _parentheses == 0:
                _statementStart = _position + 1;
                break;
            default:
                NoteVariable(c);
                break;
        }
    }

    private void EndItem()
    {
        if (IsStructure(_header) || IsWord(_header, "macro") || IsWord(_header, "config") || IsWord(_header, "fn"))
            _preamble.Append(_text, _itemStart, _position + 1 - _itemStart).Append('\n');
        _itemStart = _position + 1;
        _header = "";
    }

    private void AddMacro(string header)
    {
        _macros.Add(header);
        foreach (string parameter in header.Split('(', ')', ','))
        {
            if (parameter.Trim() is ['$', ..] name)
                _variables.Add(name);
        }
    }

    private void NoteVariable(char c)
    {
        if (c == '$' && ReadName(_position + 1, _caret) is { Length: > 0 } name && !char.IsAsciiDigit(name[0]) && _position + 1 + name.Length < _caret)
            _variables.Add("$" + name);
    }

    private string ReadName(int start, int end)
    {
        int stop = start;
        while (stop < end && SyntaxFacts.IsIdentifierPart(_text[stop]))
            stop++;
        return _text[start..stop];
    }

    private bool StartsBlock(int position)
    {
        while (position < _text.Length && char.IsWhiteSpace(_text[position]))
            position++;
        return position >= _text.Length || _text[position] == '{';
    }

    private static bool IsStructure(string header) => IsWord(header, "struct") || IsWord(header, "union") || IsWord(header, "enum");

    private static bool IsWord(string header, string word) =>
        header.StartsWith(word, StringComparison.Ordinal) && (header.Length == word.Length || !SyntaxFacts.IsIdentifierPart(header[word.Length]) && header[word.Length] != ':');
}
