namespace BpfTrace.Bpf.Symbols;

/// <summary>What an address belongs to.</summary>
/// <param name="Name">The function or variable; empty if only the module is known.</param>
/// <param name="Offset">Bytes from the symbol's start to the address; with an empty name, the address in the module's file.</param>
/// <param name="Module">
/// The kernel module (<c>vmlinux</c> for the kernel proper), or the path of the mapped file as its process sees it, or the
/// kernel's word for a special mapping (<c>[vdso]</c>).
/// </param>
public readonly record struct Symbol(string Name, ulong Offset, string Module)
{
    /// <summary>Whether a symbol was found, not just a module.</summary>
    public bool IsResolved => Name.Length > 0;
}
