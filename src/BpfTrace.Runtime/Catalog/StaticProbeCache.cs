using System.Collections.Concurrent;
using BpfTrace.Bpf.Elf;
using BpfTrace.Language.Probes;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace;

/// <summary>
/// The static probes of binaries, kept while a file has the same length and time of change: a pattern looks through all programs on PATH,
/// and most have none. Safe for concurrent use.
/// </summary>
internal sealed class StaticProbeCache
{
    private readonly ConcurrentDictionary<string, Entry> _files = new(StringComparer.Ordinal);

    /// <summary>A file's static probes in its order; none where it cannot be read or is no binary.</summary>
    public UserStaticProbe[] Get(string path)
    {
        long length;
        DateTime changed;
        try
        {
            // Of the open file: by name it would be the time of a link.
            string file = ElfArchive.FileOf(path);
            if (!File.Exists(file))
                return [];
            using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            (length, changed) = (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        if (_files.TryGetValue(path, out Entry? known) && known.Length == length && known.Changed == changed)
            return known.Probes;
        UserStaticProbe[] probes = Read(path);
        _files[path] = new Entry(length, changed, probes);
        return probes;
    }

    private static UserStaticProbe[] Read(string path)
    {
        var found = new List<UserStaticProbe>();
        try
        {
            using ElfFile file = ElfFile.Open(path);
            foreach (ElfUsdtNote note in file.ReadUsdtNotes())
            {
                if (!file.TryGetFileOffset(note.Location, out ulong offset))
                    continue;
                ulong semaphore = 0;
                if (note.Semaphore != 0)
                    file.TryGetFileOffset(note.Semaphore, out semaphore);
                found.Add(new UserStaticProbe(note.Provider, note.Name, offset, semaphore, note.Arguments));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return []; // no such file, or no binary: it has no probes
        }

        return [.. found];
    }

    private sealed class Entry(long length, DateTime changed, UserStaticProbe[] probes)
    {
        public long Length => length;

        public DateTime Changed => changed;

        public UserStaticProbe[] Probes => probes;
    }
}
