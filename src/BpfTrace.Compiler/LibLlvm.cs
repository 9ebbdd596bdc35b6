using System.Reflection;
using System.Runtime.InteropServices;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler;

/// <summary>
/// Finds the system's libLLVM, whichever of the two bindings asks for it (both ask for <c>libLLVM</c> and both
/// have the <c>LLVM.ResolveLibrary</c> event). <c>BPFTRACE_LIBLLVM</c> names a file and overrides the search.
/// </summary>
internal static class LibLlvm
{
    /// <summary>The environment variable with the library's path.</summary>
    public const string OverrideVariable = "BPFTRACE_LIBLLVM";

    /// <summary>Newest first. 15 is the first with opaque pointers as the default.</summary>
    public const int NewestVersion = 22;

    /// <summary>The oldest version that is tried.</summary>
    public const int OldestVersion = 15;

    private static readonly Lock s_lock = new();
    private static IntPtr s_handle;
    private static bool s_hooked;

    /// <summary>The path that was loaded; null before the first compilation.</summary>
    public static string? LoadedPath { get; private set; }

    /// <summary>Loads the library once. Cheap when it is loaded already.</summary>
    /// <exception cref="LlvmNotFoundException">No usable libLLVM.</exception>
    public static void EnsureLoaded()
    {
        lock (s_lock)
        {
            if (s_handle == IntPtr.Zero)
                s_handle = Load();
            if (!s_hooked)
            {
                LLVM.ResolveLibrary += Resolve;
                s_hooked = true;
            }
        }
    }

    /// <summary>The files tried, in order. Separate from loading so that it can be tested.</summary>
    internal static IEnumerable<string> Candidates()
    {
        for (int version = NewestVersion; version >= OldestVersion; version--)
        {
            foreach (string directory in Directories(version))
            {
                foreach (string name in Names(version))
                    yield return Path.Combine(directory, name);
            }
        }
    }

    private static IEnumerable<string> Names(int version)
    {
        // Since 18.1 the soname carries the minor version (libLLVM.so.19.1); before, it was libLLVM-15.so.1.
        yield return $"libLLVM.so.{version}.1";
        yield return $"libLLVM-{version}.so";
        yield return $"libLLVM-{version}.so.1";
    }

    private static IEnumerable<string> Directories(int version)
    {
        yield return RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu";
        yield return $"/usr/lib/llvm-{version}/lib";
        yield return $"/usr/lib/llvm/{version}/lib64";
        yield return $"/usr/lib64/llvm{version}/lib";
        yield return "/usr/lib64";
        yield return "/usr/lib";
        yield return "/usr/local/lib";
    }

    private static IntPtr Load()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } path)
        {
            if (!NativeLibrary.TryLoad(path, out IntPtr named))
                throw new LlvmNotFoundException($"{OverrideVariable} names '{path}', which cannot be loaded.");
            return Loaded(named, path);
        }

        foreach (string candidate in Candidates())
        {
            if (File.Exists(candidate) && NativeLibrary.TryLoad(candidate, out IntPtr handle))
                return Loaded(handle, candidate);
        }

        // Not in a usual place: ask the dynamic linker's own cache.
        for (int version = NewestVersion; version >= OldestVersion; version--)
        {
            foreach (string name in Names(version))
            {
                if (NativeLibrary.TryLoad(name, out IntPtr handle))
                    return Loaded(handle, name);
            }
        }

        throw new LlvmNotFoundException(
            $"libLLVM (version {OldestVersion} to {NewestVersion}) was not found. Install it (Debian, Ubuntu: apt-get install libllvm19; " +
            $"Fedora: dnf install llvm-libs; Arch: pacman -S llvm-libs) or name the file in {OverrideVariable}.");
    }

    private static IntPtr Loaded(IntPtr handle, string path)
    {
        LoadedPath = path;
        return handle;
    }

    private static IntPtr Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName == "libLLVM" ? s_handle : IntPtr.Zero;
}
