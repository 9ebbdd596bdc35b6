using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>What an instruction comes from.</summary>
/// <param name="Function">The function; of all frames but the last one that was inlined into the next. Empty where it is not known.</param>
/// <param name="File">The source file, with its directory as the compiler was given it; null when not known.</param>
/// <param name="Line">The line in <paramref name="File"/>; 0 when not known.</param>
public sealed record DwarfFrame(string Function, string? File, int Line);

/// <summary>A source line was not found, or its file's name says too little. The message is bpftrace's.</summary>
public sealed class DwarfLineException(string message) : Exception(message);

/// <content>Source lines.</content>
public sealed partial class DwarfFile
{
    /// <summary>
    /// Where the code of a source line starts: one address for each function that the line is in (an instance of a template, a function inlined somewhere).
    /// </summary>
    /// <param name="file">The file: its path, or the end of it (<c>main.c</c>, <c>src/main.c</c>).</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1; 0 for any.</param>
    /// <returns>Addresses as in the binary's symbol table, in ascending order; never empty.</returns>
    /// <exception cref="DwarfLineException">There is no such file or line, or the file's name fits several.</exception>
    public IReadOnlyList<ulong> FindLine(string file, int line, int column = 0)
    {
        lock (Lock)
        {
            string? path = null;
            var found = new SortedDictionary<(int Unit, nint Scope), ulong>();
            DwarfUnit[] units = Units();
            for (int i = 0; i < units.Length; i++)
            {
                bool hasFile = false;
                foreach (string source in SourceFiles(units[i].Skeleton))
                {
                    if (!EndsWithPath(source, file))
                        continue;
                    path ??= source;
                    if (source != path)
                        throw new DwarfLineException($"DWARF error: Ambiguous source path, matches multiple files: {path}, {source}");
                    hasFile = true;
                }

                if (hasFile && !Collect(units[i], i, path!, line, column, statementsOnly: true, found))
                    Collect(units[i], i, path!, line, column, statementsOnly: false, found);
            }

            if (path is null)
                throw new DwarfLineException("DWARF error: No compilation unit matches " + file);
            if (found.Count == 0)
                throw new DwarfLineException($"DWARF error: Unable to map '{file}:{line}{(column > 0 ? ":" + column : "")}' to address");
            return [.. found.Values.Distinct().Order()];
        }
    }

    /// <summary>The functions an instruction belongs to, the innermost inlined one first; the last is the one with an address. Empty when not known.</summary>
    /// <param name="address">The instruction's address in the binary's symbol table.</param>
    public IReadOnlyList<DwarfFrame> FindFrames(ulong address)
    {
        lock (Lock)
        {
            // A file of thousands of units has a table of their addresses as a rule: without it every unit would have to be looked at first.
            if (UnitByTable(address) is { } listed && FramesIn(listed, address) is { } frames)
                return frames;
            foreach (int number in Places().At(address))
            {
                if (FramesIn(Units()[number], address) is { } found)
                    return found;
            }
        }

        return [];
    }

    /// <summary>The unit an address is in, by the table of addresses (<c>.debug_aranges</c>); null where there is none, or not this address in it.</summary>
    private unsafe DwarfUnit? UnitByTable(ulong address)
    {
        ulong bias;
        Dwarf_Die die;
        if (LibDw.dwarf_addrdie(LibDw.dwfl_module_getdwarf(Module, &bias), address, &die) == null)
            return null;
        if (!_unitsByTable.TryGetValue(die.addr, out DwarfUnit? unit))
            _unitsByTable.Add(die.addr, unit = OpenUnit(die));
        return unit;
    }

    private static unsafe List<DwarfFrame>? FramesIn(DwarfUnit unit, ulong address)
    {
        Dwarf_Die skeleton = unit.Skeleton;
        nint row = LibDw.dwarf_getsrc_die(&skeleton, address);
        if (row == 0)
            return null;
        int line = 0;
        string? file = LibDw.dwarf_lineno(row, &line) == 0 ? PathOf(row) : null;
        return FramesOf(unit, address, file, line);
    }

