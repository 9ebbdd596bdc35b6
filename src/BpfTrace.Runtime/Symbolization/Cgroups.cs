using System.Runtime.InteropServices;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace;

/// <summary>Control groups by id and path. The id is the file handle of the group's directory, as the kernel's bpf_get_current_cgroup_id gives it.</summary>
internal sealed unsafe partial class Cgroups
{
    // Where containers come and go, groups do.
    private const int Capacity = 16384;

    private const int AT_FDCWD = -100;

    private readonly Lazy<List<(string Name, string Directory)>> _hierarchies = new(ReadHierarchies);
    private readonly Dictionary<GroupKey, string> _paths = [];

    /// <summary>A group's id; null when the path is no control group.</summary>
    public static ulong? FindId(string path)
    {
        // struct file_handle: u32 size, i32 type, bytes. Control groups' handles are the 64-bit id (kernfs).
        FileHandle handle = new() { handle_bytes = sizeof(ulong) };
        int mount;
        return name_to_handle_at(AT_FDCWD, path, &handle, &mount, 0) == 0 ? handle.id : null;
    }

    /// <summary>A group's paths in all hierarchies whose names match, as bpftrace prints them: <c>unified:/system.slice,memory:/x</c>.</summary>
    public string Resolve(ulong id, string filter)
    {
        var match = filter.Length == 0 ? null : new WildcardPattern(filter);
        var parts = new List<string>();
        foreach ((string name, string directory) in _hierarchies.Value)
        {
            if (match is null || match.IsMatch(name))
            {
                string path = FindPath(id, directory);
                if (path.Length > 0)
                    parts.Add($"{name}:{path}");
            }
        }

        return string.Join(',', parts);
    }

    private sealed record GroupKey(ulong Id, string Directory);

    private string FindPath(ulong id, string directory)
    {
        var key = new GroupKey(id, directory);
        if (_paths.TryGetValue(key, out string? known) && FindId(directory + (known == "/" ? "" : known)) == id)
            return known;
        string path = FindId(directory) == id ? "/" : Search(id, directory);
        if (_paths.Count >= Capacity)
            _paths.Clear();
        _paths[key] = path;
        return path;
    }

    private static string Search(ulong id, string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string directory in Directory.EnumerateDirectories(root, "*", options))
        {
            if (FindId(directory) == id)
                return directory[root.Length..];
        }

        return "";
    }

    /// <summary>The mounted hierarchies: version 2 first, then version 1 by name (bpftrace src/util/cgroup.cpp).</summary>
    private static List<(string Name, string Directory)> ReadHierarchies()
    {
        var unified = new List<(string, string)>();
        var old = new List<(string Name, string)>();
        foreach (string line in File.ReadLines("/proc/mounts"))
        {
            string[] fields = line.Split(' ');
            if (fields.Length < 3 || !Directory.Exists(fields[1]))
                continue;
            if (fields[2] == "cgroup2")
                unified.Add(("unified", fields[1]));
            else if (fields[2] == "cgroup")
                old.Add((Path.GetFileName(fields[1]), fields[1]));
        }

        old.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        unified.AddRange(old);
        return unified;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int name_to_handle_at(int directory, string path, FileHandle* handle, int* mountId, int flags);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct FileHandle
    {
        public uint handle_bytes;
        public int handle_type;
        public ulong id;
    }
}
