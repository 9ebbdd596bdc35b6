using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Elf;

/// <summary>Finds the separate debug file of a stripped binary, where gdb looks for it: by build id, then by debug link.</summary>
public static class ElfDebugFile
{
    private const string GlobalDirectory = "/usr/lib/debug";

    /// <summary>The path of the debug file, or null if there is none that belongs to the binary.</summary>
    /// <param name="file">The binary.</param>
    /// <param name="path">Its path inside of <paramref name="root"/>.</param>
    /// <param name="root">What the binary's process sees as <c>/</c>, as <c>/proc/1/root</c>; empty for our own.</param>
    /// <param name="directories">Further directories of ours to look in first, separated by colons; null for none.</param>
    public static string? Find(ElfFile file, string path, string root = "", string? directories = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        string[] ours = directories?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (file.BuildId is { Length: > 2 } id)
        {
            foreach (string start in (string[])[.. ours, root + GlobalDirectory])
            {
                string byId = $"{start}/.build-id/{id[..2]}/{id[2..]}.debug";
                if (File.Exists(byId))
                    return byId;
            }
        }

        if (file.DebugLink is not { } link || link.FileName.Contains('/'))
            return null;
        string directory = Path.GetDirectoryName(path) ?? "/";
        string[] candidates =
        [
            .. ours.SelectMany(d => new[] { $"{d}{directory}/{link.FileName}", $"{d}/{link.FileName}" }),
            $"{root}{directory}/{link.FileName}", $"{root}{directory}/.debug/{link.FileName}", $"{root}{GlobalDirectory}{directory}/{link.FileName}",
        ];
        return Array.Find(candidates, candidate => candidate != root + path && RegularFile.Exists(candidate) && Crc32(candidate) == link.Crc);
    }

    /// <summary>
    /// The symbols a stripped binary was parted from: its separate debug file, else the small symbol table it carries itself, packed
    /// (<c>.gnu_debugdata</c>, "MiniDebugInfo", the functions that are not exported). Null where there is none, or the binary has its own.
    /// </summary>
    /// <param name="file">The binary.</param>
    /// <param name="path">Its path inside of <paramref name="root"/>.</param>
    /// <param name="root">As for <see cref="Find"/>.</param>
    /// <param name="directories">As for <see cref="Find"/>.</param>
    public static ElfFile? OpenSymbols(ElfFile file, string path, string root = "", string? directories = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.FindSection(".symtab") is not null)
            return null;
        try
        {
            if (Find(file, path, root, directories) is { } debugPath)
                return ElfFile.Open(debugPath);
            return file.FindSection(".gnu_debugdata") is { } packed && Lzma.TryDecode(file.ReadSection(packed).Span) is { } data ? ElfFile.Parse(data) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return null; // The binary's own symbols are still there.
        }
    }

    /// <summary>The checksum of a debug link: CRC-32 as in zip (polynomial 0xEDB88320).</summary>
    internal static uint Crc32(string path)
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1;
            table[i] = value;
        }

        uint crc = uint.MaxValue;
        byte[] buffer = new byte[1 << 16];
        using SafeFileHandle file = RegularFile.Open(path);
        long offset = 0;
        for (int read; (read = RandomAccess.Read(file, buffer, offset)) > 0; offset += read)
        {
            foreach (byte b in buffer.AsSpan(0, read))
                crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }
}
