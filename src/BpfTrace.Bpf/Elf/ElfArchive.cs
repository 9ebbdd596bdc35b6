using System.Buffers.Binary;
using System.Text;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Elf;

/// <summary>
/// Binaries inside of zip archives that are executed from there (Android's APKs, and what is packed like them): <c>ARCHIVE!/ENTRY</c>. Only an entry
/// that is not compressed can be mapped, and so probed (APPNOTE.TXT of PKWARE, 4.3).
/// </summary>
public static class ElfArchive
{
    private const uint EndOfDirectory = 0x06054b50;
    private const uint DirectoryEntry = 0x02014b50;
    private const uint LocalHeader = 0x04034b50;
    private const int EndSize = 22;
    private const int LargestComment = ushort.MaxValue;

    /// <summary>The file that a path is in: the archive's of an entry, else the path itself.</summary>
    public static string FileOf(string path) => TrySplit(path, out string archive, out _) ? archive : path;

    /// <summary>Whether a path names an entry of an existing archive, rather than a file.</summary>
    internal static bool TrySplit(string path, out string archive, out string entry)
    {
        int mark = path.IndexOf("!/", StringComparison.Ordinal);
        archive = mark > 0 ? path[..mark] : "";
        entry = mark > 0 ? path[(mark + 2)..] : "";
        return mark > 0 && !File.Exists(path) && File.Exists(archive);
    }

    /// <summary>An entry's bytes, and where in the archive they begin.</summary>
    /// <exception cref="ElfFormatException">There is no such entry, it is compressed, or the archive is malformed.</exception>
    internal static (ReadOnlyMemory<byte> Content, ulong Start) Read(string archive, string entry)
    {
        using var source = new ElfSource(RegularFile.Open(archive));
        ReadOnlySpan<byte> directory = ReadDirectory(source);
        byte[] name = Encoding.UTF8.GetBytes(entry);
        while (directory.Length >= 46 && BinaryPrimitives.ReadUInt32LittleEndian(directory) == DirectoryEntry)
        {
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            int length = 46 + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            if (length > directory.Length)
                break;
            if (directory.Slice(46, nameLength).SequenceEqual(name))
            {
                if (BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]) != 0)
                    throw new ElfFormatException($"{entry} is compressed in {archive}: it cannot be executed from there.");
                uint size = BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]);
                ulong header = BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]);
                ReadOnlySpan<byte> local = source.Read(header, 30, "local header").Span;
                if (BinaryPrimitives.ReadUInt32LittleEndian(local) != LocalHeader)
                    throw new ElfFormatException($"{archive} is malformed.");
                ulong start = header + 30 + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
                return (source.Read(start, size, entry), start);
            }

            directory = directory[length..];
        }

        throw new ElfFormatException($"{archive} has no entry {entry}.");
    }

    private static ReadOnlySpan<byte> ReadDirectory(ElfSource source)
    {
        long tail = Math.Min(source.Length, EndSize + LargestComment);
        ReadOnlySpan<byte> end = source.Read((ulong)(source.Length - tail), (ulong)tail, "archive's end").Span;
        for (int at = end.Length - EndSize; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(end[at..]) == EndOfDirectory)
            {
                uint size = BinaryPrimitives.ReadUInt32LittleEndian(end[(at + 12)..]);
                return source.Read(BinaryPrimitives.ReadUInt32LittleEndian(end[(at + 16)..]), size, "archive's directory").Span;
            }
        }

        throw new ElfFormatException("Not a zip archive.");
    }
}
