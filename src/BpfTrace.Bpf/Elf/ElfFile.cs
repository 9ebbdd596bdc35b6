using System.Buffers.Binary;
using System.Text;
using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Elf;

/// <summary>
/// An ELF file, little-endian, of 64 or 32 bits. Opening reads the headers; sections, symbols and notes are read when asked
/// for. Any malformed part gives an <see cref="ElfFormatException"/>. Safe for concurrent readers.
/// </summary>
public sealed partial class ElfFile : IDisposable
{
    private readonly ElfSource _source;

    private ElfFile(ElfSource source)
    {
        _source = source;
        ReadOnlySpan<byte> header = source.Read(0, (ulong)Math.Min(64, source.Length), "ELF header").Span;
        if (header.Length < 52 || !header.StartsWith("\u007fELF"u8))
            throw new ElfFormatException("Not an ELF file.");
        Is64Bit = header[4] switch
        {
            1 => false,
            2 when header.Length >= 64 => true,
            _ => throw new ElfFormatException($"ELF class {header[4]} is not known."),
        };
        if (header[5] != 1)
            throw new ElfFormatException("ELF files of the other byte order are not supported.");

        Type = (ElfType)BinaryPrimitives.ReadUInt16LittleEndian(header[16..]);
        Machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        EntryPoint = Word(header, 24, 24);
        ulong segmentTable = Word(header, 28, 32);
        ulong sectionTable = Word(header, 32, 40);
        int counts = Is64Bit ? 54 : 42;
        ushort segmentSize = BinaryPrimitives.ReadUInt16LittleEndian(header[counts..]);
        uint segmentCount = BinaryPrimitives.ReadUInt16LittleEndian(header[(counts + 2)..]);
        ushort sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(header[(counts + 4)..]);
        uint sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(header[(counts + 6)..]);
        uint namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(header[(counts + 8)..]);

        Sections = ReadSections(sectionTable, sectionSize, sectionCount, namesIndex, ref segmentCount);
        Segments = ReadSegments(segmentTable, segmentSize, segmentCount);
    }

    /// <summary>Whether the file is of the 64-bit class.</summary>
    public bool Is64Bit { get; }

    /// <summary>Its length in bytes.</summary>
    internal long Length => _source.Length;

    /// <summary>What the file is for.</summary>
    public ElfType Type { get; }

    /// <summary>The processor (<c>EM_*</c>): 62 is x86_64, 183 arm64, 247 BPF.</summary>
    public int Machine { get; }

    /// <summary>The virtual address at which the program starts; 0 if there is none.</summary>
    public ulong EntryPoint { get; }

    /// <summary>The sections, by index; none in a stripped-of-headers file.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>The segments in the order of the file.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>Where the file begins in the one that it is a part of, in bytes: 0 but in an archive.</summary>
    public ulong Start { get; private init; }

