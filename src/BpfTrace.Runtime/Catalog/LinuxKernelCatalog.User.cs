using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Symbols;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <content>User binaries.</content>
public sealed partial class LinuxKernelCatalog
{
    /// <inheritdoc/>
    public IEnumerable<string> ResolveBinary(string nameOrPattern, int? processId) => LibraryPath.Resolve(nameOrPattern, processId).Distinct(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<string> BinaryNames(string prefix, int? processId) => LibraryPath.Complete(prefix, processId);

    /// <inheritdoc/>
    public IEnumerable<UserFunction> UserFunctions(string path, string namePattern)
    {
        var found = new List<UserFunction>();
        using ElfFile? file = TryOpen(path);
        if (file is null)
            return found;
        if (!WildcardPattern.HasWildcard(namePattern))
        {
            if (file.TryFindSymbol(namePattern, out ElfSymbol symbol) && symbol.IsFunction && symbol.IsDefined)
                Add(found, file, symbol);
            return found;
        }

        var pattern = new WildcardPattern(namePattern);
        foreach (ElfSymbol symbol in file.ReadSymbols())
        {
            if (symbol.IsFunction && symbol.IsDefined && pattern.IsMatch(symbol.Name))
                Add(found, file, symbol);
        }

        return found;
    }

    /// <inheritdoc/>
    public UserFunction? UserSymbol(string path, string name)
    {
        using ElfFile? file = TryOpen(path);
        return file is not null && file.TryFindSymbol(name, out ElfSymbol symbol) && symbol.IsDefined
            ? new UserFunction(symbol.Name, symbol.Address, 0, symbol.Size)
            : null;
    }

    /// <inheritdoc/>
    public DwarfFile? DebugInformation(string path, string? directories, out string? problem) =>
        _debugInformation.Value.Find(path, directories, out problem);

    /// <inheritdoc/>
    public ulong? FileOffset(string path, ulong address)
    {
        using ElfFile? file = TryOpen(path);
        return file is not null && file.TryGetFileOffset(address, out ulong offset) ? offset : null;
    }

    /// <inheritdoc/>
    public IEnumerable<UserStaticProbe> UserStaticProbes(string path, string providerPattern, string namePattern)
    {
        var found = new List<UserStaticProbe>();
        using ElfFile? file = TryOpen(path);
        if (file is null)
            return found;
        var providers = new WildcardPattern(providerPattern);
        var names = new WildcardPattern(namePattern);
        foreach (ElfUsdtNote note in file.ReadUsdtNotes())
        {
            if (!providers.IsMatch(note.Provider) || !names.IsMatch(note.Name) || !file.TryGetFileOffset(note.Location, out ulong offset))
                continue;
            ulong semaphore = 0;
            if (note.Semaphore != 0)
                file.TryGetFileOffset(note.Semaphore, out semaphore);
            found.Add(new UserStaticProbe(note.Provider, note.Name, offset, semaphore, note.Arguments));
        }

        return found;
    }

    /// <inheritdoc/>
    public IEnumerable<string> MappedBinaries(int processId)
    {
        try
        {
            return LibraryPath.MappedFiles(processId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // the process is gone or not ours to look at: nothing of it can be listed
        }
    }

    private static void Add(List<UserFunction> functions, ElfFile file, ElfSymbol symbol)
    {
        if (file.TryGetFileOffset(symbol.Address, out ulong offset))
            functions.Add(new UserFunction(symbol.Name, symbol.Address, offset, symbol.Size));
    }

    private static ElfFile? TryOpen(string path)
    {
        try
        {
            return ElfFile.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return null; // no such file, or no binary: it has no functions
        }
    }
}
