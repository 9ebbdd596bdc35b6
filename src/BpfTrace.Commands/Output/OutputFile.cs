using System.Management.Automation;
using BpfTrace.Commands.Errors;

namespace BpfTrace.Commands.Output;

/// <summary>A file that a cmdlet is to write, named as PowerShell names files.</summary>
internal static class OutputFile
{
    /// <summary>The file system's path of a path that need not exist; a terminating error when it is not in the file system.</summary>
    public static string Resolve(PSCmdlet cmdlet, string path)
    {
        string resolved = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            cmdlet.ThrowTerminatingError(NotInFileSystem(path));
        }

        return resolved;
    }

    /// <summary>Whether a file may be made or replaced; writes the error when it may not.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">The resolved path.</param>
    /// <param name="noClobber">Refuse a file that exists.</param>
    /// <param name="force">Make a read-only file writable.</param>
    public static bool Prepare(PSCmdlet cmdlet, string path, bool noClobber, bool force)
    {
        if (Directory.Exists(path))
        {
            cmdlet.WriteError(IsDirectory(path));
            return false;
        }

        if (!File.Exists(path))
        {
            return true;
        }

        if (noClobber)
        {
            cmdlet.WriteError(Exists(path));
            return false;
        }

        if (force && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
        {
            File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
        }

        return true;
    }

    /// <summary>Opens a file for writing; a terminating error when that fails.</summary>
    public static FileStream Create(PSCmdlet cmdlet, string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            cmdlet.ThrowTerminatingError(NotWritten(exception, path));
            throw;
        }
    }

    /// <summary>Writes a file to the pipeline as Get-Item does, with what PowerShell's views of files ask for.</summary>
    public static void WriteItem(PSCmdlet cmdlet, string path)
    {
        foreach (PSObject item in cmdlet.InvokeProvider.Item.Get([@"Microsoft.PowerShell.Core\FileSystem::" + path], force: true, literalPath: true))
        {
            cmdlet.WriteObject(item);
        }
    }

    /// <summary>Ends the command when what is to be a file is a directory.</summary>
    public static void RefuseDirectory(PSCmdlet cmdlet, string path)
    {
        if (Directory.Exists(path))
        {
            cmdlet.ThrowTerminatingError(IsDirectory(path));
        }
    }

    private static System.Management.Automation.ErrorRecord IsDirectory(string path) => Failure.Record(
        new IOException($"'{path}' is a directory."), "PathIsDirectory", ErrorCategory.InvalidArgument, path);

    public static System.Management.Automation.ErrorRecord NotInFileSystem(string path) => Failure.Record(
        new NotSupportedException($"'{path}' is not in the file system."), "PathNotInFileSystem", ErrorCategory.InvalidArgument, path);

    public static System.Management.Automation.ErrorRecord Exists(string path) => Failure.Record(
        new IOException($"The file '{path}' already exists; without -NoClobber it is overwritten."), "NoClobber", ErrorCategory.ResourceExists, path);

    public static System.Management.Automation.ErrorRecord NotWritten(Exception exception, string path) => Failure.Record(
        exception,
        "FileNotWritten",
        exception is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.WriteError,
        path);
}
