using System.Runtime.InteropServices;
using BpfTrace.Language.CDefinitions;

namespace BpfTrace.Compiler.Clang;

/// <summary>The command line clang reads a script's C with.</summary>
internal static class ClangArguments
{
    /// <summary>
    /// The arguments: our own headers stand in for clang's where only libclang is installed; kernel headers, where there are any, come before the
    /// system's, with what <c>Kbuild</c> passes; <c>CPATH</c> and <c>C_INCLUDE_PATH</c> are clang's own.
    /// </summary>
    public static List<string> For(CInput input, KernelHeaders kernel)
    {
        var arguments = new List<string> { "-x", "c", "-std=gnu11", "-fsyntax-only", "-ferror-limit=0", "-Wno-everything", "-Wmacro-redefined" };
        foreach (string path in input.QuotePaths)
        {
            arguments.Add("-iquote");
            arguments.Add(path);
        }

        foreach (string path in input.IncludePaths)
        {
            arguments.Add("-I");
            arguments.Add(path);
        }

        arguments.Add("-nostdinc");
        arguments.Add("-isystem");
        arguments.Add(BuiltinHeaders.Directory);
        bool isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        if (kernel is { Source: { } source, Build: { } build })
        {
            string arch = isArm ? "arm64" : "x86";
            arguments.AddRange([
                $"-I{source}/arch/{arch}/include", $"-I{build}/arch/{arch}/include/generated", $"-I{source}/include", $"-I{build}/include",
                $"-I{source}/arch/{arch}/include/uapi", $"-I{build}/arch/{arch}/include/generated/uapi", $"-I{source}/include/uapi", $"-I{build}/include/generated/uapi",
            ]);
            if (File.Exists($"{source}/include/linux/kconfig.h"))
                arguments.AddRange(["-include", $"{source}/include/linux/kconfig.h"]);
            arguments.AddRange([
                "-D__KERNEL__", "-D__BPF_TRACING__", "-D__HAVE_BUILTIN_BSWAP16__", "-D__HAVE_BUILTIN_BSWAP32__", "-D__HAVE_BUILTIN_BSWAP64__",
                "-DKBUILD_MODNAME=\"bpftrace\"",
            ]);
        }

        foreach (string directory in (ReadOnlySpan<string>)["/usr/local/include", isArm ? "/usr/include/aarch64-linux-gnu" : "/usr/include/x86_64-linux-gnu", "/usr/include"])
        {
            arguments.Add("-isystem");
            arguments.Add(directory);
        }

        foreach (string define in input.Defines)
            arguments.Add("-D" + define);
        arguments.AddRange(["-include", ClangFrontEnd.StubFile]);
        foreach (string include in input.Includes)
            arguments.AddRange(["-include", include]);
        return arguments;
    }
}
