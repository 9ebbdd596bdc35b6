namespace BpfTrace.Bpf.Symbols;

/// <summary>A line of <c>/proc/kallsyms</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The address; 0 if the kernel hides it.</param>
/// <param name="Type">The type as in <c>nm</c>: <c>T</c>/<c>t</c> code, <c>D</c>/<c>d</c> data, <c>W</c>/<c>w</c> weak, upper case for global.</param>
/// <param name="Module">The module, <c>vmlinux</c> for the kernel proper, <c>bpf</c> for loaded BPF programs.</param>
public readonly record struct KernelSymbol(string Name, ulong Address, char Type, string Module)
{
    /// <summary>Whether it names code.</summary>
    public bool IsText => Type is 'T' or 't' or 'W' or 'w';
}
