namespace BpfTrace.Bpf.Btf;

/// <summary>The BTF data contradicts its own format: a truncated section, an id or a name outside of the data, a cycle of types.</summary>
/// <param name="message">What is wrong and where.</param>
/// <param name="inner">The same without the file's name; null for none.</param>
public sealed class BtfFormatException(string message, Exception? inner = null) : FormatException(message, inner);
