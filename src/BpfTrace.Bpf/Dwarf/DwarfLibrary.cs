using System.Runtime.InteropServices;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>The library that reads debug information.</summary>
public static class DwarfLibrary
{
    /// <summary>Loads elfutils' libdw and says which it is.</summary>
    public static NativeLibraryInfo Find()
    {
        try
        {
            LibDw.EnsureLoaded();
            return NativeLibraryInfo.Found(LibDw.StandardFindDebugInfo, Marshal.PtrToStringUTF8(LibDw.dwfl_version(0)));
        }
        catch (LibDwNotFoundException e)
        {
            return NativeLibraryInfo.Missing(e.Message);
        }
    }
}
