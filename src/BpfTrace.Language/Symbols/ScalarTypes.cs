using System.Collections.Immutable;

namespace BpfTrace.Language.Symbols;

/// <summary>An integer of 8, 16, 32 or 64 bits.</summary>
/// <param name="Bits">8, 16, 32 or 64.</param>
/// <param name="IsSigned">Two's complement when true.</param>
public sealed record IntegerType(int Bits, bool IsSigned) : BpfType
{
    /// <inheritdoc/>
    public override int Size => Bits / 8;

    /// <inheritdoc/>
    public override string DisplayName => (IsSigned ? "int" : "uint") + Bits;

    /// <inheritdoc/>
    public override bool IsScalar => true;

    /// <summary>
    /// True for the type of a literal that has not met a sign yet: <c>5</c> goes with either. Only inference looks at it;
    /// types that differ in nothing else are equal.
    /// </summary>
    internal bool IsSignFlexible { get; init; }

    /// <summary>
    /// Where the integer points, were it cast to a pointer (<c>uptr(arg0)</c>). Only inference looks at it; types that
    /// differ in nothing else are equal.
    /// </summary>
    internal AddressSpace Space { get; init; }

    /// <summary>Equal when width and sign are.</summary>
    public bool Equals(IntegerType? other) => other is not null && Bits == other.Bits && IsSigned == other.IsSigned;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Bits, IsSigned);

    /// <summary>int8.</summary>
    public static IntegerType Int8 { get; } = new(8, true);

    /// <summary>int16.</summary>
    public static IntegerType Int16 { get; } = new(16, true);

    /// <summary>int32.</summary>
    public static IntegerType Int32 { get; } = new(32, true);

    /// <summary>int64.</summary>
    public static IntegerType Int64 { get; } = new(64, true);

    /// <summary>uint8.</summary>
    public static IntegerType UInt8 { get; } = new(8, false);

    /// <summary>uint16.</summary>
    public static IntegerType UInt16 { get; } = new(16, false);

    /// <summary>uint32.</summary>
    public static IntegerType UInt32 { get; } = new(32, false);

    /// <summary>uint64.</summary>
    public static IntegerType UInt64 { get; } = new(64, false);
}

/// <summary>An enum of the kernel's BTF or of the script's C part.</summary>
/// <param name="Name">The tag, without <c>enum</c>; empty for an anonymous one.</param>
/// <param name="Underlying">The integer that holds it.</param>
/// <param name="Names">Value to name, as printed by <c>print</c> and <c>%s</c>. Compared by reference.</param>
public sealed record EnumType(string Name, IntegerType Underlying, ImmutableSortedDictionary<long, string> Names) : BpfType
{
    /// <inheritdoc/>
    public override int Size => Underlying.Size;

    /// <inheritdoc/>
    public override string DisplayName => "enum " + Name;

    /// <summary>The type its values have in expressions: 64 bits, with the sign of the underlying type.</summary>
    internal EnumType Widened => this with { Underlying = Underlying.IsSigned ? IntegerType.Int64 : IntegerType.UInt64 };

    /// <inheritdoc/>
    public override bool IsScalar => true;

    /// <summary>Equal when name and underlying type are.</summary>
    public bool Equals(EnumType? other) => other is not null && Name == other.Name && Underlying == other.Underlying;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Underlying);
}

/// <summary>Where an address points: decides which probe-read helper follows it.</summary>
public enum AddressSpace
{
    /// <summary>Not known; read as the probe's own default: kernel, user in uprobe and usdt probes, by the address itself in those of neither side (<c>profile</c>, <c>watchpoint</c>, …).</summary>
    None,

    /// <summary>Kernel memory: <c>bpf_probe_read_kernel</c>.</summary>
    Kernel,

    /// <summary>User memory of the current task: <c>bpf_probe_read_user</c>.</summary>
    User,

    /// <summary>The program's own context (tracepoint record, <c>pt_regs</c>, BTF argument array): loaded directly.</summary>
    Context,

    /// <summary>The program's own memory (stack, scratch frame, map value): loaded directly.</summary>
    Program,
}

/// <summary>An address. Eight bytes.</summary>
/// <param name="Target">What lies there; <see cref="VoidType"/> for <c>void *</c>.</param>
/// <param name="Space">Which memory it points into.</param>
public sealed record PointerType(BpfType Target, AddressSpace Space) : BpfType
{
    /// <inheritdoc/>
    public override int Size => 8;

    /// <inheritdoc/>
    public override string DisplayName => Target.DisplayName + " *";

    /// <inheritdoc/>
    public override bool IsScalar => true;
}
