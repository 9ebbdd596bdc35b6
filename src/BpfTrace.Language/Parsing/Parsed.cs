using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

/// <summary>
/// Result of a parser. Sprache's own would do; this one is compiled ahead of time with this assembly and allocates no
/// expectation lists (expectations are in <see cref="ParseState"/>).
/// </summary>
internal sealed class Parsed<T> : IResult<T>
    where T : class
{
    private readonly T? _value;

    internal Parsed(T value, IInput remainder)
    {
        _value = value;
        Remainder = remainder;
    }

    internal Parsed(IInput remainder) => Remainder = remainder;

    public T Value => _value ?? throw new InvalidOperationException("A failed parse has no value.");

    public bool WasSuccessful => _value is not null;

    public string Message => WasSuccessful ? string.Empty : "syntax error";

    public IEnumerable<string> Expectations => [];

    public IInput Remainder { get; }
}

/// <summary>A piece of text that was recognised.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Text">What it is: a name, a symbol; empty for a mere position.</param>
internal sealed record Token(TextSpan Span, string Text);
