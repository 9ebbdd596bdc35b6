using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>One frame of a <see cref="StackTrace"/>.</summary>
/// <param name="Address">The instruction's address; all ones where unwinding failed, 0 with a <see cref="BuildId"/>: the kernel gives one or the other.</param>
/// <param name="Symbol">The function; null when not known.</param>
/// <param name="Offset">Bytes from the function's start; with a <see cref="BuildId"/> the offset in the file.</param>
/// <param name="Module">The kernel module or the file; null when not known, and for the kernel proper.</param>
public sealed record StackFrame(ulong Address, string? Symbol = null, ulong Offset = 0, string? Module = null) : IEscapedMembers
{
    /// <summary>The address that stands for a failed unwinding.</summary>
    public const ulong UnwindFailure = ulong.MaxValue;

    /// <summary>True for a function that the compiler inlined into the next frame's.</summary>
    public bool IsInlined { get; init; }

    /// <summary>The source file; null when there is no debug information.</summary>
    public string? SourceFile { get; init; }

    /// <summary>The line in <see cref="SourceFile"/>; 0 when not known.</summary>
    public int SourceLine { get; init; }

    /// <summary>The file's build id in hexadecimal, of a stack taken in that mode; null otherwise.</summary>
    public string? BuildId { get; init; }

    /// <summary><c>function+offset</c>, or the address where the function is not known.</summary>
    public override string ToString()
    {
        if (Address == UnwindFailure)
            return "<unwind failure>";
        if (BuildId is not null)
            return $"{BuildId} 0x{Offset:x2}";
        if (Symbol is null)
            return BpfTrace.Symbol.AddressText(Address);
        string text = IsInlined ? "[inlined] " + Symbol : $"{Symbol}+{Offset}";
        return SourceFile is null ? text : $"{text}@{SourceFile}:{SourceLine}";
    }
}
