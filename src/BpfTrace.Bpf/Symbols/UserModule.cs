using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>A mapped file's symbols, and how its offsets become its addresses.</summary>
internal sealed class UserModule
{
    private readonly IReadOnlyList<ElfSegment> _segments;
    private readonly ElfSymbolTable _symbols;
    private readonly bool _demangle;
    private readonly Dictionary<int, string> _names = [];

    private UserModule(IReadOnlyList<ElfSegment> segments, ElfSymbolTable symbols, bool demangle)
    {
        _segments = segments;
        _symbols = symbols;
        _demangle = demangle;
    }

    /// <summary>A file that is no ELF file, or cannot be read.</summary>
    public static UserModule None { get; } = new([], ElfSymbolTable.Empty, false);

    /// <summary>What it takes in memory, in bytes.</summary>
    public long Size => _symbols.Size;

    /// <summary>Reads a file's symbols and, where it is stripped, those of its separate debug file or of its <c>.gnu_debugdata</c>.</summary>
    /// <param name="file">The file, opened.</param>
    /// <param name="path">Its path inside of the root.</param>
    /// <param name="root">The root in which the debug file is looked for.</param>
    /// <param name="demangle">Whether names are made readable.</param>
    /// <param name="directories">Further directories in which it is looked for, separated by colons.</param>
    public static UserModule Read(ElfFile file, string path, string root, bool demangle, string? directories = null)
    {
        using (ElfFile? debug = ElfDebugFile.OpenSymbols(file, path, root, directories))
            return new UserModule(file.Segments, ElfSymbolTable.Read(file, debug), demangle);
    }

    /// <summary>The address in the file of an address in memory; false if no segment maps it.</summary>
    public bool TryGetFileAddress(ProcessMapping mapping, ulong address, out ulong fileAddress)
    {
        ulong offset = address - mapping.Start + mapping.Offset;
        if (SegmentAt(offset, mapping.IsExecutable) is { } segment)
        {
            fileAddress = offset - segment.Offset + segment.Address;
            return true;
        }

        fileAddress = offset;
        return false;
    }

    /// <summary>The address in the file of an address in memory that is not code, by a mapping of the file's code.</summary>
    public bool TryGetDataAddress(ProcessMapping code, ulong address, out ulong fileAddress)
    {
        fileAddress = 0;
        if (SegmentAt(code.Offset, isExecutable: true) is not { } executable)
            return false;
        fileAddress = address - (code.Start - (code.Offset - executable.Offset + executable.Address));
        foreach (ElfSegment segment in _segments)
        {
            if (segment.IsLoaded && !segment.IsExecutable && fileAddress >= segment.Address && fileAddress - segment.Address < segment.MemorySize)
                return true;
        }

        return false;
    }

    /// <summary>The symbol at an address in the file, by its readable name. Not for two threads at once.</summary>
    public bool TryFind(ulong fileAddress, out string name, out ulong offset)
    {
        int index = _symbols.FindIndex(fileAddress);
        if (index < 0)
        {
            (name, offset) = ("", 0);
            return false;
        }

        // Names are asked for again and again, and take longer to be made readable than to be found.
        if (!_names.TryGetValue(index, out name!))
        {
            name = _symbols.NameAt(index);
            if (_demangle)
                name = RustDemangler.TryDemangle(name) ?? CxxDemangler.Demangle(name);
            _names.Add(index, name);
        }

        offset = fileAddress - _symbols.AddressAt(index);
        return true;
    }

    private ElfSegment? SegmentAt(ulong offset, bool isExecutable)
    {
        foreach (ElfSegment segment in _segments)
        {
            // A segment is mapped in whole pages: what lies before its start in the first page belongs to it as well.
            ulong slack = segment.Offset & 4095;
            if (segment.IsLoaded && segment.IsExecutable == isExecutable
                && offset >= segment.Offset - slack && offset - (segment.Offset - slack) < segment.MemorySize + slack)
            {
                return segment;
            }
        }

        return null;
    }
}
