using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>A <c>Dwfl</c>: a binary with the files its debug information is in. Owns the strings that libdwfl looks at later.</summary>
internal sealed unsafe class SafeDwflHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly Dwfl_Callbacks* _callbacks;
    private readonly nint* _path;

    /// <param name="directories">Where to look for debug files, separated by colons (libdwfl.h, <c>debuginfo_path</c>); null for its standard places.</param>
    public SafeDwflHandle(string? directories)
        : base(ownsHandle: true)
    {
        LibDw.EnsureLoaded();
        _path = (nint*)NativeMemory.AllocZeroed((nuint)sizeof(nint));
        if (!string.IsNullOrEmpty(directories))
            *_path = Marshal.StringToCoTaskMemUTF8(directories);
        _callbacks = (Dwfl_Callbacks*)NativeMemory.AllocZeroed((nuint)sizeof(Dwfl_Callbacks));
        _callbacks->find_debuginfo = *_path == 0 ? DebugFileSearch.Callback : LibDw.StandardFindDebugInfo;
        _callbacks->section_address = LibDw.OfflineSectionAddress;
        _callbacks->debuginfo_path = (nint)_path;
        SetHandle(LibDw.dwfl_begin(_callbacks));
    }

    protected override bool ReleaseHandle()
    {
        LibDw.dwfl_end(handle);
        NativeMemory.Free(_callbacks);
        Marshal.FreeCoTaskMem(*_path);
        NativeMemory.Free(_path);
        return true;
    }
}

/// <summary>A <c>Dwarf</c> opened from a file of ours.</summary>
internal sealed class SafeDwarfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public SafeDwarfHandle(int fd)
        : base(ownsHandle: true) => SetHandle(LibDw.dwarf_begin(fd, LibDw.DWARF_C_READ));

    protected override bool ReleaseHandle() => LibDw.dwarf_end(handle) == 0;
}
