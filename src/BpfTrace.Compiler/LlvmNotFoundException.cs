namespace BpfTrace.Compiler;

/// <summary>No usable libLLVM on this system. The message says what to install.</summary>
public sealed class LlvmNotFoundException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is missing and what to install.</param>
    public LlvmNotFoundException(string message)
        : base(message)
    {
    }
}
