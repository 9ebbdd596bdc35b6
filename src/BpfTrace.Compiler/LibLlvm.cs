using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Proc;
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

    // Since 18.1 the soname carries the minor version (libLLVM.so.19.1); before, it was libLLVM-15.so.1.
    private static readonly VersionedLibrary s_library = new(OverrideVariable, NewestVersion, OldestVersion, ["libLLVM.so.{0}.1", "libLLVM-{0}.so", "libLLVM-{0}.so.1"]);
    private static readonly Lock s_lock = new();
    private static IntPtr s_handle;
    private static bool s_hooked;

    /// <summary>The path that was loaded; null before the first compilation.</summary>
    public static string? LoadedPath { get; private set; }

    /// <summary>Loads the library, and says which it is.</summary>
    public static unsafe NativeLibraryInfo Find()
    {
        try
        {
            EnsureLoaded();
        }
        catch (LlvmNotFoundException e)
        {
            return NativeLibraryInfo.Missing(e.Message);
        }

        string? version = null;
        if (NativeLibrary.TryGetExport(s_handle, "LLVMGetVersion", out IntPtr getVersion)) // since LLVM 16
        {
            uint major, minor, patch;
            ((delegate* unmanaged[Cdecl]<uint*, uint*, uint*, void>)getVersion)(&major, &minor, &patch);
            version = string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{patch}");
        }

        return NativeLibraryInfo.Found(NativeLibrary.GetExport(s_handle, "LLVMContextCreate"), version);
    }

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
    internal static IEnumerable<string> Candidates() => s_library.Candidates();

    private static IntPtr Load()
    {
        IntPtr handle = s_library.Load(out string? path);
        if (handle != IntPtr.Zero && NativeLibrary.TryGetExport(handle, "LLVMInitializeBPFTarget", out _))
        {
            LoadedPath = path;
            return handle;
        }

        if (handle != IntPtr.Zero)
        {
            NativeLibrary.Free(handle);
            throw new LlvmNotFoundException($"'{path}' is not libLLVM, or one without the BPF target; {OverrideVariable} can name another.");
        }

        throw new LlvmNotFoundException(path is { Length: > 0 }
            ? $"{OverrideVariable} names '{path}', which cannot be loaded."
            : $"libLLVM (version {OldestVersion} to {NewestVersion}) was not found. Install it (Debian, Ubuntu: apt-get install libllvm19; " +
              $"Fedora: dnf install llvm-libs; Arch: pacman -S llvm-libs) or name the file in {OverrideVariable}.");
    }

    private static IntPtr Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName == "libLLVM" ? s_handle : IntPtr.Zero;
}
