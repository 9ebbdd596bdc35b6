namespace BpfTrace.Bpf.Elf;

/// <summary>A statically defined probe's record in <c>.note.stapsdt</c>, for one place in the code.</summary>
/// <param name="Provider">The provider, as <c>python</c>.</param>
/// <param name="Name">The probe, as <c>function__entry</c>.</param>
/// <param name="Location">The virtual address of the instruction, corrected for prelinking.</param>
/// <param name="LinkBase">The address of <c>.stapsdt.base</c> when the record was written.</param>
/// <param name="Semaphore">The virtual address of the 16-bit counter that switches the probe on, corrected for prelinking; 0 if there is none.</param>
/// <param name="Arguments">Where the arguments are, in the assembler's words: <c>-4@%edi 8@8(%rbp)</c>.</param>
public sealed record ElfUsdtNote(string Provider, string Name, ulong Location, ulong LinkBase, ulong Semaphore, string Arguments);
