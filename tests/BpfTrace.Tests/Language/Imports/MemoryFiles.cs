using BpfTrace.Language.Imports;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Imports;

/// <summary>Files that a test writes down.</summary>
internal sealed class MemoryFiles : IImportFiles
{
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _writable = new(StringComparer.Ordinal);

    public List<string> Reads { get; } = [];

    public string this[string path]
    {
        set => _files[path] = value;
    }

    public void MakeWritableByAll(string path) => _writable.Add(path);

    public ImportEntryKind GetKind(string path)
    {
        path = Plain(path);
        if (_files.ContainsKey(path))
            return ImportEntryKind.File;
        return _files.Keys.Any(file => file.StartsWith(path + "/", StringComparison.Ordinal)) ? ImportEntryKind.Directory : ImportEntryKind.None;
    }

    public string GetIdentity(string path) => Plain(path);

    public bool IsWritableByAll(string path) => _writable.Contains(path);

    public IReadOnlyList<string> List(string path) =>
        [.. _files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).Select(file => file[(path.Length + 1)..].Split('/')[0]).Distinct()];

    public SourceText Read(string path)
    {
        Reads.Add(path);
        string text = _files[Plain(path)];
        return text == "unreadable" ? throw new IOException("Permission denied") : new SourceText(text, path) { IsFile = true };
    }

    /// <summary>Without dots.</summary>
    private static string Plain(string path) => Path.GetFullPath(path, "/")[1..];
}
