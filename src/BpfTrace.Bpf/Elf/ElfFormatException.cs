namespace BpfTrace.Bpf.Elf;

/// <summary>A file is not ELF of a supported form, or its parts contradict one another.</summary>
/// <param name="message">What is wrong and where.</param>
public sealed class ElfFormatException(string message) : FormatException(message);
