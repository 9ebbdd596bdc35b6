using BpfTrace.Bpf.Dwarf;

namespace BpfTrace;

/// <summary>
/// The debug information of binaries, kept while the files stay what they are. What is dropped is closed when nothing refers to it any more. Safe for
/// concurrent use.
/// </summary>
internal sealed class DebugInformationCache
{
    // Opened files are large, and a script that names many binaries looks at one after the other.
    private const int Capacity = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, DwarfFile?> _files = [];

    /// <summary>A binary's debug information; null when there is none, or when it could not be looked for, which <paramref name="problem"/> says.</summary>
    public DwarfFile? Find(string path, string? directories, out string? problem)
    {
        problem = null;
        try
        {
            var info = new FileInfo(path);
            var key = new Key(path, directories, info.LastWriteTimeUtc.Ticks, info.Exists ? info.Length : 0);
            lock (_lock)
            {
                if (!_files.TryGetValue(key, out DwarfFile? file))
                {
                    if (_files.Count >= Capacity)
                        _files.Clear();
                    _files.Add(key, file = DwarfFile.Open(path, directories));
                }

                return file;
            }
        }
        catch (LibDwNotFoundException e)
        {
            problem = e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"no debuginfo found for {path}: {e.Message}";
        }

        return null;
    }

    private sealed record Key(string Path, string? Directories, long Changed, long Length);
}
