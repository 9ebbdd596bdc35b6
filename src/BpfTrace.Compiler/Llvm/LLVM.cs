using System.Reflection;
using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <summary>
/// The raw entry points of libLLVM, under LLVMSharp.Interop's names: the C name without its <c>LLVM</c> prefix.
/// Only what the compiler uses; the C API is stable over the versions supported (15 to 22).
/// </summary>
internal static unsafe partial class LLVM
{
    private const string LibraryName = "libLLVM";

    private static readonly Lock s_lock = new();
    private static DllImportResolver? s_resolvers;
    private static bool s_hooked;

    /// <summary>Asked, in order, where the native library is. The first that answers a handle wins.</summary>
    public static event DllImportResolver? ResolveLibrary
    {
        add
        {
            lock (s_lock)
            {
                s_resolvers += value;
                if (!s_hooked)
                {
                    s_hooked = true;
                    NativeLibrary.SetDllImportResolver(typeof(LLVM).Assembly, Resolve);
                }
            }
        }

        remove
        {
            lock (s_lock)
                s_resolvers -= value;
        }
    }

    private static IntPtr Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (s_resolvers is { } resolvers)
        {
            foreach (DllImportResolver resolver in Delegate.EnumerateInvocationList(resolvers))
            {
                IntPtr handle = resolver(libraryName, assembly, searchPath);
                if (handle != IntPtr.Zero)
                    return handle;
            }
        }

        return IntPtr.Zero;
    }
}
