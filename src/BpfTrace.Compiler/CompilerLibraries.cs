using BpfTrace.Bpf.Proc;
using BpfTrace.Compiler.Clang;

namespace BpfTrace.Compiler;

/// <summary>What the compiler needs of the system.</summary>
public static class CompilerLibraries
{
    /// <summary>libLLVM, which every script is compiled with. Loads it.</summary>
    public static NativeLibraryInfo FindLlvm() => LibLlvm.Find();

    /// <summary>libclang, which reads C headers. Loads it.</summary>
    public static NativeLibraryInfo FindClang() => LibClang.Find();

    /// <summary>The clang program, which compiles imported C; it is looked for and not run.</summary>
    public static NativeLibraryInfo FindClangProgram() => ClangCompiler.FindProgram() switch
    {
        null => NativeLibraryInfo.Missing(ClangCompiler.NotFound),
        { } path when !File.Exists(path) => NativeLibraryInfo.Missing($"{ClangCompiler.OverrideVariable} names '{path}', which does not exist"),
        { } path => new NativeLibraryInfo(path, null, null),
    };
}
