using System.Runtime.InteropServices;

namespace BpfTrace;

/// <summary>The kernel's words for a file that cannot be used, where it is plain which error it was: .NET's repeat the path.</summary>
internal static class FileErrors
{
    private const int ENOENT = 2;
    private const int EACCES = 13;
    private const int EISDIR = 21;

    /// <param name="failure">What .NET threw.</param>
    /// <param name="path">The file. .NET does not tell a directory from a file that may not be read.</param>
    public static string Describe(Exception failure, string path) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => Marshal.GetPInvokeErrorMessage(ENOENT),
        UnauthorizedAccessException => Marshal.GetPInvokeErrorMessage(Directory.Exists(path) ? EISDIR : EACCES),
        _ => failure.Message,
    };
}
