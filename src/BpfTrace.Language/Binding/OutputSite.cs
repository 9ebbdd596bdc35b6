using System.Collections.Immutable;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>What an output site does in user space.</summary>
public enum OutputKind
{
    /// <summary><c>printf(fmt, …)</c>.</summary>
    Printf,

    /// <summary><c>errorf(fmt, …)</c>: to the error stream, with the script's position.</summary>
    Errorf,

    /// <summary><c>warnf(fmt, …)</c>: to the error stream, with the script's position.</summary>
    Warnf,

    /// <summary><c>print(value)</c> and <c>print(@m[k])</c>; of the latter <see cref="OutputSite.Map"/> is set and the first value is the key.</summary>
    PrintValue,

    /// <summary><c>print(@m, top, div)</c>. Values: top (u64, 0 for all), div (u64, 0 for none).</summary>
    PrintMap,

    /// <summary><c>clear(@m)</c>.</summary>
    ClearMap,

    /// <summary><c>zero(@m)</c>.</summary>
    ZeroMap,

    /// <summary><c>time(fmt)</c>.</summary>
    Time,

    /// <summary><c>join(array, separator)</c>. The value is a <see cref="BufferType"/> of NUL-separated strings.</summary>
    Join,

    /// <summary><c>cat(fmt, …)</c>: prints a file.</summary>
    Cat,

    /// <summary><c>system(fmt, …)</c>: runs a command. Unsafe.</summary>
    System,

    /// <summary><c>exit(code)</c>: ends the trace; the value is the code (u8). The program returns after it.</summary>
    Exit,

    /// <summary><c>unwatch(address)</c>: takes the watchpoints at an address away; the value is the address (u64).</summary>
    Unwatch,

    /// <summary>
    /// <c>skboutput(file, skb, length, offset)</c>: writes a packet to a pcap file. Values: the packet's length and the offset to write it from (u32); the
    /// packet follows them. These records come by a ring of their own.
    /// </summary>
    Packet,

    /// <summary>An error the program met while running; see <see cref="OutputSite.RuntimeError"/>. Values: the helper's return value (i64).</summary>
    RuntimeError,
}

/// <summary>Errors a running program reports. bpftrace: runtime_error and helper_error.</summary>
public enum RuntimeErrorKind
{
    /// <summary>Not an error site.</summary>
    None,

    /// <summary>A division by zero; 1 was used.</summary>
    DivideByZero,

    /// <summary>An array index out of bounds; 0 was read.</summary>
    IndexOutOfBounds,

    /// <summary>A <c>while</c> loop was not through after the kernel's most turns (BPF_MAX_LOOPS, 8,388,608); it has ended.</summary>
    LoopLimit,

    /// <summary>A kernel stack could not be walked; it is empty.</summary>
    KernelStack,

    /// <summary>A user stack could not be walked; it is empty.</summary>
    UserStack,

    /// <summary>There is no call frame information of a process that <c>dw_ustack</c> was to unwind; the stack is empty.</summary>
    NoUnwindTable,

    /// <summary>A BPF helper failed; <see cref="OutputSite.Helper"/> names it.</summary>
    HelperFailed,
}

/// <summary>
/// A place in the script that makes output. Sites are numbered from 0 in <see cref="BoundProgram.Sites"/>; a record in the
/// ring buffer starts with the number. Each site becomes one event type.
/// </summary>
public sealed record OutputSite
{
    /// <summary>Its number, the index in <see cref="BoundProgram.Sites"/>.</summary>
    public required int Id { get; init; }

    /// <summary>What it does.</summary>
    public required OutputKind Kind { get; init; }

    /// <summary>Where it stands in the script.</summary>
    public required TextSpan Span { get; init; }

    /// <summary>Of Errorf, Warnf and RuntimeError: where the macros were used whose expansion the site stands in, the innermost first. Null outside of macros, and for events: all uses of a macro make events of one type.</summary>
    public IReadOnlyList<TextSpan>? ExpandedFrom { get; init; }

    /// <summary>The parsed format of Printf, Errorf, Warnf, Cat, System; null otherwise.</summary>
    public FormatString? Format { get; init; }

    /// <summary>
    /// Printf in <c>begin</c> and <c>end</c> alone: whether nothing in the text comes from the traced system, as in the line of column titles that
    /// scripts print first.
    /// </summary>
    public bool IsHeading { get; init; }

    /// <summary>Time: the strftime format.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>Join: the separator.</summary>
    public string? Separator { get; init; }

    /// <summary>Packet: the file, as the script has it.</summary>
    public string? Path { get; init; }

    /// <summary>The map of PrintMap, ClearMap, ZeroMap, and of PrintValue on one entry.</summary>
    public MapSymbol? Map { get; init; }

    /// <summary>The types of the values a record carries, in order.</summary>
    public ImmutableArray<BpfType> ValueTypes { get; init; } = [];

    /// <summary>System: bit i is set where value i is the script's own, a literal or a parameter, and not of the traced system.</summary>
    public ulong OwnValues { get; init; }

    /// <summary>
    /// The values' property names, one each, unique, valid as CLR names. In order of preference: the word before <c>=</c> or <c>:</c> that
    /// directly precedes the conversion in the format, the record's field, the expression's own name, <c>arg0</c>…
    /// </summary>
    public ImmutableArray<string> ValueNames { get; init; } = [];

    /// <summary>RuntimeError: which.</summary>
    public RuntimeErrorKind RuntimeError { get; init; }

    /// <summary>RuntimeError, HelperFailed: the helper, as the kernel names it without <c>bpf_</c>: <c>map_update_elem</c>.</summary>
    public string? Helper { get; init; }

    /// <summary>Whether it stands at this place, by way of these uses of macros.</summary>
    public bool IsAt(TextSpan span, IReadOnlyList<TextSpan>? uses) =>
        Span == span && (ExpandedFrom is null ? uses is null : uses is not null && ExpandedFrom.SequenceEqual(uses));
}
