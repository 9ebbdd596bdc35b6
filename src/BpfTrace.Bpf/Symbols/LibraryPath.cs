using System.Text;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Finds the file that a uprobe's or usdt probe's target means, as bpftrace does: a path, a program on <c>$PATH</c>, a library by
/// its short name (<c>libc</c>, <c>libssl.so.3</c>), a path with <c>*</c>.
/// </summary>
public static partial class LibraryPath
{
    private static readonly string[] s_defaultDirectories =
    [
        "/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib",
        "/usr/lib", "/usr/local/lib",
    ];

    /// <summary>
    /// The path of a library: among those that a process has mapped, then by the dynamic linker's cache, then in its default
    /// directories. Null if it is not found.
    /// </summary>
    /// <param name="name">The name with <c>lib</c>, with or without <c>.so</c> and a version.</param>
    /// <param name="pid">The process; null for our own system.</param>
    public static string? FindLibrary(string name, int? pid = null)
    {
        if (name.Length == 0 || name.Contains('/'))
            return null;
        string root = "";
        if (pid is { } process)
        {
            if (FindMapped(name, process) is { } mapped)
                return mapped;
            if (ProcessIdentity.IsInOtherMountNamespace(process))
                root = $"/proc/{process}/root";
        }

        if (LdSoCache.Read(root + "/etc/ld.so.cache").Find(name) is { } cached && File.Exists(root + cached))
            return root + cached;
        foreach (string directory in s_defaultDirectories)
        {
            string candidate = root + directory + "/" + name;
            if (File.Exists(candidate) && candidate.Contains(".so", StringComparison.Ordinal))
                return candidate;
            if (Directory.Exists(root + directory) && Glob.Expand(candidate + ".so*") is [string first, ..] && File.Exists(first))
                return first;
        }

        return null;
    }

    /// <summary>
    /// All files that a target means, in bpftrace's order: the target itself, then on <c>$PATH</c>. Only ELF executables and
    /// shared objects count.
    /// </summary>
    /// <param name="target">A path, a program's name, a library's name; <c>*</c> and <c>?</c> stand for any characters.</param>
    /// <param name="pid">A process whose mounts (and, if they differ from ours, whose <c>$PATH</c>) are used; null for our own.</param>
    /// <param name="requireElf">False accepts any existing file for a target without wildcards (bpftrace's unsafe mode).</param>
    public static IReadOnlyList<string> Resolve(string target, int? pid = null, bool requireElf = true)
    {
        bool wildcard = target.AsSpan().IndexOfAny('*', '?') >= 0;
        if (!wildcard && target.StartsWith("lib", StringComparison.Ordinal) && FindLibrary(target, pid) is { } library)
            return [library];

        string root = pid is { } process && ProcessIdentity.IsInOtherMountNamespace(process) ? $"/proc/{process}/root" : "";
        List<string> candidates = [WithRoot(root, target)];
        if (!target.Contains('/') && SearchPath(root.Length > 0 ? pid : null) is { } searchPath)
        {
            foreach (string directory in searchPath.Split(':'))
                candidates.Add(WithRoot(root, directory + "/" + target));
        }

        List<string> found = [];
        foreach (string candidate in candidates)
        {
            foreach (string path in wildcard ? Glob.Expand(candidate) : [candidate])
            {
                if ((!requireElf && !wildcard && File.Exists(path)) || IsProbeTarget(path))
                    found.Add(path);
            }
        }

        return found;
    }

    /// <summary>Whether a file is an ELF shared object, or an ELF executable that its owner may execute.</summary>
    public static bool IsProbeTarget(string path)
    {
        if (!OperatingSystem.IsLinux() || !ElfFile.TryReadType(path, out ElfType type))
            return false;
        try
        {
            return type == ElfType.Shared
                || (type == ElfType.Executable && (ElfArchive.FileOf(path) != path || (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It was removed meanwhile.
        }
    }

    /// <summary>The program that a process runs and the files that it has mapped, as paths that we can open, the program first.</summary>
    /// <exception cref="IOException">The process does not exist.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not be looked at.</exception>
    public static IReadOnlyList<string> MappedFiles(int pid)
    {
        string root = $"/proc/{pid}/root";
        List<string> files = [];
        if (ProcessIdentity.Executable(pid) is { } program && !program.EndsWith(" (deleted)", StringComparison.Ordinal))
            files.Add(root + program);
        foreach (string path in ProcessMaps.Read(pid).Files())
        {
            if (!files.Contains(root + path))
                files.Add(root + path);
        }

        return files;
    }

    private static string? FindMapped(string name, int pid)
    {
        try
        {
            foreach (string path in ProcessMaps.Read(pid).Files())
            {
                ReadOnlySpan<char> file = Path.GetFileName(path.AsSpan());
                if (file.SequenceEqual(name)
                    || (file.StartsWith(name, StringComparison.Ordinal) && file.Length > name.Length && file[name.Length] is '.' or '-' && file.Contains(".so", StringComparison.Ordinal)))
                {
                    return $"/proc/{pid}/root{path}";
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // The system's own library is the next best.
        }

        return null;
    }

    private static string WithRoot(string root, string path)
        => root.Length == 0 || path.StartsWith(root, StringComparison.Ordinal) ? path : path.StartsWith('/') ? root + path : root + "/" + path;

    private static string? SearchPath(int? pid)
    {
        if (pid is null)
            return Environment.GetEnvironmentVariable("PATH");
        try
        {
            foreach (string variable in Encoding.UTF8.GetString(VirtualFile.ReadAllBytes($"/proc/{pid}/environ")).Split('\0'))
            {
                if (variable.StartsWith("PATH=", StringComparison.Ordinal))
                    return variable[5..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return null;
    }
}
