using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace;

/// <summary>
/// Source lines and inlined functions of user stacks, where a file has debug information (<c>show_debug_info</c>; bpftrace <c>usyms.cpp</c>). A file's debug
/// information is looked for once.
/// </summary>
/// <param name="symbols">Finds the file an address is in.</param>
/// <param name="open">Opens a file's debug information; null when it has none.</param>
internal sealed class SourceFrames(UserSymbolizer symbols, Func<string, DwarfFile?> open)
{
    // Most stacks of a trace share their frames.
    private const int Capacity = 65536;

    // Opened files are large. A container's have another path for each process that is looked at.
    private const int FilesKept = 64;

    private readonly Dictionary<string, DwarfFile?> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<Place, IReadOnlyList<DwarfFrame>> _places = [];

    /// <summary>Adds the frames of one address: the functions inlined there, the innermost first, then the function itself.</summary>
    /// <param name="frames">Receives them.</param>
    /// <param name="frame">The function, as its symbol says.</param>
    /// <param name="processId">The process.</param>
    /// <param name="isReturn">True when the address is where a call returns to: the call is before it.</param>
    public void Add(List<StackFrame> frames, StackFrame frame, int processId, bool isReturn)
    {
        if (!symbols.TryLocate(processId, frame.Address, out string path, out ulong address))
        {
            frames.Add(frame);
            return;
        }

        if (!_files.TryGetValue(path, out DwarfFile? file))
        {
            if (_files.Count >= FilesKept)
                _files.Clear();
            _files.Add(path, file = open(path));
        }

        IReadOnlyList<DwarfFrame> found = file is null ? [] : Find(file, path, isReturn && address > 0 ? address - 1 : address);
        for (int i = 0; i < found.Count; i++)
        {
            StackFrame own = i == found.Count - 1 ? frame : new StackFrame(frame.Address, found[i].Function, 0, frame.Module) { IsInlined = true };
            frames.Add(own.Symbol is null ? own : own with { SourceFile = found[i].File, SourceLine = found[i].Line });
        }

        if (found.Count == 0)
            frames.Add(frame);
    }

    private IReadOnlyList<DwarfFrame> Find(DwarfFile file, string path, ulong address)
    {
        var place = new Place(path, address);
        if (_places.TryGetValue(place, out IReadOnlyList<DwarfFrame>? found))
            return found;
        if (_places.Count >= Capacity)
            _places.Clear();
        _places.Add(place, found = file.FindFrames(address));
        return found;
    }

    private sealed record Place(string Path, ulong Address);
}
