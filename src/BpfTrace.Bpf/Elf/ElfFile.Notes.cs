using System.Buffers.Binary;
using System.Text;

namespace BpfTrace.Bpf.Elf;

/// <summary>The place of separate debug information (<c>.gnu_debuglink</c>).</summary>
/// <param name="FileName">The file's name, without a directory.</param>
/// <param name="Crc">The CRC-32 of its content.</param>
public readonly record struct ElfDebugLink(string FileName, uint Crc);

public sealed partial class ElfFile
{
    /// <summary>The build id in lower-case hexadecimal digits; null if the linker wrote none.</summary>
    public string? BuildId
    {
        get
        {
            foreach (ReadOnlyMemory<byte> notes in NoteAreas())
            {
                foreach ((string name, uint type, ReadOnlyMemory<byte> content) in Notes(notes))
                {
                    if (type == ElfConstants.NT_GNU_BUILD_ID && name == "GNU" && content.Length > 0)
                        return Convert.ToHexStringLower(content.Span);
                }
            }

            return null;
        }
    }

    /// <summary>Where the separate debug information is to be found; null if the file does not say.</summary>
    public ElfDebugLink? DebugLink
    {
        get
        {
            if (FindSection(".gnu_debuglink") is not { } section)
                return null;
            ReadOnlySpan<byte> data = ReadSection(section).Span;
            int end = data.IndexOf((byte)0);
            int crc = (end + 4) & ~3; // The name, its NUL, padding to four bytes, the checksum.
            return end > 0 && crc + 4 <= data.Length
                ? new ElfDebugLink(Encoding.UTF8.GetString(data[..end]), BinaryPrimitives.ReadUInt32LittleEndian(data[crc..]))
                : null;
        }
    }

    /// <summary>
    /// The statically defined probes (USDT) in the order of the file, one for every place in the code. Format:
    /// SystemTap's "UserSpaceProbeImplementation". A malformed record is left out.
    /// </summary>
    public IReadOnlyList<ElfUsdtNote> ReadUsdtNotes()
    {
        if (FindSection(".note.stapsdt") is not { Type: ElfConstants.SHT_NOTE } section)
            return [];
        ulong? actualBase = FindSection(".stapsdt.base")?.Address;
        List<ElfUsdtNote> probes = [];
        foreach ((string name, uint type, ReadOnlyMemory<byte> content) in Notes(ReadSection(section)))
        {
            if (name == "stapsdt" && type == ElfConstants.NT_STAPSDT && UsdtNote(content.Span, actualBase) is { } probe)
                probes.Add(probe);
        }

        return probes;
    }

    private ElfUsdtNote? UsdtNote(ReadOnlySpan<byte> content, ulong? actualBase)
    {
        int word = Is64Bit ? 8 : 4;
        if (content.Length < (3 * word) + 3)
            return null;
        ulong location = Word(content, 0, 0);
        ulong linkBase = Word(content, 4, 8);
        ulong semaphore = Word(content, 8, 16);

        ReadOnlySpan<byte> texts = content[(3 * word)..];
        int provider = texts.IndexOf((byte)0);
        int name = provider < 0 ? -1 : texts[(provider + 1)..].IndexOf((byte)0);
        if (name <= 0)
            return null;
        ReadOnlySpan<byte> arguments = texts[(provider + name + 2)..];
        int end = arguments.IndexOf((byte)0);

        // Prelinking moves a library without rewriting the notes; the section .stapsdt.base moved along tells how far.
        ulong moved = actualBase is { } actual && linkBase != 0 ? actual - linkBase : 0;
        return new ElfUsdtNote(
            Encoding.UTF8.GetString(texts[..provider]),
            Encoding.UTF8.GetString(texts.Slice(provider + 1, name)),
            location + moved,
            linkBase,
            semaphore == 0 ? 0 : semaphore + moved,
            Encoding.UTF8.GetString(end < 0 ? arguments : arguments[..end]));
    }

    private IEnumerable<ReadOnlyMemory<byte>> NoteAreas()
    {
        foreach (ElfSection section in Sections)
        {
            if (section.Type == ElfConstants.SHT_NOTE)
                yield return ReadSection(section);
        }

        if (Sections.Count > 0)
            yield break;
        foreach (ElfSegment segment in Segments)
        {
            if (segment.Type == ElfConstants.PT_NOTE)
                yield return _source.Read(segment.Offset, segment.FileSize, "note segment");
        }
    }

    private static IEnumerable<(string Name, uint Type, ReadOnlyMemory<byte> Content)> Notes(ReadOnlyMemory<byte> area)
    {
        int position = 0;
        while (area.Length - position >= 12)
        {
            uint nameLength = BinaryPrimitives.ReadUInt32LittleEndian(area.Span[position..]);
            uint contentLength = BinaryPrimitives.ReadUInt32LittleEndian(area.Span[(position + 4)..]);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(area.Span[(position + 8)..]);
            long content = position + 12 + (((long)nameLength + 3) & ~3L);
            if (content + contentLength > area.Length)
                yield break;
            ReadOnlySpan<byte> name = area.Span.Slice(position + 12, (int)nameLength);
            int end = name.IndexOf((byte)0);
            yield return (Encoding.UTF8.GetString(end < 0 ? name : name[..end]), type, area.Slice((int)content, (int)contentLength));
            position = (int)Math.Min(content + (((long)contentLength + 3) & ~3L), area.Length);
        }
    }
}
