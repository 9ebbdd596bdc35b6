using System.Collections.Concurrent;
using System.Globalization;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;
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
            using SafeFileHandle handle = RegularFile.Open(ElfArchive.FileOf(path));
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
                found.Add(new UserStaticProbe(note.Provider, note.Name, offset, semaphore, WithDistances(file, note)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return []; // no such file, or no binary: it has no probes
        }

        return [.. found];
    }

    /// <summary>
    /// An operand may name a symbol: <c>4@stock+8(%rip)</c>. It then is the symbol's place; what is kept is its distance from the probe, at which
    /// the instruction pointer is when the probe is hit.
    /// </summary>
    private static string WithDistances(ElfFile file, ElfUsdtNote note)
    {
        const string Relative = "(%rip)";
        if (!note.Arguments.Contains(Relative, StringComparison.Ordinal))
            return note.Arguments;
        string[] arguments = note.Arguments.Split(' ');
        for (int i = 0; i < arguments.Length; i++)
        {
            int at = arguments[i].IndexOf('@', StringComparison.Ordinal);
            if (at < 0 || !arguments[i].EndsWith(Relative, StringComparison.Ordinal))
                continue;
            string symbol = arguments[i][(at + 1)..^Relative.Length];
            int sign = symbol.AsSpan().LastIndexOfAny('+', '-');
            long addend = 0;
            if (sign > 0 && long.TryParse(symbol.AsSpan(sign), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out addend))
                symbol = symbol[..sign];
            if (file.TryFindSymbol(symbol, out ElfSymbol found) && found.IsDefined)
                arguments[i] = string.Create(CultureInfo.InvariantCulture, $"{arguments[i].AsSpan(0, at + 1)}{unchecked((long)(found.Address - note.Location)) + addend}{Relative}");
        }

        return string.Join(' ', arguments);
    }

    private sealed class Entry(long length, DateTime changed, UserStaticProbe[] probes)
    {
        public long Length => length;

        public DateTime Changed => changed;

        public UserStaticProbe[] Probes => probes;
    }
}