    private static unsafe List<DwarfFrame> FramesOf(DwarfUnit unit, ulong address, string? file, int line)
    {
        var frames = new List<DwarfFrame>();
        Dwarf_Die die = unit.Die;
        Dwarf_Die* innermost = null;
        Dwarf_Die* scopes = null;
        try
        {
            // The scopes of an address end at an inlined function and go on with where that is defined: where it was inlined is asked for by the entry.
            int count = !unit.IsForeign && LibDw.dwarf_getscopes(&die, address, &innermost) > 0 ? LibDw.dwarf_getscopes_die(innermost, &scopes) : 0;
            for (int i = 0; i < count; i++)
            {
                int tag = DieReader.Tag(scopes[i]);
                if (tag is not (DwarfConstants.DW_TAG_inlined_subroutine or DwarfConstants.DW_TAG_subprogram))
                    continue;
                frames.Add(new DwarfFrame(DieReader.Name(scopes[i]), file, line));
                if (tag == DwarfConstants.DW_TAG_subprogram)
                    break;

                // The caller's line is where the inlined call stands.
                line = DieReader.TryUnsigned(scopes[i], DwarfConstants.DW_AT_call_line, out ulong call) ? (int)call : 0;
                file = DieReader.TryUnsigned(scopes[i], DwarfConstants.DW_AT_call_file, out ulong index) ? SourceFile(die, index) : null;
            }
        }
        finally
        {
            NativeMemory.Free(innermost);
            NativeMemory.Free(scopes);
        }

        if (frames.Count == 0)
            frames.Add(new DwarfFrame("", file, line));
        return frames;
    }

    /// <summary>Adds where a unit has the line: in each function the first place.</summary>
    private static unsafe bool Collect(
        DwarfUnit unit, int unitNumber, string path, int line, int column, bool statementsOnly, SortedDictionary<(int Unit, nint Scope), ulong> found)
    {
        Dwarf_Die skeleton = unit.Skeleton;
        nint lines;
        nuint count;
        if (LibDw.dwarf_getsrclines(&skeleton, &lines, &count) != 0)
            return false;
        bool any = false;
        for (nuint i = 0; i < count; i++)
        {
            nint row = LibDw.dwarf_onesrcline(lines, i);
            int rowLine, rowColumn;
            ulong address;
            byte isEnd, isStatement;
            if (row == 0 || LibDw.dwarf_lineno(row, &rowLine) != 0 || rowLine != line
                || LibDw.dwarf_lineendsequence(row, &isEnd) != 0 || isEnd != 0
                || (statementsOnly && (LibDw.dwarf_linebeginstatement(row, &isStatement) != 0 || isStatement == 0))
                || (column > 0 && (LibDw.dwarf_linecol(row, &rowColumn) != 0 || rowColumn != column))
                || LibDw.dwarf_lineaddr(row, &address) != 0 || PathOf(row) != path)
            {
                continue;
            }

            any = true;
            (int, nint) scope = (unitNumber, unit.IsForeign ? 0 : FunctionAt(unit, address));
            if (!found.TryGetValue(scope, out ulong first) || address < first)
                found[scope] = address;
        }

        return any;
    }

    /// <summary>Tells functions and their inlined instances apart.</summary>
    private static unsafe nint FunctionAt(DwarfUnit unit, ulong address)
    {
        Dwarf_Die die = unit.Die;
        Dwarf_Die* scopes = null;
        int count = LibDw.dwarf_getscopes(&die, address, &scopes);
        try
        {
            for (int i = 0; i < count; i++)
            {
                if (DieReader.Tag(scopes[i]) is DwarfConstants.DW_TAG_inlined_subroutine or DwarfConstants.DW_TAG_subprogram)
                    return scopes[i].addr;
            }
        }
        finally
        {
            NativeMemory.Free(scopes);
        }

        return 0;
    }

    private static unsafe List<string> SourceFiles(Dwarf_Die unit)
    {
        var paths = new List<string>();
        nint files;
        nuint count;
        if (LibDw.dwarf_getsrcfiles(&unit, &files, &count) != 0)
            return paths;
        for (nuint i = 0; i < count; i++)
        {
            byte* path = LibDw.dwarf_filesrc(files, i, null, null);
            if (path != null)
                paths.Add(DieReader.Text(path));
        }

        return paths;
    }

    private static unsafe string? SourceFile(Dwarf_Die unit, ulong index)
    {
        nint files;
        nuint count;
        if (LibDw.dwarf_getsrcfiles(&unit, &files, &count) != 0 || index >= count)
            return null;
        byte* path = LibDw.dwarf_filesrc(files, (nuint)index, null, null);
        return path == null ? null : DieReader.Text(path);
    }

    private static unsafe string? PathOf(nint row)
    {
        byte* path = LibDw.dwarf_linesrc(row, null, null);
        return path == null ? null : DieReader.Text(path);
    }

    /// <summary>Whether a path ends with another, by whole names.</summary>
    internal static bool EndsWithPath(string path, string end)
    {
        if (end.Length == 0 || !path.EndsWith(end, StringComparison.Ordinal))
            return false;
        return path.Length == end.Length || (end[0] != '/' && path[path.Length - end.Length - 1] == '/');
    }
}
