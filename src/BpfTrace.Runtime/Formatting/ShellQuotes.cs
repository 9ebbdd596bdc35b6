namespace BpfTrace.Formatting;

/// <summary>Follows the quotes of a shell's command (POSIX.1-2024, Shell Command Language, 2.2 and 2.6) to tell what surrounds its end.</summary>
/// <remarks>
/// Not followed are comments, here-documents and the lone parenthesis of a <c>case</c> in <c>$( )</c>: a reference to a value is written wrongly there,
/// which shows; but a value never becomes a part of the command's text.
/// </remarks>
internal sealed class ShellQuotes
{
    private const char Command = '(', Backquote = '`', Arithmetic = '+', Bracket = '[', Parameter = '{';

    // What is open, and the quotes around each.
    private readonly Stack<char> _kinds = new();
    private readonly Stack<char> _outer = new();
    private bool _isEscaped;
    private bool _isDollar;
    private bool _isOpen;

    /// <summary>The quote the end of the text is in; NUL for none.</summary>
    public char Current { get; private set; }

    private char Kind => _kinds.TryPeek(out char kind) ? kind : '\0';

    public void Follow(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
            Follow((char)b);
    }

    /// <summary>Why a value of the traced system must not stand here; null where it may.</summary>
    public string? Refuses(ReadOnlySpan<byte> value) =>
        _isDollar ? "a value directly after $ would be the name of a variable; for the sign itself write \\\\$"
        : IsNumber(value) ? null
        : Kind is Arithmetic or Bracket ? "a value that is no number in $(( ))"
        : Kind == Parameter ? "a value that is no number in ${ }"
        : null;

    /// <summary>A value ends here.</summary>
    /// <returns>Whether a backslash was before it.</returns>
    public bool EndValue()
    {
        bool isEscaped = _isEscaped;
        _isEscaped = _isDollar = _isOpen = false;
        return isEscaped;
    }

    /// <summary>Names are none: arithmetic takes what they hold, and bash evaluates that.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> value)
    {
        value = value.Trim((byte)' ');
        if (value.Length > 1 && value[0] is (byte)'-' or (byte)'+')
            value = value[1..];
        if (value.IsEmpty || !char.IsAsciiDigit((char)value[0]))
            return false;
        foreach (byte b in value)
        {
            if (!char.IsAsciiLetterOrDigit((char)b))
                return false;
        }

        return true;
    }

    private void Follow(char c)
    {
        bool isDollar = _isDollar, isOpen = _isOpen;
        _isDollar = _isOpen = false;
        if (_isEscaped)
        {
            _isEscaped = false;
            FollowEscaped(c);
            return;
        }

        if (Current == '\'')
        {
            if (c == '\'')
                Current = '\0';
            return;
        }

        switch (c)
        {
            case '\\':
                _isEscaped = true;
                break;
            case '$':
                _isDollar = !isDollar; // $$ is the shell's own number
                break;
            case '"':
                Current = Current == '"' ? '\0' : '"';
                break;
            case '\'' when Current == '\0':
                Current = '\'';
                break;
            case '`' when Kind == Backquote:
                Pop();
                break;
            case '`':
                Push(Backquote, '\0');
                break;
            case '(' when isDollar || Current == '\0':
                // (( is arithmetic in bash without a $ too.
                Push(isOpen || (Kind == Arithmetic && !isDollar) ? Arithmetic : Command, '\0');
                _isOpen = true;
                break;
            case ')' when Current == '\0' && Kind is Command or Arithmetic:
                Pop();
                break;
            case '[' when isDollar || (Current == '\0' && Kind == Bracket):
                Push(Bracket, '\0');
                break;
            case ']' when Current == '\0' && Kind == Bracket:
                Pop();
                break;
            case '{' when isDollar:
                Push(Parameter, Current);
                break;
            case '}' when Kind == Parameter && Current == _outer.Peek():
                Pop();
                break;
        }
    }

    /// <summary>Backquotes take a backslash away before the command is read: its $ is one, and between double quotes its \" is one.</summary>
    private void FollowEscaped(char c)
    {
        if (Kind != Backquote || Current == '\'')
            return;
        if (c == '$')
            _isDollar = true;
        else if (c == '"' && _outer.Peek() == '"')
            Current = Current == '"' ? '\0' : '"';
    }

    private void Push(char kind, char quote)
    {
        _kinds.Push(kind);
        _outer.Push(Current);
        Current = quote;
    }

    private void Pop()
    {
        _kinds.Pop();
        Current = _outer.Pop();
    }
}
