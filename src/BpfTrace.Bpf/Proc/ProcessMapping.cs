namespace BpfTrace.Bpf.Proc;

/// <summary>A range of a process's memory: a line of <c>/proc/PID/maps</c> (proc(5)).</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The address behind the last.</param>
/// <param name="IsExecutable">Whether it can be executed.</param>
/// <param name="IsWritable">Whether it can be written.</param>
/// <param name="Offset">Where the range begins in the mapped file, in bytes.</param>
/// <param name="Device">The file's device, <c>major &lt;&lt; 20 | minor</c>; 0 without a file.</param>
/// <param name="Inode">The file's inode; 0 without a file.</param>
/// <param name="Path">
/// The file as the process sees it (with the kernel's <c> (deleted)</c> cut off), a special name as <c>[heap]</c>,
/// <c>[vdso]</c>, <c>//anon</c>, or empty for anonymous memory.
/// </param>
/// <param name="IsDeleted">Whether the file was deleted or replaced since.</param>
public sealed record ProcessMapping(
    ulong Start, ulong End, bool IsExecutable, bool IsWritable, ulong Offset, ulong Device, ulong Inode, string Path, bool IsDeleted)
{
    private const string DeletedSuffix = " (deleted)";

    /// <summary>A mapping with its path as the kernel words it: a file that is no longer there carries a note.</summary>
    internal static ProcessMapping Create(ulong start, ulong end, bool isExecutable, bool isWritable, ulong offset, ulong device, ulong inode, string path)
    {
        bool deleted = inode != 0 && path.EndsWith(DeletedSuffix, StringComparison.Ordinal);
        return new ProcessMapping(start, end, isExecutable, isWritable, offset, device, inode, deleted ? path[..^DeletedSuffix.Length] : path, deleted);
    }

    /// <summary>Whether the range comes from a file.</summary>
    public bool IsFile => Inode != 0 && Path.StartsWith('/') && !Path.StartsWith("//", StringComparison.Ordinal);

    /// <summary>Whether an address lies in the range.</summary>
    public bool Contains(ulong address) => address >= Start && address < End;
}
