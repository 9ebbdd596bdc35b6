using System.Collections.Immutable;

namespace BpfTrace.Language.Binding;

/// <summary>A piece of a printf format.</summary>
public abstract record FormatPart;

/// <summary>Text between conversions, <c>%%</c> already one <c>%</c>.</summary>
/// <param name="Text">The bytes to print.</param>
public sealed record FormatLiteral(ImmutableArray<byte> Text) : FormatPart;

/// <summary>A conversion. bpftrace doc section "printf": <c>%[-+ #0][width][.precision][length]conversion</c>.</summary>
/// <param name="Conversion">One of <c>d i u o x X c s p r rx rh gr</c>.</param>
public sealed record FormatConversion(string Conversion) : FormatPart
{
    /// <summary><c>-</c>.</summary>
    public bool LeftAlign { get; init; }

    /// <summary><c>+</c>.</summary>
    public bool PlusSign { get; init; }

    /// <summary>A space.</summary>
    public bool SpaceSign { get; init; }

    /// <summary><c>#</c>.</summary>
    public bool Alternate { get; init; }

    /// <summary><c>0</c>.</summary>
    public bool ZeroPad { get; init; }

    /// <summary>The field's width; null for none.</summary>
    public int? Width { get; init; }

    /// <summary>The width is a value (<c>*</c>), which precedes the converted one.</summary>
    public bool WidthIsValue { get; init; }

    /// <summary>The precision; null for none.</summary>
    public int? Precision { get; init; }

    /// <summary>The precision is a value (<c>.*</c>), which precedes the converted one.</summary>
    public bool PrecisionIsValue { get; init; }

    /// <summary>The length modifier: <c>hh h l ll j z t</c> or empty.</summary>
    public string Length { get; init; } = "";
}

/// <summary>A parsed printf format.</summary>
/// <param name="Text">As written, escapes resolved.</param>
/// <param name="Parts">Literals and conversions in order.</param>
public sealed record FormatString(string Text, ImmutableArray<FormatPart> Parts)
{
    /// <summary>The conversions alone, in order.</summary>
    public IEnumerable<FormatConversion> Conversions => Parts.OfType<FormatConversion>();
}
