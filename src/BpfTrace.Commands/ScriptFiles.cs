using System.Collections.ObjectModel;
using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Script files by PowerShell paths.</summary>
internal static class ScriptFiles
{
    /// <summary>What is wrong with a path of another provider.</summary>
    public const string NotInFileSystem = "is not in the file system";

    /// <summary>The file of a literal path; null when it is not in the file system.</summary>
    public static string? ResolveLiteral(PSCmdlet cmdlet, string path)
    {
        string file = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem" ? file : null;
    }

    /// <summary>The files a path with wildcards stands for; null when it is not in the file system.</summary>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    public static Collection<string>? Resolve(PSCmdlet cmdlet, string path)
    {
        Collection<string> found = cmdlet.GetResolvedProviderPathFromPSPath(path, out ProviderInfo source);
        return source.Name == "FileSystem" ? found : null;
    }

    /// <summary>Reads the scripts that paths with wildcards stand for, one after another; what cannot be read is an error of the cmdlet.</summary>
    public static void ForEach(PSCmdlet cmdlet, string[] paths, Action<SourceText> use)
    {
        foreach (string path in paths)
        {
            ForEach(cmdlet, path, use);
        }
    }

    /// <summary>Reads the scripts at literal paths; what cannot be read is an error of the cmdlet.</summary>
    public static void ForLiteral(PSCmdlet cmdlet, string[] paths, Action<SourceText> use)
    {
        foreach (string path in paths)
        {
            if (ResolveLiteral(cmdlet, path) is { } file)
            {
                Use(cmdlet, file, use);
            }
            else
            {
                cmdlet.WriteError(NotAFile(path, NotInFileSystem));
            }
        }
    }

    private static void ForEach(PSCmdlet cmdlet, string path, Action<SourceText> use)
    {
        try
        {
            if (Resolve(cmdlet, path) is not { } files)
            {
                cmdlet.WriteError(NotAFile(path, NotInFileSystem));
                return;
            }

            foreach (string file in files)
            {
                Use(cmdlet, file, use);
            }
        }
        catch (ItemNotFoundException exception)
        {
            cmdlet.WriteError(Failure.NoFile(exception, "ScriptFileNotFound", path));
        }
    }

    private static void Use(PSCmdlet cmdlet, string file, Action<SourceText> use)
    {
        if (Read(file, out System.Management.Automation.ErrorRecord? error) is { } source)
        {
            use(source);
        }
        else
        {
            cmdlet.WriteError(error!);
        }
    }

    /// <summary>Reads a script.</summary>
    /// <returns>The script, or null and why not.</returns>
    public static SourceText? Read(string file, out System.Management.Automation.ErrorRecord? error)
    {
        if (Directory.Exists(file))
        {
            error = Unreadable(file, new IOException($"'{file}' is a directory."));
            return null;
        }

        try
        {
            error = null;
            return SourceText.FromFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error = Unreadable(file, exception);
            return null;
        }
    }

    /// <summary>An error about a script that cannot be read.</summary>
    public static System.Management.Automation.ErrorRecord Unreadable(string file, Exception why) =>
        Failure.Record(why, "ScriptFileUnreadable", why is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.ReadError, file);

    /// <summary>An error about a path.</summary>
    public static System.Management.Automation.ErrorRecord NotAFile(string path, string why) =>
        Failure.Record(new ArgumentException($"The path '{path}' {why}."), "ScriptFileNotFound", ErrorCategory.InvalidArgument, path);
}
