namespace BpfTrace.Language.Symbols;

/// <summary>A value that user space turns into text: the kernel side records a number, the runtime resolves it.</summary>
public abstract record ResolvedType : BpfType;

/// <summary>A kernel symbol (<c>ksym()</c>, <c>func</c> in kernel probes): the u64 address.</summary>
public sealed record KernelSymbolType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 8;

    /// <inheritdoc/>
    public override string DisplayName => "ksym_t";
}

/// <summary>A user symbol (<c>usym()</c>, <c>func</c> in user probes): u64 address, u32 pid, u32 zero.</summary>
public sealed record UserSymbolType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 16;

    /// <inheritdoc/>
    public override int Alignment => 8;

    /// <inheritdoc/>
    public override string DisplayName => "usym_t";
}

/// <summary>How a stack is printed. bpftrace doc section "stack_mode".</summary>
public enum StackMode
{
    /// <summary><c>sym+off</c>, one frame a line, indented.</summary>
    Bpftrace,

    /// <summary>As <c>perf script</c>: <c>\taddress symbol+off (module)</c>.</summary>
    Perf,

    /// <summary>Hexadecimal addresses.</summary>
    Raw,

    /// <summary>Build id and file offset (user stacks).</summary>
    BuildId,
}

/// <summary>
/// A stack trace (<c>kstack</c>, <c>ustack</c>). The value is a key into the program's stack map: u64 id (a hash of the
/// frames; 0 when the stack could not be taken), u32 number of frames, u32 pid (0 for a kernel stack). The frames
/// are u64 addresses, innermost first, in the map <c>stack_N</c> (N = <see cref="Words"/>) under the u64 id; with
/// build ids they are <c>struct bpf_stack_build_id</c>.
/// </summary>
/// <param name="IsUser">True for <c>ustack</c>.</param>
/// <param name="Mode">How it is printed.</param>
/// <param name="Limit">The most frames taken; bpftrace's default is 127.</param>
public sealed record StackType(bool IsUser, StackMode Mode, int Limit) : ResolvedType
{
    // By hand, of numbers: a record's comparer of an enumeration has to be compiled at every start.
    /// <inheritdoc/>
    public bool Equals(StackType? other) => other is not null && IsUser == other.IsUser && Mode == other.Mode && Limit == other.Limit;

    /// <inheritdoc/>
    public override int GetHashCode() => (Limit << 4) + ((int)Mode << 1) + (IsUser ? 1 : 0);

    /// <summary>Whether frames are the file's build id and the offset in it, as the kernel finds them.</summary>
    public bool HasBuildIds => IsUser && Mode == StackMode.BuildId;

    /// <summary>The most u64 its frames take in the stack map.</summary>
    public int Words => HasBuildIds ? Limit * 4 : Limit;

    /// <inheritdoc/>
    public override int Size => 16;

    /// <inheritdoc/>
    public override int Alignment => 8;

    /// <inheritdoc/>
    public override string DisplayName => $"{(IsUser ? "ustack" : "kstack")}_{ModeName}_{Limit}";

    private string ModeName => Mode switch
    {
        StackMode.Perf => "perf",
        StackMode.Raw => "raw",
        StackMode.BuildId => "build_id",
        _ => "bpftrace",
    };
}

/// <summary>An IP address (<c>ntop()</c>): u32 address family (AF_INET 2, AF_INET6 10), u32 zero, 16 bytes in network order.</summary>
public sealed record InetType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 24;

    /// <inheritdoc/>
    public override int Alignment => 4;

    /// <inheritdoc/>
    public override string DisplayName => "inet";
}

/// <summary>A hardware address (<c>macaddr()</c>): six bytes.</summary>
public sealed record MacAddressType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 6;

    /// <inheritdoc/>
    public override int Alignment => 1;

    /// <inheritdoc/>
    public override string DisplayName => "mac_address";
}

/// <summary>The clock of a time value (<c>nsecs(mode)</c>).</summary>
public enum ClockMode
{
    /// <summary>CLOCK_BOOTTIME, the default.</summary>
    Boot,

    /// <summary>CLOCK_MONOTONIC.</summary>
    Monotonic,

    /// <summary>CLOCK_TAI.</summary>
    Tai,

    /// <summary>TAI computed from the boot clock by the script's start.</summary>
    SoftwareTai,
}

/// <summary>
/// A formatted time (<c>strftime()</c>): u64 nanoseconds, u32 index into <c>BoundProgram.TimeFormats</c>, u32
/// <see cref="ClockMode"/>.
/// </summary>
public sealed record TimestampType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 16;

    /// <inheritdoc/>
    public override int Alignment => 8;

    /// <inheritdoc/>
    public override string DisplayName => "timestamp";
}

/// <summary>A control group's path (<c>cgroup_path()</c>): u64 cgroup id, u32 index into <c>BoundProgram.CgroupFilters</c>, u32 zero.</summary>
public sealed record CgroupPathType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 16;

    /// <inheritdoc/>
    public override int Alignment => 8;

    /// <inheritdoc/>
    public override string DisplayName => "cgroup_path_t";
}

/// <summary>A user's name (<c>username</c>): the u64 uid.</summary>
public sealed record UserNameType : ResolvedType
{
    /// <inheritdoc/>
    public override int Size => 8;

    /// <inheritdoc/>
    public override string DisplayName => "username_t";
}