    /// <summary>Opens a file, or an entry of an archive (<see cref="ElfArchive"/>).</summary>
    /// <exception cref="ElfFormatException">It is not ELF.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ElfFile Open(string path)
    {
        if (ElfArchive.TrySplit(path, out string archive, out string entry))
        {
            (ReadOnlyMemory<byte> content, ulong start) = ElfArchive.Read(archive, entry);
            return new ElfFile(new ElfSource(content)) { Start = start };
        }

        // One look: by its process's root a file can go at any time, and is then not found, rather than of the wrong kind.
        if (RegularFile.IsSpecial(path))
            throw new ElfFormatException($"'{path}' is no regular file.");
        SafeFileHandle handle = RegularFile.Open(path);
        try
        {
            return new ElfFile(new ElfSource(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>What an ELF file is for, by its first bytes; false for other files and those that cannot be read.</summary>
    public static bool TryReadType(string path, out ElfType type)
    {
        type = default;
        try
        {
            if (ElfArchive.TrySplit(path, out _, out _))
            {
                using ElfFile entry = Open(path);
                type = entry.Type;
                return true;
            }

            if (!RegularFile.Exists(path))
                return false;
            using SafeFileHandle handle = RegularFile.Open(path);
            Span<byte> head = stackalloc byte[18];
            if (RandomAccess.Read(handle, head, 0) < head.Length || !head.StartsWith("\u007fELF"u8) || head[5] != 1)
                return false;
            type = (ElfType)BinaryPrimitives.ReadUInt16LittleEndian(head[16..]);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return false;
        }
    }

    /// <summary>Reads a file that is in memory; the memory must stay unchanged.</summary>
    /// <exception cref="ElfFormatException">It is not ELF.</exception>
    public static ElfFile Parse(ReadOnlyMemory<byte> data) => new(new ElfSource(data));

    /// <summary>The first section with a name; null if there is none.</summary>
    public ElfSection? FindSection(string name)
    {
        foreach (ElfSection section in Sections)
        {
            if (section.Name == name)
                return section;
        }

        return null;
    }

    /// <summary>The content of a section; empty for one that takes no room in the file (<c>.bss</c>).</summary>
    public ReadOnlyMemory<byte> ReadSection(ElfSection section)
        => section.Type == ElfConstants.SHT_NOBITS ? default : _source.Read(section.Offset, section.Size, $"section {section.Name}");

    /// <summary>Turns a virtual address into an offset in the file, of an archive's entry in the archive, by the loaded segments.</summary>
    /// <returns>Whether the address lies in a part of a segment that comes from the file.</returns>
    public bool TryGetFileOffset(ulong address, out ulong offset)
    {
        foreach (ElfSegment segment in Segments)
        {
            if (segment.IsLoaded && address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                offset = address - segment.Address + segment.Offset + Start;
                return true;
            }
        }

        offset = 0;
        return false;
    }

    /// <summary>Turns an offset in the file into a virtual address by the loaded segments, executable ones first.</summary>
    public bool TryGetAddress(ulong offset, out ulong address)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (ElfSegment segment in Segments)
            {
                if (segment.IsLoaded && segment.IsExecutable == (pass == 0) && offset >= segment.Offset && offset - segment.Offset < segment.FileSize)
                {
                    address = offset - segment.Offset + segment.Address;
                    return true;
                }
            }
        }

        address = 0;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static string NameAt(ReadOnlySpan<byte> strings, uint offset)
    {
        if (offset >= (uint)strings.Length)
            return "";
        ReadOnlySpan<byte> rest = strings[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    /// <summary>A 4-byte word of the 32-bit layout or an 8-byte one of the 64-bit layout.</summary>
    private ulong Word(ReadOnlySpan<byte> data, int offset32, int offset64)
        => Is64Bit ? BinaryPrimitives.ReadUInt64LittleEndian(data[offset64..]) : BinaryPrimitives.ReadUInt32LittleEndian(data[offset32..]);

    private ElfSection[] ReadSections(ulong table, ushort entrySize, uint count, uint namesIndex, ref uint segmentCount)
    {
        int expected = Is64Bit ? 64 : 40;
        if (table == 0 || (count != 0 && entrySize < expected))
            return [];
        if (count == 0 || namesIndex == ElfConstants.SHN_XINDEX || segmentCount == ElfConstants.PN_XNUM)
        {
            // Numbers too large for the header stand in the first section's header (gabi, "Sections").
            ReadOnlySpan<byte> first = _source.Read(table, (ulong)expected, "first section header").Span;
            if (count == 0)
                count = (uint)Math.Min(Word(first, 20, 32), uint.MaxValue);
            if (namesIndex == ElfConstants.SHN_XINDEX)
                namesIndex = BinaryPrimitives.ReadUInt32LittleEndian(first[(Is64Bit ? 40 : 24)..]);
            if (segmentCount == ElfConstants.PN_XNUM)
                segmentCount = BinaryPrimitives.ReadUInt32LittleEndian(first[(Is64Bit ? 44 : 28)..]);
            entrySize = Math.Max(entrySize, (ushort)expected);
        }

        ReadOnlySpan<byte> headers = _source.Read(table, (ulong)entrySize * count, "section table").Span;
        ElfSection[] sections = new ElfSection[count];
        ReadOnlySpan<byte> names = default;
        if (namesIndex < count)
        {
            ElfSection table0 = Section(headers[((int)namesIndex * entrySize)..], (int)namesIndex, default);
            names = ReadSection(table0).Span;
        }

        for (int i = 0; i < sections.Length; i++)
            sections[i] = Section(headers[(i * entrySize)..], i, names);
        return sections;
    }

    private ElfSection Section(ReadOnlySpan<byte> h, int index, ReadOnlySpan<byte> names) => new(
        index,
        NameAt(names, BinaryPrimitives.ReadUInt32LittleEndian(h)),
        BinaryPrimitives.ReadUInt32LittleEndian(h[4..]),
        Word(h, 8, 8),
        Word(h, 12, 16),
        Word(h, 16, 24),
        Word(h, 20, 32),
        BinaryPrimitives.ReadUInt32LittleEndian(h[(Is64Bit ? 40 : 24)..]),
        BinaryPrimitives.ReadUInt32LittleEndian(h[(Is64Bit ? 44 : 28)..]),
        Word(h, 36, 56));

    private ElfSegment[] ReadSegments(ulong table, ushort entrySize, uint count)
    {
        if (table == 0 || count == 0)
            return [];
        if (entrySize < (Is64Bit ? 56 : 32))
            throw new ElfFormatException($"Program headers of {entrySize} bytes.");
        ReadOnlySpan<byte> headers = _source.Read(table, (ulong)entrySize * count, "segment table").Span;
        ElfSegment[] segments = new ElfSegment[count];
        for (int i = 0; i < segments.Length; i++)
        {
            ReadOnlySpan<byte> h = headers[(i * entrySize)..];
            segments[i] = new ElfSegment(
                BinaryPrimitives.ReadUInt32LittleEndian(h),
                BinaryPrimitives.ReadUInt32LittleEndian(h[(Is64Bit ? 4 : 24)..]),
                Word(h, 4, 8),
                Word(h, 8, 16),
                Word(h, 16, 32),
                Word(h, 20, 40));
        }

        return segments;
    }
}
