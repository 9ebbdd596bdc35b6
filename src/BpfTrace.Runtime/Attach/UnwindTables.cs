using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Unwind;
using BpfTrace.Compiler;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>
/// The maps that <c>dw_ustack</c> finds its way by: which files a process has mapped where, and the table of each file, read once for all processes. What cannot be
/// read is a warning, and a stack ends there.
/// </summary>
internal sealed class UnwindTables
{
    private const int BPF_STACK_BUILD_ID_VALID = 1;

    private readonly BpfCollection _collection;
    private readonly List<Diagnostic> _warnings;
    private readonly Dictionary<string, FileTable> _files = new(StringComparer.Ordinal);
    private uint _fileCount;

    /// <param name="collection">The program's maps.</param>
    /// <param name="warnings">Where to say what cannot be read.</param>
    public UnwindTables(BpfCollection collection, List<Diagnostic> warnings)
    {
        _collection = collection;
        _warnings = warnings;

        // The map that was there from the start is no process: that of pid 0 is the kernel's own, and of other pid namespaces.
        collection.GetMap(KernelMaps.UnwindProcesses).Delete([0, 0, 0, 0]);
    }

    /// <summary>Whether a script's programs use the tables.</summary>
    public static bool AreUsed(CollectionSpec spec)
    {
        foreach (MapSpec map in spec.Maps)
        {
            if (map.Name == KernelMaps.UnwindProcesses)
                return true;
        }

        return false;
    }

    /// <summary>Reads what a process has mapped by now, in the place of what was known of it.</summary>
    /// <exception cref="TraceStartException">There is no such process, it may not be looked at, or the kernel has no room.</exception>
    public void Add(int pid)
    {
        try
        {
            IReadOnlyList<ProcessMapping> mappings = ProcessMaps.Read(pid).Mappings;
            var entries = new List<byte[]>();
            foreach (ProcessMapping mapping in mappings)
            {
                if (mapping.IsExecutable && TableOf(pid, mapping) is { Table: { } table } file && Entry(mapping, table, file.Number) is { } entry)
                    entries.Add(entry);
            }

            Put(pid, entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BpfException)
        {
            string reason = e is DirectoryNotFoundException ? "No such process" : e.Message;
            throw LoadDiagnostics.Exception(
                e is BpfException ? SessionDiagnosticIds.LoadFailed : SessionDiagnosticIds.NoSuchProcess, $"Failed to build unwind tables for pid {pid}: {reason}", _warnings);
        }
    }

    /// <summary>An element for a mapping; its layout is <see cref="KernelMaps.UnwindMappings"/>'s.</summary>
    private static byte[]? Entry(ProcessMapping mapping, UnwindTable table, uint number)
    {
        const int IdSize = 20;
        if (table.RowCount == 0 || !table.TryGetBias(mapping.Start, mapping.Offset, out ulong bias))
            return null;
        var entry = new byte[KernelMaps.UnwindMappingSize];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, mapping.Start);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), mapping.End);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(16), bias);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(24), number);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(28), table.RowCount);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(32), mapping.Start - mapping.Offset);
        if (table.BuildId is { Length: <= IdSize * 2 } id)
        {
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(40), BPF_STACK_BUILD_ID_VALID);
            Convert.FromHexString(id).CopyTo(entry.AsSpan(44));
        }

        return entry;
    }

    private void Put(int pid, List<byte[]> entries)
    {
        MapSpec spec = _collection.GetMap(KernelMaps.UnwindMappings).Spec with { MaxEntries = (uint)entries.Count + 1 };
        using BpfMap map = BpfMap.Create(spec);
        using (MappedMap memory = map.Map())
        {
            Span<byte> bytes = memory.Bytes;
            BinaryPrimitives.WriteInt64LittleEndian(bytes, entries.Count);
            for (int i = 0; i < entries.Count; i++)
                entries[i].CopyTo(bytes[((i + 1) * KernelMaps.UnwindMappingSize)..]);
        }

        _collection.GetMap(KernelMaps.UnwindProcesses).Put((uint)pid, map);
    }

    private FileTable? TableOf(int pid, ProcessMapping mapping)
    {
        bool isVdso = mapping.Path == "[vdso]";
        if (!isVdso && !mapping.IsFile)
            return null; // what a JIT compiler made

        // A process of 32 bits has another one.
        string key = isVdso ? mapping.End > uint.MaxValue ? mapping.Path : mapping.Path + "32" : string.Create(CultureInfo.InvariantCulture, $"{mapping.Device:x}:{mapping.Inode}");
        if (_files.TryGetValue(key, out FileTable? known))
            return known;
        UnwindTable? table = null;
        try
        {
            using ElfFile file = isVdso ? ReadVdso(pid, mapping) : Open(pid, mapping);
            table = UnwindTable.Read(file);
            Load(++_fileCount, table);
            if (table.DamagedCount > 0)
                _warnings.Add(SessionDiagnostics.DamagedUnwindTable(mapping.Path, table.DamagedCount));
        }
        catch (Exception e) when (e is ElfFormatException or IOException or UnauthorizedAccessException)
        {
            _warnings.Add(SessionDiagnostics.NoUnwindTable(mapping.Path, e.Message));
        }

        var made = new FileTable(_fileCount, table);
        _files.Add(key, made);
        return made;
    }

    /// <summary>
    /// The file that is mapped, by the mapping itself: at its path there may be another one, and the table is for all processes that have this one. Without
    /// the right to that (CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE), what the process sees there.
    /// </summary>
    internal static ElfFile Open(int pid, ProcessMapping mapping)
    {
        try
        {
            return ElfFile.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !mapping.IsDeleted)
        {
            return ElfFile.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{mapping.Path}"));
        }
    }

    private static ElfFile ReadVdso(int pid, ProcessMapping mapping)
    {
        var image = new byte[mapping.End - mapping.Start];
        using var memory = File.OpenHandle($"/proc/{pid}/mem");
        int length = RandomAccess.Read(memory, image, (long)mapping.Start);
        return ElfFile.Parse(image.AsMemory(0, length));
    }

    private void Load(uint number, UnwindTable table)
    {
        if (table.RowCount == 0)
            return;
        MapSpec spec = _collection.GetMap(KernelMaps.UnwindTable).Spec with { MaxEntries = (uint)table.Words.Length };
        using BpfMap map = BpfMap.Create(spec);
        using (MappedMap memory = map.Map())
            MemoryMarshal.AsBytes(table.Words.Span).CopyTo(memory.Bytes);
        _collection.GetMap(KernelMaps.UnwindFiles).Put(number, map);
    }

    private sealed record FileTable(uint Number, UnwindTable? Table);
}
