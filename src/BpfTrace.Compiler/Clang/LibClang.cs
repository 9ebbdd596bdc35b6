using System.Runtime.InteropServices;
using System.Runtime.Loader;
using BpfTrace.Bpf.Proc;

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

    // Debian's name, upstream's soname since 13 (libclang.so.13 of all versions carries the ABI's number), the file itself.
    private static readonly VersionedLibrary s_library =
        new(OverrideVariable, NewestVersion, OldestVersion, ["libclang-{0}.so.1", "libclang-{0}.so", "libclang.so.{0}", "libclang.so.{0}.1"]);

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

    /// <summary>Loads the library, and says which it is.</summary>
    public static NativeLibraryInfo Find() => TryLoad()
        ? NativeLibraryInfo.Found(NativeLibrary.GetExport(s_handle, "clang_getClangVersion"), VersionIn(ClangNative.Text(ClangNative.GetClangVersion())))
        : NativeLibraryInfo.Missing(WhyMissing ?? "");

    // "Debian clang version 14.0.6", "clang version 19.1.7 (https://…)"
    internal static string? VersionIn(string text)
    {
        foreach (string word in text.Split(' ', '-', '\n'))
        {
            if (word.Length > 0 && char.IsAsciiDigit(word[0]) && Version.TryParse(word, out _))
                return word;
        }

        return null;
    }

    private static IntPtr Load()
    {
        IntPtr handle = s_library.Load(out string? path);
        if (handle != IntPtr.Zero)
            LoadedPath = path;
        else if (path is { Length: > 0 })
            WhyMissing = $"{OverrideVariable} names '{path}', which cannot be loaded.";
        else
        {
            WhyMissing = $"libclang (version {OldestVersion} to {NewestVersion}), which reads C headers, was not found. Install it (Debian, Ubuntu: apt-get install libclang1-19; "
                + $"Fedora: dnf install clang-libs; Arch: pacman -S clang) or name the file in {OverrideVariable}.";
        }

        return handle;
    }
}
