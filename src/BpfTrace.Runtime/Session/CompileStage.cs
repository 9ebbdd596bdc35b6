namespace BpfTrace;

/// <summary>The stages of compilation whose result can be looked at (<c>bpftrace -d</c>).</summary>
public enum CompileStage
{
    /// <summary>The syntax tree.</summary>
    Ast,

    /// <summary>The bound tree: names resolved, types settled.</summary>
    Types,

    /// <summary>LLVM IR as generated.</summary>
    Codegen,

    /// <summary>LLVM IR after optimisation.</summary>
    CodegenOpt,

    /// <summary>The programs' BPF instructions.</summary>
    Disassembly,

    /// <summary>What the loader makes of the object: maps and programs with their sizes (bpftrace calls the stage <c>libbpf</c>).</summary>
    Load,
}
