using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>How the language's types are held while a program runs.</summary>
internal static class TypeFacts
{
    /// <summary>True when a value travels in a register: scalars, and the resolved types that are one number.</summary>
    public static bool InRegister(BpfType type) => type.IsScalar || type is KernelSymbolType or UserNameType;

    /// <summary>Bits of a value in a register; a bool is one.</summary>
    public static int Bits(BpfType type) => type switch
    {
        IntegerType integer => integer.Bits,
        EnumType e => e.Underlying.Bits,
        BoolType => 1,
        _ => 64,
    };

    /// <summary>True when widening repeats the sign.</summary>
    public static bool IsSigned(BpfType type) => type switch
    {
        IntegerType integer => integer.IsSigned,
        EnumType e => e.Underlying.IsSigned,
        _ => false,
    };

    /// <summary>
    /// The memory a pointer of unknown origin is followed in; none for a probe that is of neither side (bpftrace: <c>find_addrspace</c>). The programs of
    /// tests and benchmarks have helpers for the kernel's memory only.
    /// </summary>
    public static AddressSpace DefaultSpace(ProbeType probe) => probe switch
    {
        ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt => AddressSpace.User,
        ProbeType.Begin or ProbeType.End or ProbeType.Self or ProbeType.Profile or ProbeType.Interval or ProbeType.Software or ProbeType.Hardware
            or ProbeType.Watchpoint => AddressSpace.None,
        _ => AddressSpace.Kernel,
    };

    /// <summary>True when the context is an array of u64 that must be loaded whole.</summary>
    public static bool HasArgumentArray(ProbeType probe) =>
        probe is ProbeType.RawTracepoint or ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter;
}
