using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Compiler.Clang;

/// <summary>
/// Compiles C functions with the system's clang: once to bitcode, which is linked into the script's programs, and once to an object, whose BTF has
/// the functions' types. Looks for nothing and starts nothing before the first file.
/// </summary>
public sealed class ClangCompiler : ICCodeCompiler
{
    /// <summary>The environment variable that names the program.</summary>
    public const string OverrideVariable = "BPFTRACE_CLANG";

    private const int OldestVersion = 11;

    /// <summary>What is said where there is no such program.</summary>
    internal const string NotFound = $"clang was not found; install it (Debian, Ubuntu: apt-get install clang) or name the program in {OverrideVariable}";

    /// <inheritdoc/>
    public CCodeResult Compile(string path, SourceText source, ImmutableArray<string> includePaths, ImmutableArray<string> defines)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(source);
        if (FindProgram() is not { } program)
            return Missing(NotFound);
        string file = Path.GetFullPath(path);
        List<string> arguments = Arguments(file, includePaths, defines);
        try
        {
            byte[] bitcode = Run(program, [.. arguments, "-emit-llvm"], out string messages, out int status);
            ImmutableArray<CDiagnostic> diagnostics = ClangMessages.Read(messages, file, source);
            if (status != 0)
                return new CCodeResult([], default, HasError(diagnostics) ? diagnostics : diagnostics.Add(Failed(messages, status)));
            byte[] image = Run(program, arguments, out messages, out status);
            return status != 0
                ? new CCodeResult([], default, [Failed(messages, status)])
                : new CCodeResult(Functions(image), bitcode, diagnostics);
        }
        catch (Win32Exception e)
        {
            return Missing($"{program} cannot be started: {e.Message}");
        }
    }

    /// <summary>The program: the one that is named, or the newest in a directory of <c>PATH</c>; null for none.</summary>
    public static string? FindProgram()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } named)
            return named;
        string[] directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        for (int version = LibLlvm.NewestVersion; version >= OldestVersion; version--)
        {
            if (FindIn(directories, $"clang-{version}") is { } found)
                return found;
        }

        return FindIn(directories, "clang");
    }

    private static string? FindIn(string[] directories, string name)
    {
        foreach (string directory in directories)
        {
            string path = Path.Combine(directory, name);
            if (Path.IsPathRooted(path) && File.Exists(path))
                return path;
        }

        return null;
    }

    private static List<string> Arguments(string file, ImmutableArray<string> includePaths, ImmutableArray<string> defines)
    {
        bool isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var arguments = new List<string>
        {
            "-target", "bpf", "-x", "c", "-O2", "-g", "-c", "-o", "-", file,
            "-fno-color-diagnostics", "-fno-caret-diagnostics", "-fno-diagnostics-show-option",
            isArm ? "-D__TARGET_ARCH_arm64" : "-D__TARGET_ARCH_x86",
            // The types are the running kernel's as they are: nothing is left to move when a program is loaded.
            "-D__builtin_preserve_access_index(x)=(x)", "-DBPF_NO_PRESERVE_ACCESS_INDEX",
            "-idirafter", isArm ? "/usr/include/aarch64-linux-gnu" : "/usr/include/x86_64-linux-gnu",
        };
        foreach (string path in includePaths)
            arguments.AddRange(["-I", path]);
        foreach (string define in defines)
            arguments.Add("-D" + define);
        return arguments;
    }

    private static byte[] Run(string program, List<string> arguments, out string messages, out int status)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        messages = errors.GetAwaiter().GetResult();
        process.WaitForExit();
        status = process.ExitCode;
        return output.ToArray();
    }

    /// <summary>The functions; none where nothing is compiled, which leaves an object without BTF.</summary>
    private static ImmutableArray<CFunctionSymbol> Functions(byte[] image)
    {
        using ElfFile elf = ElfFile.Parse(image);
        return elf.FindSection(".BTF") is { } section ? CFunctionReader.Read(BtfFile.Parse(elf.ReadSection(section).ToArray())) : [];
    }

    private static bool HasError(ImmutableArray<CDiagnostic> diagnostics)
    {
        foreach (CDiagnostic diagnostic in diagnostics)
        {
            if (diagnostic.Severity == CSeverity.Error)
                return true;
        }

        return false;
    }

    private static CDiagnostic Failed(string messages, int status) =>
        new(CSeverity.Error, messages.Trim() is { Length: > 0 } text ? text : $"clang ended with status {status}", -1, "", 0, null);

    private static CCodeResult Missing(string why) => new([], default, []) { WhyMissing = why };
}
