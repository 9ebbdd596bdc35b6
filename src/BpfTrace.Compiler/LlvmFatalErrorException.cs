namespace BpfTrace.Compiler;

/// <summary>LLVM met an error it cannot recover from. The process goes on; the compilation is lost.</summary>
public sealed class LlvmFatalErrorException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">LLVM's own words.</param>
    public LlvmFatalErrorException(string message)
        : base(message)
    {
    }
}
