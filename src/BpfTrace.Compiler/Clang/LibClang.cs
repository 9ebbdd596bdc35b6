using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace BpfTrace.Compiler.Clang;

/// <summary>
/// Finds the system's libclang, the newest first. <c>BPFTRACE_LIBCLANG</c> names a file and overrides the search. Nothing is looked for before a
/// script has a C part that needs it.
/// </summary>
internal static class LibClang
{
    /// <summary>The environment variable with the library's path.</summary>
    public const string OverrideVariable = "BPFTRACE_LIBCLANG";

    /// <summary>What the entry points ask for: no file has this name, so that the search here is the only one.</summary>
    public const string LibraryName = "bpftrace-libclang";

    /// <summary>The newest version that is tried.</summary>
    public const int NewestVersion = 22;

    /// <summary>The oldest version that is tried.</summary>
    public const int OldestVersion = 13;

    private static readonly Lock s_lock = new();
    private static IntPtr s_handle;
    private static bool s_tried;

    /// <summary>The path that was loaded; null when none was, or not yet.</summary>
    public static string? LoadedPath { get; private set; }

    /// <summary>Why there is no library; null when it is loaded. The search is made once.</summary>
    public static string? WhyMissing { get; private set; }

    /// <summary>Loads the library once.</summary>
    /// <returns>Whether it is there.</returns>
    public static bool TryLoad()
    {
        lock (s_lock)
        {
            if (!s_tried)
            {
                s_tried = true;
                s_handle = Load();
                AssemblyLoadContext.GetLoadContext(typeof(LibClang).Assembly)!.ResolvingUnmanagedDll += static (_, name) => name == LibraryName ? s_handle : IntPtr.Zero;
            }

            return s_handle != IntPtr.Zero;
        }
    }

    /// <summary>The files tried, in order.</summary>
    internal static IEnumerable<string> Candidates()
    {
        string multiarch = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu";
        for (int version = NewestVersion; version >= OldestVersion; version--)
        {
            string[] directories = [multiarch, $"/usr/lib/llvm-{version}/lib", $"/usr/lib/llvm/{version}/lib64", $"/usr/lib64/llvm{version}/lib", "/usr/lib64", "/usr/lib", "/usr/local/lib"];
            foreach (string directory in directories)
            {
                foreach (string name in Names(version))
                    yield return Path.Combine(directory, name);
            }
        }
    }

    // Debian's name, upstream's soname since 13 (libclang.so.13 of all versions carries the ABI's number), the file itself.
    private static string[] Names(int version) => [$"libclang-{version}.so.1", $"libclang-{version}.so", $"libclang.so.{version}", $"libclang.so.{version}.1"];

    private static IntPtr Load()
    {
        if (Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } path)
        {
            if (NativeLibrary.TryLoad(path, out IntPtr named))
                return Loaded(named, path);
            WhyMissing = $"{OverrideVariable} names '{path}', which cannot be loaded.";
            return IntPtr.Zero;
        }

        foreach (string candidate in Candidates())
        {
            if (File.Exists(candidate) && NativeLibrary.TryLoad(candidate, out IntPtr handle))
                return Loaded(handle, candidate);
        }

        for (int version = NewestVersion; version >= OldestVersion; version--)
        {
            foreach (string name in Names(version))
            {
                if (NativeLibrary.TryLoad(name, out IntPtr handle))
                    return Loaded(handle, name);
            }
        }

        WhyMissing = $"libclang (version {OldestVersion} to {NewestVersion}), which reads C headers, was not found. Install it (Debian, Ubuntu: apt-get install libclang1-19; "
            + $"Fedora: dnf install clang-libs; Arch: pacman -S clang) or name the file in {OverrideVariable}.";
        return IntPtr.Zero;
    }

    private static IntPtr Loaded(IntPtr handle, string path)
    {
        LoadedPath = path;
        return handle;
    }
}
