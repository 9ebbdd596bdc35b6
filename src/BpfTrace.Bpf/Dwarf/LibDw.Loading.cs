using System.Reflection;
using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Dwarf;

/// <content>Finds the library when debug information is first asked for.</content>
internal static partial class LibDw
{
    /// <summary>The environment variable with the library's path.</summary>
    public const string OverrideVariable = "BPFTRACE_LIBDW";

    private const string Library = "libdw";
    private const string SoName = "libdw.so.1";

    private static readonly Lock s_lock = new();
    private static nint s_handle;

    /// <summary>What dwfl_begin is to look for debug files with; loads the library.</summary>
    public static nint StandardFindDebugInfo { get; private set; }

    /// <summary>Where dwfl puts the sections of a file that no process runs.</summary>
    public static nint OfflineSectionAddress { get; private set; }

    /// <summary>Loads the library once. Cheap when it is loaded already.</summary>
    /// <exception cref="LibDwNotFoundException">There is none, or not one that can be used.</exception>
    public static void EnsureLoaded()
    {
        lock (s_lock)
        {
            if (s_handle != 0)
                return;
            nint handle = Load(Environment.GetEnvironmentVariable(OverrideVariable));
            StandardFindDebugInfo = NativeLibrary.GetExport(handle, "dwfl_standard_find_debuginfo");
            OfflineSectionAddress = NativeLibrary.GetExport(handle, "dwfl_offline_section_address");
            s_handle = handle;
            NativeLibrary.SetDllImportResolver(typeof(LibDw).Assembly, Resolve);
        }
    }

    /// <summary>Loads the named file, or without a name the system's.</summary>
    internal static nint Load(string? path)
    {
        if (!string.IsNullOrEmpty(path))
        {
            return NativeLibrary.TryLoad(path, out nint named)
                ? named
                : throw new LibDwNotFoundException($"{OverrideVariable} names '{path}', which cannot be loaded.");
        }

        if (NativeLibrary.TryLoad(SoName, out nint handle))
            return handle;
        throw new LibDwNotFoundException(
            "libdw, which reads DWARF debug information, was not found. Install it (Debian, Ubuntu: apt-get install libdw1; Fedora: dnf install elfutils-libs; " +
            $"Arch: pacman -S libelf) or name the file in {OverrideVariable}.");
    }

    private static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) => libraryName == Library ? s_handle : 0;
}
