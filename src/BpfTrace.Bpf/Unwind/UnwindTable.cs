using BpfTrace.Bpf.Elf;

namespace BpfTrace.Bpf.Unwind;

/// <summary>
/// How to find the caller from any place of a program's or library's code, by its call frame information (<c>.eh_frame</c>, else <c>.debug_frame</c>): a table
/// for BPF programs, see <see cref="UnwindFormat"/>. Immutable. x86_64.
/// </summary>
public sealed class UnwindTable
{
    private const int EM_X86_64 = 62;
    private const ulong SHF_COMPRESSED = 0x800;

    private readonly IReadOnlyList<ElfSegment> _segments;
    private readonly ulong _base;

    private UnwindTable(IReadOnlyList<ElfSegment> segments, ulong baseAddress, ulong[] words, int rows, string? buildId)
    {
        _segments = segments;
        _base = baseAddress;
        Words = words;
        RowCount = rows;
        BuildId = buildId;
    }

    /// <summary>The table; see <see cref="UnwindFormat"/>.</summary>
    public ReadOnlyMemory<ulong> Words { get; }

    /// <summary>How many of the words are rows.</summary>
    public int RowCount { get; }

    /// <summary>How many functions are described.</summary>
    public int FunctionCount { get; private init; }

    /// <summary>Places whose rules are of kinds that are not known here; nothing is found from there.</summary>
    public int UnsupportedCount { get; private init; }

    /// <summary>Functions whose entries are damaged, or of kinds that are not known here; nothing is found from there.</summary>
    public int DamagedCount { get; private init; }

    /// <summary>The file's build id in lower-case hexadecimal digits; null if the linker wrote none.</summary>
    public string? BuildId { get; }

    /// <summary>Makes the table of a file.</summary>
    /// <exception cref="ElfFormatException">It has no call frame information, is of another machine, or so damaged that no function's can be read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static UnwindTable Read(ElfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Is64Bit || file.Machine != EM_X86_64)
            throw new ElfFormatException("Not a file of 64-bit x86.");
        ElfSection section = Find(file, ".eh_frame") ?? Find(file, ".debug_frame")
            ?? throw new ElfFormatException("It has neither .eh_frame nor .debug_frame.");
        ulong baseAddress = ulong.MaxValue;
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.IsLoaded)
                baseAddress = Math.Min(baseAddress, segment.Address);
        }

        if (baseAddress == ulong.MaxValue)
            throw new ElfFormatException("No part of it is loaded.");
        var builder = new UnwindTableBuilder();
        var reader = new CallFrameReader(file.ReadSection(section), section.Address, section.Name == ".debug_frame", baseAddress, builder);
        reader.Read();
        ulong[] words = builder.Build(out int rows);
        return new UnwindTable(file.Segments, baseAddress, words, rows, file.BuildId)
        {
            FunctionCount = reader.Functions,
            DamagedCount = reader.DamagedFunctions,
            UnsupportedCount = builder.UnsupportedRows,
        };
    }

    /// <summary>What to take off an address in a mapping of the file's code, to have it as the rows do.</summary>
    /// <param name="start">Where the mapping begins.</param>
    /// <param name="offset">Where it begins in the file.</param>
    /// <param name="bias">The difference, modulo 2^64.</param>
    /// <returns>False where no segment of the file is mapped like that.</returns>
    public bool TryGetBias(ulong start, ulong offset, out ulong bias)
    {
        foreach (ElfSegment segment in _segments)
        {
            // A segment is mapped in whole pages.
            ulong slack = segment.Offset & 4095;
            if (segment.IsLoaded && segment.IsExecutable
                && offset >= segment.Offset - slack && offset - (segment.Offset - slack) < segment.FileSize + slack)
            {
                bias = start - (offset - segment.Offset + segment.Address) + _base;
                return true;
            }
        }

        bias = 0;
        return false;
    }

    private static ElfSection? Find(ElfFile file, string name) =>
        file.FindSection(name) is { Size: > 0, Type: not ElfConstants.SHT_NOBITS } section && (section.Flags & SHF_COMPRESSED) == 0 ? section : null;
}
