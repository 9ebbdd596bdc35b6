namespace BpfTrace.Language.Symbols;

/// <summary>The type of a value in a bpftrace program. Types compare by value.</summary>
/// <remarks>
/// A type fixes how a value lies in memory (a map's key or value, a slot of the scratch frame, an output record):
/// the compiler writes it so and the runtime's decoder reads it so. Everything is little-endian and naturally
/// aligned; padding bytes are zero, so that map keys compare equal.
/// </remarks>
public abstract record BpfType
{
    /// <summary>The size in memory, in bytes.</summary>
    public abstract int Size { get; }

    /// <summary>The alignment in memory, in bytes: 1, 2, 4 or 8.</summary>
    public virtual int Alignment => Math.Clamp(Size, 1, 8);

    /// <summary>The type as bpftrace's messages spell it, for example <c>uint64</c> or <c>struct task_struct *</c>.</summary>
    public abstract string DisplayName { get; }

    /// <summary>True for the types whose values are held in a register: integers, booleans, enums, pointers.</summary>
    public virtual bool IsScalar => false;

    /// <inheritdoc/>
    public sealed override string ToString() => DisplayName;

    /// <summary>The type of an expression that failed to bind; it takes part in no further diagnostic.</summary>
    public static ErrorType Error { get; } = new();

    /// <summary>The type of an expression that has no value.</summary>
    public static VoidType Void { get; } = new();

    /// <summary>bool: one byte, 0 or 1.</summary>
    public static BoolType Bool { get; } = new();
}

/// <summary>See <see cref="BpfType.Error"/>.</summary>
public sealed record ErrorType : BpfType
{
    /// <inheritdoc/>
    public override int Size => 8;

    /// <inheritdoc/>
    public override string DisplayName => "?";
}

/// <summary>See <see cref="BpfType.Void"/>; also the target of an untyped pointer.</summary>
public sealed record VoidType : BpfType
{
    /// <inheritdoc/>
    public override int Size => 0;

    /// <inheritdoc/>
    public override string DisplayName => "void";
}

/// <summary>See <see cref="BpfType.Bool"/>.</summary>
public sealed record BoolType : BpfType
{
    /// <inheritdoc/>
    public override int Size => 1;

    /// <inheritdoc/>
    public override string DisplayName => "bool";

    /// <inheritdoc/>
    public override bool IsScalar => true;
}

/// <summary>A string: bytes up to the first NUL, in a slot of fixed capacity.</summary>
/// <param name="Capacity">The slot's size in bytes, the terminating NUL included.</param>
public sealed record StringType(int Capacity) : BpfType
{
    /// <inheritdoc/>
    public override int Size => Capacity;

    /// <inheritdoc/>
    public override int Alignment => 1;

    /// <inheritdoc/>
    public override string DisplayName => Capacity == 0 ? "string" : $"string[{Capacity}]";

    /// <summary>True for an array of characters in a structure of the script, which need not end in a NUL: a full one has not been cut.</summary>
    public bool MayFill { get; init; }
}

/// <summary>Raw bytes (<c>buf()</c>): a <c>u32</c> length, then <see cref="Capacity"/> bytes of room.</summary>
/// <param name="Capacity">The most bytes the buffer holds.</param>
public sealed record BufferType(int Capacity) : BpfType
{
    /// <inheritdoc/>
    public override int Size => 4 + Capacity;

    /// <inheritdoc/>
    public override int Alignment => 4;

    /// <inheritdoc/>
    public override string DisplayName => $"buffer[{Capacity}]";
}
