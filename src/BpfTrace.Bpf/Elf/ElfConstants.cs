namespace BpfTrace.Bpf.Elf;

/// <summary>What a file is for (<c>e_type</c>).</summary>
public enum ElfType
{
    /// <summary>No type.</summary>
    None = 0,

    /// <summary>Relocatable: an object file, also of BPF.</summary>
    Relocatable = 1,

    /// <summary>An executable at fixed addresses (not position-independent).</summary>
    Executable = 2,

    /// <summary>A shared object, or a position-independent executable.</summary>
    Shared = 3,

    /// <summary>A core dump.</summary>
    Core = 4,
}

/// <summary>What a symbol names (<c>STT_*</c>).</summary>
public enum ElfSymbolType
{
    /// <summary>Not said.</summary>
    NoType = 0,

    /// <summary>A variable.</summary>
    Object = 1,

    /// <summary>A function.</summary>
    Function = 2,

    /// <summary>A section.</summary>
    Section = 3,

    /// <summary>The name of a source file.</summary>
    File = 4,

    /// <summary>A common block.</summary>
    Common = 5,

    /// <summary>A variable of each thread; its value is an offset, not an address.</summary>
    ThreadLocal = 6,

    /// <summary>A function that selects the function (<c>STT_GNU_IFUNC</c>).</summary>
    IndirectFunction = 10,
}

/// <summary>Who sees a symbol (<c>STB_*</c>).</summary>
public enum ElfSymbolBinding
{
    /// <summary>This file alone.</summary>
    Local = 0,

    /// <summary>Every file.</summary>
    Global = 1,

    /// <summary>Every file, and another definition wins.</summary>
    Weak = 2,

    /// <summary>Every file, once in the process (<c>STB_GNU_UNIQUE</c>).</summary>
    GnuUnique = 10,
}

/// <summary>The numbers of <c>elf.h</c> that the readers compare with.</summary>
internal static class ElfConstants
{
    public const uint SHT_PROGBITS = 1;
    public const uint SHT_SYMTAB = 2;
    public const uint SHT_STRTAB = 3;
    public const uint SHT_NOTE = 7;
    public const uint SHT_NOBITS = 8;
    public const uint SHT_DYNSYM = 11;
    public const ulong SHF_COMPRESSED = 0x800;
    public const uint PT_LOAD = 1;
    public const uint PT_NOTE = 4;
    public const uint PF_X = 1;
    public const uint NT_GNU_BUILD_ID = 3;
    public const uint NT_STAPSDT = 3;
    public const ushort SHN_UNDEF = 0;
    public const ushort SHN_XINDEX = 0xFFFF;
    public const ushort PN_XNUM = 0xFFFF;
}
