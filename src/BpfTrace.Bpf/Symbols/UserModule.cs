using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>A mapped file's symbols, and how its offsets become its addresses.</summary>
internal sealed class UserModule
{
    private readonly IReadOnlyList<ElfSegment> _segments;
    private readonly ElfSymbolTable _symbols;

    private UserModule(IReadOnlyList<ElfSegment> segments, ElfSymbolTable symbols)
    {
        _segments = segments;
        _symbols = symbols;
    }

    /// <summary>A file that is no ELF file, or cannot be read.</summary>
    public static UserModule None { get; } = new([], ElfSymbolTable.Empty);

    /// <summary>Reads a file's symbols and, where it is stripped, those of its separate debug file or of its <c>.gnu_debugdata</c>.</summary>
    /// <param name="file">The file, opened.</param>
    /// <param name="path">Its path inside of the root.</param>
    /// <param name="root">The root in which the debug file is looked for.</param>
    public static UserModule Read(ElfFile file, string path, string root)
    {
        using (ElfFile? debug = ElfDebugFile.OpenSymbols(file, path, root))
            return new UserModule(file.Segments, ElfSymbolTable.Read(file, debug));
    }

    /// <summary>The address in the file of an address in memory; false if no segment maps it.</summary>
    public bool TryGetFileAddress(ProcessMapping mapping, ulong address, out ulong fileAddress)
    {
        ulong offset = address - mapping.Start + mapping.Offset;
        foreach (ElfSegment segment in _segments)
        {
            // A segment is mapped in whole pages: what lies before its start in the first page belongs to it as well.
            ulong slack = segment.Offset & 4095;
            if (segment.IsLoaded && segment.IsExecutable == mapping.IsExecutable
                && offset >= segment.Offset - slack && offset - (segment.Offset - slack) < segment.MemorySize + slack)
            {
                fileAddress = offset - segment.Offset + segment.Address;
                return true;
            }
        }

        fileAddress = offset;
        return false;
    }

    public bool TryFind(ulong fileAddress, out ElfSymbol symbol) => _symbols.TryFind(fileAddress, out symbol);
}
