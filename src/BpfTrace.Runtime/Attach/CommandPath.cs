namespace BpfTrace;

/// <summary>Finds a command's file.</summary>
internal static class CommandPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The file of a command: a path as it is, a name by PATH, the first executable one.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static string Find(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            if (IsExecutable(command))
                return command;
        }
        else if (command.Length > 0)
        {
            foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            {
                string path = Path.Combine(directory, command);
                if (IsExecutable(path))
                    return path;
            }
        }

        throw new CommandException($"Path '{command}' does not exist or is not executable");
    }

    private static bool IsExecutable(string path) => File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;
}
