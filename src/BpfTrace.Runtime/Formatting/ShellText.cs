using System.Text;

namespace BpfTrace.Formatting;

/// <summary>
/// A command for a shell under construction. The script's own text is the command; a value of the traced system that means something to a shell is not
/// put into it, only a reference to a variable that holds it: the shell expands a variable once, and does not read what it held as commands.
/// </summary>
/// <remarks>
/// Between quotes a reference must be written in another way, so the quotes of the script's text are followed (<see cref="ShellQuotes"/>). Where a shell
/// would evaluate what a variable holds, in arithmetic, the value is refused. What the commands of the script make of their words is theirs:
/// <c>eval</c>, <c>sh -c</c>, a program for <c>awk</c>, a command for <c>ssh</c>, and in bash what takes names of variables or numbers
/// (<c>[[ -eq ]]</c>, <c>let</c>, <c>printf -v</c>, <c>read</c>).
/// </remarks>
internal sealed class ShellText
{
    /// <summary>The variables' names up to their number. They are not exported.</summary>
    public const string Prefix = "__bpftrace_";

    private readonly Utf8Writer _text = new();
    private readonly List<byte[]> _values = [];
    private readonly ShellQuotes _quotes = new();

    /// <summary>What the variables hold, from number 1.</summary>
    public IReadOnlyList<byte[]> Values => _values;

    /// <summary>Why the command must not be run; null for none.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where a value's text is written before <see cref="EndOwn"/> or <see cref="EndForeign"/>.</summary>
    public Utf8Writer Writer => _text;

    /// <summary>The command.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Adds text of the script.</summary>
    public void AppendOwn(ReadOnlySpan<byte> text)
    {
        _text.Append(text);
        _quotes.Follow(text);
    }

    /// <summary>The text since <paramref name="start"/> is a value of the script's own: a literal, or a parameter of the command line.</summary>
    /// <param name="start">The length of <see cref="Writer"/> before it.</param>
    public void EndOwn(int start) => _quotes.Follow(_text.Written[start..]);

    /// <summary>The text since <paramref name="start"/> is a value of the traced system.</summary>
    /// <param name="start">The length of <see cref="Writer"/> before it.</param>
    /// <param name="isPlain">Whether the value <see cref="IsPlain"/>, without the blanks a conversion's width puts around it: those separate words.</param>
    public void EndForeign(int start, bool isPlain)
    {
        ReadOnlySpan<byte> value = _text.Written[start..];
        if (_quotes.Refuses(value) is { } problem)
        {
            Problem ??= problem;
            return;
        }

        bool isEscaped = _quotes.EndValue();
        if (isPlain && !(isEscaped && value.IsEmpty))
            return;
        byte[] held = value.ToArray();

        // A backslash before a value would take away the meaning of the reference's first character.
        _text.Truncate(isEscaped ? start - 1 : start);
        if (isEscaped && _quotes.Current == '"')
            _text.Append("\"'\\'\""u8);
        if (held.Length == 0)
            return;
        _values.Add(held);
        string reference = $"${{{Prefix}{_values.Count}}}";
        _text.Append(_quotes.Current switch
        {
            '"' => reference,
            '\'' => $"'\"{reference}\"'",
            _ => $"\"{reference}\"",
        });
    }

    /// <summary>Whether a shell takes every byte as it is, in whatever quotes.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> value)
    {
        foreach (byte b in value)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && !"_@%+:,./-"u8.Contains(b))
                return false;
        }

        return true;
    }

    /// <summary>A word for a shell that holds these bytes, also those that are no UTF-8 and in no argument of .NET's.</summary>
    public static string Quote(ReadOnlySpan<byte> value)
    {
        var octal = new StringBuilder("\"$(printf '");
        foreach (byte b in value)
            octal.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + (b >> 3 & 7))).Append((char)('0' + (b & 7)));
        return octal.Append("')\"").ToString();
    }
}
