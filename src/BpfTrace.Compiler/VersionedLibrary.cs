using System.Globalization;
using System.Runtime.InteropServices;

namespace BpfTrace.Compiler;

/// <summary>A library of the LLVM project as distributions install it: a file for each version, in directories with or without the version.</summary>
/// <param name="overrideVariable">The environment variable that names a file and overrides the search.</param>
/// <param name="newest">The newest version that is tried, first.</param>
/// <param name="oldest">The oldest version that is tried.</param>
/// <param name="names">The files' names in order, with <c>{0}</c> for the version.</param>
internal sealed class VersionedLibrary(string overrideVariable, int newest, int oldest, string[] names)
{
    /// <summary>The files tried, in order.</summary>
    public IEnumerable<string> Candidates()
    {
        for (int version = newest; version >= oldest; version--)
        {
            foreach (string directory in Directories(version))
            {
                foreach (string name in names)
                    yield return Path.Combine(directory, Name(name, version));
            }
        }
    }

    /// <summary>Loads the named file, or the newest there is; 0 for none.</summary>
    /// <param name="path">What was loaded; without a library the file the variable names, null where it names none.</param>
    public nint Load(out string? path)
    {
        path = Environment.GetEnvironmentVariable(overrideVariable);
        if (path is { Length: > 0 })
            return NativeLibrary.TryLoad(path, out nint named) ? named : 0;

        foreach (string candidate in Candidates())
        {
            if (File.Exists(candidate) && NativeLibrary.TryLoad(path = candidate, out nint handle))
                return handle;
        }

        // Not in a usual place: ask the dynamic linker's own cache.
        for (int version = newest; version >= oldest; version--)
        {
            foreach (string name in names)
            {
                if (NativeLibrary.TryLoad(path = Name(name, version), out nint handle))
                    return handle;
            }
        }

        path = null;
        return 0;
    }

    private static string Name(string name, int version) => name.Replace("{0}", version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string[] Directories(int version) =>
    [
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu",
        $"/usr/lib/llvm-{version}/lib",
        $"/usr/lib/llvm/{version}/lib64",
        $"/usr/lib64/llvm{version}/lib",
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
    ];
}
