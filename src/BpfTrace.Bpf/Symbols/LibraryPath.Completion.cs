namespace BpfTrace.Bpf.Symbols;

public static partial class LibraryPath
{
    /// <summary>
    /// What a target that begins so could be: with a slash, the directories (a slash at their end) and the programs and libraries of the file
    /// system; without, the libraries by their short names and the programs on <c>$PATH</c>. Sorted. Files are told by their names and modes:
    /// none is opened.
    /// </summary>
    /// <param name="prefix">The beginning; empty for all.</param>
    /// <param name="pid">A process, for the files it has mapped; null for none.</param>
    public static IReadOnlyCollection<string> Complete(string prefix, int? pid = null)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        if (prefix.AsSpan().IndexOfAny('*', '?', '\0') >= 0)
            return found; // a pattern is finished, and no name has a NUL
        int slash = prefix.LastIndexOf('/');
        if (slash >= 0)
            AddFiles(found, prefix[..(slash + 1)], prefix[(slash + 1)..]);
        else
            AddNames(found, prefix);
        if (pid is { } process)
            AddMapped(found, prefix, process);
        return found;
    }

    private static void AddFiles(SortedSet<string> found, string directory, string prefix)
    {
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos(prefix + "*"))
            {
                if (entry.Name[0] == '.' && !prefix.StartsWith('.'))
                    continue;
                if (IsDirectory(entry))
                    found.Add(directory + entry.Name + "/");
                else if (entry.Name.Contains(".so", StringComparison.Ordinal) || IsExecutable(entry))
                    found.Add(directory + entry.Name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A directory that is not there or not readable has nothing to offer.
        }
    }

    // A link to a directory is one to open as well.
    private static bool IsDirectory(FileSystemInfo entry) =>
        entry is DirectoryInfo || (entry.LinkTarget is not null && Directory.Exists(entry.FullName));

    private static bool IsExecutable(FileSystemInfo entry) =>
        OperatingSystem.IsLinux() && (entry.UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static void AddNames(SortedSet<string> found, string prefix)
    {
        foreach ((string library, _) in LdSoCache.Read("/etc/ld.so.cache").Libraries)
        {
            int end = library.IndexOf(".so", StringComparison.Ordinal);
            if (end > 0 && library.StartsWith(prefix, StringComparison.Ordinal))
                found.Add(prefix.Length > end ? library : library[..end]);
        }

        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                foreach (string path in Directory.EnumerateFiles(directory, prefix + "*"))
                    found.Add(Path.GetFileName(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // As a shell does: a directory of $PATH that is not there has no commands.
            }
        }
    }

    private static void AddMapped(SortedSet<string> found, string prefix, int pid)
    {
        try
        {
            foreach (string path in MappedFiles(pid))
            {
                if (path.StartsWith(prefix, StringComparison.Ordinal))
                    found.Add(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is gone: it has nothing mapped.
        }
    }
}
