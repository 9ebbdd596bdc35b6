using System.Collections.Immutable;

namespace BpfTrace.Bpf;

/// <summary>The kernel's verifier refused a program.</summary>
public sealed class VerifierException : BpfException
{
    internal VerifierException(string message, int errno, string programName, VerifierLog log, ProgramSourcePosition? position)
        : base(message, errno)
    {
        ProgramName = programName;
        Log = log.Lines;
        FailingInstruction = log.FailingInstruction;
        Position = position;
        IsLogTruncated = log.IsTruncated;
    }

    /// <summary>The refused program's name.</summary>
    public string ProgramName { get; }

    /// <summary>The verifier's log, line by line; empty when the kernel gave none.</summary>
    public ImmutableArray<string> Log { get; }

    /// <summary>Whether the log was longer than the largest buffer offered; then its end is missing.</summary>
    public bool IsLogTruncated { get; }

    /// <summary>Index of the instruction the verifier was at (subprograms included), null when the log does not tell.</summary>
    public int? FailingInstruction { get; }

    /// <summary>That instruction's place in the source by the program's line_info, null when there is none.</summary>
    public ProgramSourcePosition? Position { get; }
}

/// <summary>A place in the source a program was compiled from.</summary>
/// <param name="File">The file's name as the compiler wrote it.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column, 0 when unknown.</param>
public sealed record ProgramSourcePosition(string File, int Line, int Column);
