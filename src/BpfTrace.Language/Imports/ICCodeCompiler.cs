using System.Collections.Immutable;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Imports;

/// <summary>Compiles C functions that a script imports (<c>.bpf.c</c>). The language asks; the compiler layer answers with a clang it starts.</summary>
public interface ICCodeCompiler
{
    /// <summary>Compiles one file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="source">Its text, which <see cref="CDiagnostic.Offset"/> counts in.</param>
    /// <param name="includePaths">Directories to look for included headers in, after the file's own.</param>
    /// <param name="defines">Macros, as <c>NAME</c> or <c>NAME=VALUE</c>.</param>
    CCodeResult Compile(string path, SourceText source, ImmutableArray<string> includePaths, ImmutableArray<string> defines);
}

/// <summary>What came of compiling C functions.</summary>
/// <param name="Functions">The functions the file defines, <c>static</c> ones that were compiled included.</param>
/// <param name="Bitcode">The code, as LLVM bitcode; empty after an error.</param>
/// <param name="Diagnostics">What the C compiler says.</param>
public sealed record CCodeResult(ImmutableArray<CFunctionSymbol> Functions, ReadOnlyMemory<byte> Bitcode, ImmutableArray<CDiagnostic> Diagnostics)
{
    /// <summary>Why nothing could be compiled, whatever the file says (no clang); null when it could.</summary>
    public string? WhyMissing { get; init; }
}

/// <summary>Compiled C functions of a program.</summary>
/// <param name="Path">The file.</param>
/// <param name="Import">The import that names it.</param>
/// <param name="Bitcode">The code, as LLVM bitcode.</param>
public sealed record CCode(string Path, TextLocation Import, ReadOnlyMemory<byte> Bitcode);
