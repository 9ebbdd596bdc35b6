using System.Collections.Immutable;

namespace BpfTrace.Bpf;

/// <summary>The kernel's verifier refused a program.</summary>
public sealed class VerifierException : BpfException
{
    internal VerifierException(
        string message, int errno, string programName, VerifierLog log, VerifierVerdict verdict, ProgramSourcePosition? position, ImmutableArray<ProgramSourcePosition> callPositions)
        : base(message, errno)
    {
        Verdict = verdict;
        CallPositions = callPositions;
        ProgramName = programName;
        Log = log.Lines;
        FailingInstruction = log.FailingInstruction;
        Position = position;
        IsLogTruncated = log.IsTruncated;
        EndsWithVerdict = log.EndsWithStatistics;
    }

    /// <summary>The refused program's name.</summary>
    public string ProgramName { get; }

    /// <summary>What the log's end says.</summary>
    public VerifierVerdict Verdict { get; }

    /// <summary>Where the program calls the helper the verdict refuses, by line_info: all of them want mending. Empty for other verdicts.</summary>
    public ImmutableArray<ProgramSourcePosition> CallPositions { get; }

    /// <summary>The verifier's log, line by line; empty when the kernel gave none.</summary>
    public ImmutableArray<string> Log { get; }

    /// <summary>Whether the log was longer than the buffer offered: then its beginning is missing (since Linux 6.4) or its end.</summary>
    public bool IsLogTruncated { get; }

    /// <summary>Whether the end of the log, which says why, is there.</summary>
    public bool EndsWithVerdict { get; }

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
