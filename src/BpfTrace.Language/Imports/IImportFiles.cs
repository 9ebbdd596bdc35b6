using BpfTrace.Language.Text;

namespace BpfTrace.Language.Imports;

/// <summary>What a path names.</summary>
public enum ImportEntryKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,
}

/// <summary>Where imports are read from. Paths are the host's, with <c>/</c>; relative ones start at the working directory.</summary>
public interface IImportFiles
{
    /// <summary>What a path names; <see cref="ImportEntryKind.None"/> also for what may not be seen.</summary>
    ImportEntryKind GetKind(string path);

    /// <summary>One name for one file, whatever path leads to it.</summary>
    string GetIdentity(string path);

    /// <summary>Whether everybody may write to the file or directory that is there.</summary>
    bool IsWritableByAll(string path);

    /// <summary>The names in a directory, sorted by ordinal.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    IReadOnlyList<string> List(string path);

    /// <summary>A file's text, named after its path.</summary>
    /// <exception cref="IOException">It cannot be read; the message is the system's.</exception>
    SourceText Read(string path);
}
