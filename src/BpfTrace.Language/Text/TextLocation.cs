namespace BpfTrace.Language.Text;

/// <summary>A span together with the text it is a span of.</summary>
/// <param name="Source">The text.</param>
/// <param name="Span">The part of <paramref name="Source"/> meant.</param>
public readonly record struct TextLocation(SourceText Source, TextSpan Span)
{
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
