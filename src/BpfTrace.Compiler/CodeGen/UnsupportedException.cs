using BpfTrace.Language.Text;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>The script asks for something this compiler cannot generate; becomes a diagnostic.</summary>
/// <param name="span">Where.</param>
/// <param name="message">What.</param>
/// <param name="hint">What to do; null where there is nothing to say.</param>
/// <param name="id">The diagnostic's id.</param>
internal sealed class UnsupportedException(TextSpan span, string message, string? hint = null, string id = LlvmDiagnostics.NotSupported) : Exception(message)
{
    /// <summary>The diagnostic's id.</summary>
    public string Id { get; } = id;

    /// <summary>What to do; null where there is nothing to say.</summary>
    public string? Hint { get; } = hint;

    /// <summary>Where.</summary>
    public TextSpan Span { get; } = span;
}
