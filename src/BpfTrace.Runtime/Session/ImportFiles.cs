using System.Security;
using BpfTrace.Bpf.Proc;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Imports from the file system.</summary>
internal sealed class ImportFiles : IImportFiles
{
    public ImportEntryKind GetKind(string path) =>
        Directory.Exists(path) ? ImportEntryKind.Directory
        : File.Exists(path) ? ImportEntryKind.File
        : ImportEntryKind.None;

    public string GetIdentity(string path) => Target(path).FullName;

    public bool IsWritableByAll(string path) => Target(path).UnixFileMode is var mode && (int)mode != -1 && mode.HasFlag(UnixFileMode.OtherWrite);

    public IReadOnlyList<string> List(string path)
    {
        try
        {
            string[] entries = Directory.GetFileSystemEntries(path);
            for (int i = 0; i < entries.Length; i++)
                entries[i] = Path.GetFileName(entries[i]);
            Array.Sort(entries, StringComparer.Ordinal);
            return entries;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    public SourceText Read(string path)
    {
        if (RegularFile.IsSpecial(path))
            throw new IOException("Not a regular file");
        try
        {
            return SourceText.FromFile(path);
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or SecurityException)
        {
            throw new IOException("Permission denied", denied);
        }
    }

    /// <summary>What a path leads to in the end: a link's own mode says nothing.</summary>
    private static FileSystemInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
    }
}
