using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Symbols;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Compiler;
using BpfTrace.Language.Probes;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace;

/// <content>User binaries.</content>
public sealed partial class LinuxKernelCatalog
{
    private readonly StaticProbeCache _staticProbes = new();

    /// <inheritdoc/>
    public IEnumerable<string> ResolveBinary(string nameOrPattern, int? processId) => LibraryPath.Resolve(nameOrPattern, processId).Distinct(StringComparer.Ordinal);

    /// <inheritdoc/>
    public object FileIdentity(string path) => (object?)Bpf.Proc.FileIdentity.Of(path) ?? path;

    /// <inheritdoc/>
    public IEnumerable<string> BinaryNames(string prefix, int? processId) => LibraryPath.Complete(prefix, processId);

    /// <inheritdoc/>
    public IEnumerable<UserFunction> UserFunctions(string path, string namePattern)
    {
        var found = new List<UserFunction>();
        using ElfFile? file = TryOpen(path);
        if (file is null)
            return found;
        WildcardPattern? pattern = WildcardPattern.HasWildcard(namePattern) ? new WildcardPattern(namePattern) : null;
        AddFunctions(found, file, file, namePattern, pattern);
        if (found.Count > 0 && pattern is null)
            return found;

        // What a stripped binary does not export.
        (string root, string inside) = SplitRoot(path);
        using ElfFile? symbols = ElfDebugFile.OpenSymbols(file, inside, root);
        if (symbols is not null)
            AddFunctions(found, file, symbols, namePattern, pattern);
        return found;
    }

    private static void AddFunctions(List<UserFunction> found, ElfFile file, ElfFile symbols, string name, WildcardPattern? pattern)
    {
        if (pattern is null)
        {
            if (symbols.TryFindSymbol(name, out ElfSymbol one) && one.IsFunction && one.IsDefined)
                Add(found, file, one);
            return;
        }

        foreach (ElfSymbol symbol in symbols.ReadSymbols())
        {
            if (symbol.IsFunction && symbol.IsDefined && pattern.IsMatch(symbol.Name))
                Add(found, file, symbol);
        }
    }

    /// <summary>A path through another process's root, <c>/proc/PID/root/bin/sh</c>: that root, and the path in it.</summary>
    private static (string Root, string Path) SplitRoot(string path)
    {
        const string Marker = "/root/";
        int end = path.StartsWith("/proc/", StringComparison.Ordinal) ? path.IndexOf(Marker, StringComparison.Ordinal) : -1;
        return end < 0 ? ("", path) : (path[..(end + Marker.Length - 1)], path[(end + Marker.Length - 1)..]);
    }

    /// <inheritdoc/>
    public bool? IsInstruction(string path, UserFunction function, ulong offset)
    {
        ArgumentNullException.ThrowIfNull(function);
        try
        {
            var code = new byte[checked((int)offset + InstructionBoundary.LongestInstruction)];
            using SafeFileHandle file = File.OpenHandle(ElfArchive.FileOf(path));
            int length = RandomAccess.Read(file, code, (long)function.FileOffset);
            return InstructionBoundary.IsAt(code.AsMemory(0, length), offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OverflowException)
        {
            return null; // The caller says that it could not be looked at.
        }
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
        var providers = new WildcardPattern(providerPattern);
        var names = new WildcardPattern(namePattern);
        foreach (UserStaticProbe probe in _staticProbes.Get(path))
        {
            if (providers.IsMatch(probe.Provider) && names.IsMatch(probe.Name))
                yield return probe;
        }
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
