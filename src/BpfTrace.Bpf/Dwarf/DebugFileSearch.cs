using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>
/// Looks for a separate debug file as libdwfl does (<c>dwfl_standard_find_debuginfo</c>, elfutils libdwfl/find-debuginfo.c), but without its last resort where
/// there is nobody to ask: before it knows that no debuginfod server is named, libdwfl loads a HTTP client and the thirty libraries that needs.
/// </summary>
internal static unsafe class DebugFileSearch
{
    private const string ServersVariable = "DEBUGINFOD_URLS";

    /// <summary>The callback for libdwfl's standard places; <c>dwfl_standard_find_debuginfo</c> where servers are named.</summary>
    public static nint Callback { get; } = string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ServersVariable))
        ? (nint)(delegate* unmanaged[Cdecl]<nint, void**, byte*, ulong, byte*, byte*, uint, byte**, int>)&Find
        : LibDw.StandardFindDebugInfo;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Find(nint module, void** userData, byte* name, ulong start, byte* file, byte* debugLink, uint checksum, byte** found)
    {
        int fd = LibDw.dwfl_build_id_find_debuginfo(module, userData, name, start, file, debugLink, checksum, found);
        if (fd >= 0 || file == null || !IsThere(Marshal.PtrToStringUTF8((nint)file)!, Marshal.PtrToStringUTF8((nint)debugLink)))
            return fd;
        var standard = (delegate* unmanaged[Cdecl]<nint, void**, byte*, ulong, byte*, byte*, uint, byte**, int>)LibDw.StandardFindDebugInfo;
        return standard(module, userData, name, start, file, debugLink, checksum, found);
    }

    /// <summary>Whether a file of the name that is looked for is anywhere where libdwfl would look. Whether it belongs to the binary libdwfl decides.</summary>
    /// <param name="file">The binary.</param>
    /// <param name="debugLink">What its <c>.gnu_debuglink</c> names; null without one.</param>
    internal static bool IsThere(string file, string? debugLink) => IsBeside(file, debugLink) || (RealPath(file) is { } real && real != file && IsBeside(real, debugLink));

    private static string? RealPath(string file)
    {
        try
        {
            using SafeFileHandle opened = File.OpenHandle(file);
            return File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{opened.DangerousGetHandle()}"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // gone meanwhile: then there is nothing beside it either
        }
    }

    private static bool IsBeside(string file, string? debugLink)
    {
        string name = debugLink ?? Path.GetFileName(file) + ".debug";
        string directory = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        if (File.Exists(Path.Combine(directory, name)) || File.Exists(Path.Combine(directory, ".debug", name)))
            return true;
        // /usr/lib/debug with the whole directory, and with its first parts left out one after the other.
        for (string rest = directory; ;)
        {
            if (File.Exists($"/usr/lib/debug{rest}/{name}"))
                return true;
            if (rest.Length == 0)
                return false;
            int slash = rest.IndexOf('/', 1);
            rest = slash < 0 ? "" : rest[slash..];
        }
    }
}
