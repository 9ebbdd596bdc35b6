using BpfTrace.Language.Text;

namespace BpfTrace.Language.Imports;

/// <summary>What an imported file that is no script is.</summary>
public enum ImportedFileKind
{
    /// <summary>C source of BPF functions (<c>.bpf.c</c>).</summary>
    CSource,

    /// <summary>A compiled BPF object (<c>.bpf.o</c>).</summary>
    Object,
}

/// <summary>A file that a script imports and that is for somebody else than the parser to read.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Source">Its text, which diagnostics can point into; null for an object.</param>
/// <param name="Import">The import that names it.</param>
public sealed record ImportedFile(ImportedFileKind Kind, string Path, SourceText? Source, TextLocation Import);
