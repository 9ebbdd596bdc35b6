using BpfTrace.Language.Text;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>The script asks for something this compiler cannot generate; becomes a diagnostic.</summary>
internal sealed class UnsupportedException(TextSpan span, string message) : Exception(message)
{
    /// <summary>Where.</summary>
    public TextSpan Span { get; } = span;
}
