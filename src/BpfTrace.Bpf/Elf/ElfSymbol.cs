namespace BpfTrace.Bpf.Elf;

/// <summary>A symbol of <c>.symtab</c> or <c>.dynsym</c>.</summary>
/// <param name="Name">The name, mangled as it is in the file; without a version.</param>
/// <param name="Address">The virtual address (<c>st_value</c>); in an object file the offset in its section.</param>
/// <param name="Size">The size in bytes; 0 if not known.</param>
/// <param name="Type">What it names.</param>
/// <param name="Binding">Who sees it.</param>
/// <param name="Section">The index of its section; 0 if it is defined elsewhere, 0xFFF1 if its value is absolute.</param>
public readonly record struct ElfSymbol(string Name, ulong Address, ulong Size, ElfSymbolType Type, ElfSymbolBinding Binding, int Section)
{
    /// <summary>Whether this file defines the symbol.</summary>
    public bool IsDefined => Section != ElfConstants.SHN_UNDEF;

    /// <summary>Whether it names code.</summary>
    public bool IsFunction => Type is ElfSymbolType.Function or ElfSymbolType.IndirectFunction;
}
