namespace BpfTrace.Language.Text;

/// <summary>A span together with the file it is a span of.</summary>
public readonly record struct TextLocation
{
    /// <summary>A span of a text; of a script with imports, of the file that the span is in.</summary>
    /// <param name="source">The text.</param>
    /// <param name="span">The part of <paramref name="source"/> meant.</param>
    public TextLocation(SourceText source, TextSpan span)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source.GetPart(span.Start, out int start);
        Span = start == 0 ? span : new TextSpan(span.Start - start, span.Length);
    }

    /// <summary>The file.</summary>
    public SourceText Source { get; }

    /// <summary>The part of <see cref="Source"/> meant.</summary>
    public TextSpan Span { get; }

    /// <summary>The first position of the span.</summary>
    public TextPosition Start => Source.GetPosition(Span.Start);

    /// <summary>The position one past the end of the span.</summary>
    public TextPosition End => Source.GetPosition(Span.End);

    /// <summary>
    /// The location as bpftrace prints it before a message: <c>stdin:1:9-12</c> within a line, <c>stdin:1-3</c> over
    /// several (bpftrace <c>src/ast/location.cpp</c>, <c>SourceLocation::source_location</c>).
    /// </summary>
    public override string ToString()
    {
        TextPosition start = Start;
        TextPosition end = End;
        return start.Line == end.Line
            ? $"{Source.Name}:{start.Line}:{start.Column}-{end.Column}"
            : $"{Source.Name}:{start.Line}-{end.Line}";
    }
}
