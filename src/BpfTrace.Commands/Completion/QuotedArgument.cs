using System.Management.Automation.Language;
using System.Text;

namespace BpfTrace.Commands.Completion;

/// <summary>
/// An argument as it is written on the command line, quotes and escapes included, perhaps without its closing quote yet; and what it means. Both
/// ways: where in the meaning a caret is, and how the argument is written with a piece of its meaning replaced.
/// </summary>
internal sealed class QuotedArgument
{
    private readonly string _written;
    private readonly char _quote;
    private readonly List<int> _starts = [];

    /// <param name="written">The argument as it is written.</param>
    public QuotedArgument(string written)
    {
        _written = written;

        _quote = written.Length == 0 ? '\0' : Quoting.IsSingle(written[0]) ? '\'' : Quoting.IsDouble(written[0]) ? '"' : '\0';
        var meaning = new StringBuilder();
        int position = _quote == '\0' ? 0 : 1;
        while (position < written.Length)
        {
            int start = position;
            char c = written[position++];
            if (IsQuote(c))
            {
                if (position < written.Length && IsQuote(written[position]))
                {
                    position++;
                }
                else
                {
                    position = start;
                    break;
                }
            }
            else if (c == '`' && _quote != '\'' && position < written.Length)
            {
                c = Escaped(written[position++]);
            }

            _starts.Add(start);
            meaning.Append(c);
        }

        _starts.Add(position);
        Meaning = meaning.ToString();
    }

    /// <summary>What the argument means. Variables in double quotes stay as they are written.</summary>
    public string Meaning { get; }

    /// <summary>The place in the meaning of a place in what is written; the end for one behind it.</summary>
    public int ToMeaning(int written)
    {
        int index = _starts.FindIndex(s => s >= written);
        return index < 0 ? Meaning.Length : index;
    }

    /// <summary>The argument as it is written with a piece of its meaning replaced; quoted where it was not and now must be.</summary>
    public string Replace(int start, int length, string text)
    {
        if (_quote == '\0')
        {
            return Quoting.Quote(Meaning[..start] + text + Meaning[(start + length)..]);
        }

        string rest = _written[_starts[start + length]..];
        return _written[.._starts[start]] + Write(text) + rest;
    }

    private bool IsQuote(char c) => _quote switch
    {
        '\'' => Quoting.IsSingle(c),
        '"' => Quoting.IsDouble(c),
        _ => false,
    };

    private string Write(string text) => _quote == '\''
        ? CodeGeneration.EscapeSingleQuotedStringContent(text)
        : string.Concat(text.Select(static c => c is '`' or '$' || Quoting.IsDouble(c) ? $"`{c}" : c.ToString()));

    private static char Escaped(char c) => c switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        _ => c,
    };
}
