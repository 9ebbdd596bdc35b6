namespace BpfTrace.Bpf.Proc;

/// <summary>A native library that was looked for.</summary>
/// <param name="Path">The file it was loaded from; null when it was not found.</param>
/// <param name="Version">Its version, as <c>19.1.7</c>; null when it was not found or does not tell.</param>
/// <param name="Problem">Why there is none, with what to install; null when it was found.</param>
public sealed record NativeLibraryInfo(string? Path, string? Version, string? Problem)
{
    /// <summary>A library that is loaded.</summary>
    /// <param name="address">The address of something in it.</param>
    /// <param name="version">Its version.</param>
    public static NativeLibraryInfo Found(nint address, string? version)
    {
        string? path = null;
        try
        {
            path = ProcessMaps.Read(Environment.ProcessId).Find((ulong)address)?.Path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // no /proc: the library is there, where it is from stays unsaid
        }

        return new NativeLibraryInfo(path, version, null);
    }

    /// <summary>A library that was not found.</summary>
    public static NativeLibraryInfo Missing(string problem) => new(null, null, problem);
}
