using System.Management.Automation;
using BpfTrace.Commands.Errors;

namespace BpfTrace.Commands.Tools;

/// <summary>Where tools are looked for.</summary>
internal static class ToolPath
{
    /// <summary>Directories separated by colons, looked in before the module's own.</summary>
    private const string Variable = "BPFTRACE_TOOLS";

    /// <summary>The module's own scripts: beside <c>module/</c>, both in a checkout and in a package.</summary>
    private static string Shipped => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(ToolPath).Assembly.Location)!, "..", "..", "examples"));

    /// <summary>The files of tools by name: of <paramref name="paths"/> where some are given, else of <c>$env:BPFTRACE_TOOLS</c> and the module's.</summary>
    /// <param name="shell">What paths mean in the shell.</param>
    /// <param name="paths">Directories or scripts.</param>
    public static IReadOnlyDictionary<string, string> Files(PathIntrinsics shell, string[]? paths)
    {
        if (paths is { Length: > 0 })
        {
            return ScriptTools.FindFiles(paths.Select(p => FullPath(shell, p)));
        }

        string own = Environment.GetEnvironmentVariable(Variable) ?? "";
        return ScriptTools.FindFiles([.. own.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(p => FullPath(shell, p)), Shipped]);
    }

    /// <summary>The file of a tool: a name with a slash is a script's path. Null when there is none.</summary>
    public static string? Find(PathIntrinsics shell, string name, string[]? paths)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return FullPath(shell, name) is { } file && ScriptTools.Exists(file) ? file : null;
        }

        IReadOnlyDictionary<string, string> files = Files(shell, paths);
        if (files.TryGetValue(name, out string? exact))
        {
            return exact;
        }

        // Names are not told apart by case elsewhere in PowerShell.
        return files.FirstOrDefault(f => f.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }

    /// <summary>An error for a tool that is not there.</summary>
    /// <param name="name">What was asked for.</param>
    /// <param name="names">The tools there are.</param>
    public static System.Management.Automation.ErrorRecord NotFound(string name, IEnumerable<string> names) =>
        NotFoundRecord.Create($"There is no tool '{name}'.", NotFoundRecord.Nearest(name, names) + "Get-BpfTool lists those there are.", "ToolNotFound", name);

    /// <summary>A path as the shell means it: the process may be in another directory. One of no drive is left as it is: there is no such file.</summary>
    public static string FullPath(PathIntrinsics shell, string path)
    {
        try
        {
            return shell.GetUnresolvedProviderPathFromPSPath(path);
        }
        catch (Exception exception) when (exception is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or PSArgumentException)
        {
            return path;
        }
    }
}
