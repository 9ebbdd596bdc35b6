using System.Runtime.InteropServices;
using System.Text;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Turns mangled C++ names (Itanium ABI) into readable ones with the system's own <c>libstdc++</c>, loaded when the first mangled
/// name comes. Without that library names stay as they are.
/// </summary>
public static unsafe class CxxDemangler
{
    private static readonly Lazy<nint> s_demangle = new(Load);

    /// <summary>Whether the system's library was found.</summary>
    public static bool IsAvailable => s_demangle.Value != 0;

    /// <summary>Whether a name looks mangled: <c>_Z…</c>, or <c>____Z…</c> of Apple's blocks (as bpftrace decides).</summary>
    public static bool IsMangled(ReadOnlySpan<char> name)
        => name.StartsWith("_Z", StringComparison.Ordinal) || name.StartsWith("____Z", StringComparison.Ordinal);

    /// <summary>The readable name with its parameters; null if the name is not mangled, malformed, or the library is missing.</summary>
    public static string? TryDemangle(string name)
    {
        if (!IsMangled(name) || s_demangle.Value == 0)
            return null;
        byte[] bytes = [.. Encoding.UTF8.GetBytes(name), 0];
        int status;
        byte* result;
        fixed (byte* mangled = bytes)
            result = ((delegate* unmanaged<byte*, byte*, nuint*, int*, byte*>)s_demangle.Value)(mangled, null, null, &status);
        if (result == null)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8((nint)result);
        }
        finally
        {
            NativeMemory.Free(result); // free(3), which __cxa_demangle's malloc(3) asks for.
        }
    }

    /// <summary>The readable name if there is one, or the name itself.</summary>
    public static string Demangle(string name) => TryDemangle(name) ?? name;

    /// <summary>Cuts the parameter list off a readable name: <c>a::b(int) const</c> gives <c>a::b</c>.</summary>
    public static string WithoutParameters(string name)
    {
        int open = 0;
        for (int i = name.LastIndexOf(')'); i >= 0; i--)
        {
            if (name[i] == ')')
                open++;
            else if (name[i] == '(')
                open--;
            if (open == 0)
                return name[..i];
        }

        return name;
    }

    private static nint Load()
    {
        foreach (string library in (string[])["libstdc++.so.6", "libc++abi.so.1"])
        {
            if (NativeLibrary.TryLoad(library, out nint handle) && NativeLibrary.TryGetExport(handle, "__cxa_demangle", out nint function))
                return function;
        }

        return 0;
    }
}
