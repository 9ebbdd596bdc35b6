namespace BpfTrace.Bpf.Dwarf;

/// <summary>The system has no usable libdw, which reads debug information. The message says what to install.</summary>
public sealed class LibDwNotFoundException(string message) : Exception(message);
