namespace BpfTrace.Formatting;

/// <summary>
/// A command for a shell under construction. The script's own text is the command; a value of the traced system that means something to a shell is not
/// put into it, only a reference to a variable that holds it: the shell expands a variable once, and does not read what it held as commands.
/// </summary>
/// <remarks>
/// Between quotes a reference must be written in another way, so the quotes of the script's text are followed. Where they are misjudged (backquotes,
/// here-documents) the reference is written wrongly, which shows; but a value never becomes a part of the command's text.
/// </remarks>
internal sealed class ShellText
{
    /// <summary>The variables' names up to their number. They are not exported.</summary>
    public const string Prefix = "__bpftrace_";

    private readonly Utf8Writer _text = new();
    private readonly List<string> _values = [];
    private readonly Stack<char> _outer = new();
    private char _quote;
    private bool _isEscaped;

    /// <summary>What the variables hold, from number 1.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>Where a value's text is written before <see cref="EndValue"/>.</summary>
    public Utf8Writer Writer => _text;

    /// <summary>The command.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Adds text of the script.</summary>
    public void AppendOwn(ReadOnlySpan<byte> text)
    {
        _text.Append(text);
        Follow(text);
    }

    /// <summary>The text since <paramref name="start"/> is a value.</summary>
    /// <param name="start">The length of <see cref="Writer"/> before it.</param>
    /// <param name="isOwn">Whether it is the script's own: a literal, or a parameter of the command line.</param>
    public void EndValue(int start, bool isOwn)
    {
        ReadOnlySpan<byte> value = _text.Written[start..];
        if (isOwn)
        {
            Follow(value);
            return;
        }

        // A field's padding separates words, as it always did.
        if (IsPlain(value.Trim((byte)' ')))
            return;
        _values.Add(KernelText.Decode(value));
        _text.Truncate(start);
        string reference = $"${{{Prefix}{_values.Count}}}";
        _text.Append(_quote switch
        {
            '"' => reference,
            '\'' => $"'\"{reference}\"'",
            _ => $"\"{reference}\"",
        });
    }

    /// <summary>Whether a shell takes every byte as it is, in whatever quotes.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> value)
    {
        foreach (byte b in value)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && !"_@%+:,./-"u8.Contains(b))
                return false;
        }

        return true;
    }

    private void Follow(ReadOnlySpan<byte> text)
    {
        byte last = 0;
        foreach (byte b in text)
        {
            Follow((char)b, (char)last);
            last = b;
        }
    }

    private void Follow(char c, char last)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
        }
        else if (_quote == '\'')
        {
            if (c == '\'')
                _quote = '\0';
        }
        else if (c == '\\')
        {
            _isEscaped = true;
        }
        else if (c == '(' && last == '$')
        {
            _outer.Push(_quote); // $( ... ): quotes begin anew
            _quote = '\0';
        }
        else if (c == ')' && _quote == '\0' && _outer.Count > 0)
        {
            _quote = _outer.Pop();
        }
        else if (c == '"')
        {
            _quote = _quote == '"' ? '\0' : '"';
        }
        else if (c == '\'' && _quote == '\0')
        {
            _quote = '\'';
        }
    }
}
