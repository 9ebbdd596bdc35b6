namespace BpfTrace.Bpf.Symbols;

/// <summary>What an address belongs to; <c>default</c> is nothing known.</summary>
public readonly record struct Symbol
{
    private readonly string? _name;
    private readonly string? _module;

    /// <param name="name">The function or variable; empty if only the module is known.</param>
    /// <param name="offset">Bytes from the symbol's start; with an empty name, the address in the module's file.</param>
    /// <param name="module">The module.</param>
    public Symbol(string name, ulong offset, string module)
    {
        _name = name;
        Offset = offset;
        _module = module;
    }

    /// <summary>The function or variable; empty if only the module is known, or nothing at all.</summary>
    public string Name => _name ?? "";

    /// <summary>Bytes from the symbol's start to the address; without a name, the address in the module's file.</summary>
    public ulong Offset { get; }

    /// <summary>
    /// The kernel module (<c>vmlinux</c> for the kernel proper), or the path of the mapped file as its process sees it, or the
    /// kernel's word for a special mapping (<c>[vdso]</c>). Empty if nothing is known.
    /// </summary>
    public string Module => _module ?? "";

    /// <summary>Whether a symbol was found, not just a module.</summary>
    public bool IsResolved => Name.Length > 0;

    /// <summary>As in a stack: <c>name+offset (module)</c>.</summary>
    public override string ToString() => $"{Name}+{Offset} ({Module})";
}
