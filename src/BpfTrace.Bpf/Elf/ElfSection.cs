namespace BpfTrace.Bpf.Elf;

/// <summary>A section (<c>Elf64_Shdr</c>).</summary>
/// <param name="Index">Its place in the section table.</param>
/// <param name="Name">The name; empty if it has none.</param>
/// <param name="Type"><c>SHT_*</c>.</param>
/// <param name="Flags"><c>SHF_*</c>.</param>
/// <param name="Address">The virtual address, 0 if it is not loaded.</param>
/// <param name="Offset">Where it lies in the file, in bytes.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Link">The index of a related section, by type.</param>
/// <param name="Info">More information, by type.</param>
/// <param name="EntrySize">The size of an entry in bytes, of sections that are tables.</param>
public sealed record ElfSection(
    int Index, string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info, ulong EntrySize);

/// <summary>A segment (<c>Elf64_Phdr</c>).</summary>
/// <param name="Type"><c>PT_*</c>; 1 is a part of the file that is loaded.</param>
/// <param name="Flags"><c>PF_*</c>: 1 execute, 2 write, 4 read.</param>
/// <param name="Offset">Where it lies in the file, in bytes.</param>
/// <param name="Address">The virtual address.</param>
/// <param name="FileSize">Bytes in the file.</param>
/// <param name="MemorySize">Bytes in memory; above <paramref name="FileSize"/> they are zero.</param>
public sealed record ElfSegment(uint Type, uint Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize)
{
    /// <summary>Whether the segment is loaded.</summary>
    public bool IsLoaded => Type == ElfConstants.PT_LOAD;

    /// <summary>Whether its memory can be executed.</summary>
    public bool IsExecutable => (Flags & ElfConstants.PF_X) != 0;
}
