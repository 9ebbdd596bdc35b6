using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>
/// Turns the numbers a program records into what they stand for: symbols, stacks, names, wall-clock times. The trace implements it over
/// the live machine, tests over tables. Called from the thread that decodes, and when a map is read, never at the same time from two.
/// </summary>
/// <remarks>Nothing here fails: what cannot be resolved comes back unresolved (a symbol without a name, an empty string).</remarks>
public interface IValueResolver
{
    /// <summary>The wall clock, in nanoseconds since 1970-01-01 UTC, at a reading of a kernel clock.</summary>
    /// <param name="nanoseconds">The reading in ns.</param>
    /// <param name="clock">Which clock was read; TAI readings are taken as wall-clock time, as bpftrace does.</param>
    long ToUnixNanoseconds(ulong nanoseconds, ClockMode clock);

    /// <summary>The probe a record came from, as bpftrace spells it.</summary>
    /// <param name="targetIndex">The record's target index: into all targets of the program.</param>
    string GetProbeName(int targetIndex);

    /// <summary>The kernel symbol an address lies in.</summary>
    Symbol ResolveKernelSymbol(ulong address);

    /// <summary>The symbol an address of a process lies in.</summary>
    Symbol ResolveUserSymbol(ulong address, int processId);

    /// <summary>A recorded stack with its frames resolved.</summary>
    /// <param name="type">Kernel or user, how it is printed, which stack map holds it.</param>
    /// <param name="id">The key in the stack map; 0 when the stack could not be taken.</param>
    /// <param name="frameCount">How many frames there are.</param>
    /// <param name="processId">The process of a user stack; 0 for a kernel stack.</param>
    StackTrace ResolveStack(StackType type, ulong id, int frameCount, int processId);

    /// <summary>The paths of a control group, as <c>cgroup_path()</c> prints them: <c>hierarchy:path</c>, separated by commas.</summary>
    /// <param name="id">The control group's id.</param>
    /// <param name="filter">A pattern for the hierarchies' names; empty for all.</param>
    string ResolveCgroupPath(ulong id, string filter);

    /// <summary>A user's name; empty when there is none.</summary>
    string ResolveUserName(ulong uid);
}
