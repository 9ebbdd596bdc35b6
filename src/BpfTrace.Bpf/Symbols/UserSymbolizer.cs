using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Finds what user addresses belong to: by the process's mappings, the symbols of the mapped files (as the process sees them,
/// <c>/proc/PID/root</c>) and its JIT compiler's <c>perf-PID.map</c>. Mappings are kept, so that a process that has ended since
/// still resolves if it was seen, <see cref="Remember"/>ed or <see cref="Watch">watched</see> while it lived; they are read anew when the process
/// runs another program, when its pid is another process's, and when an address lies outside of them. What a process had mapped before still
/// resolves where the present mappings know nothing. Safe for concurrent use.
/// </summary>
public sealed partial class UserSymbolizer : IDisposable
{
    private const long IdentityCheckMilliseconds = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, UserProcess> _processes = [];
    private readonly Dictionary<string, UserModule> _programs = new(StringComparer.Ordinal);
    private readonly UserModuleCache _modules;
    private readonly Func<UserProcess, IEnumerable<string>> _roots;
    private readonly int _capacity;
    private readonly bool _keeps;

    /// <param name="demangle">Whether C++ and Rust names are made readable.</param>
    /// <param name="keeps">Whether mappings and symbols are kept at all, from one stack to the next.</param>
    /// <param name="processCapacity">The number of processes whose mappings are kept; beyond it the longest unused are forgotten.</param>
    /// <param name="debugDirectories">Where else separate debug files are looked for, separated by colons; null for nowhere.</param>
    public UserSymbolizer(bool demangle = true, bool keeps = true, int processCapacity = 16384, string? debugDirectories = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processCapacity, 1);
        _modules = new UserModuleCache(demangle, debugDirectories);
        _roots = Roots;
        _keeps = keeps;
        _capacity = processCapacity;
    }

    /// <summary>Whether addresses are looked up at all; otherwise they stay numbers.</summary>
    public bool Resolves { get; init; } = true;

    /// <summary>
    /// Notes a process's mappings now, so that its addresses resolve after it has ended. Called again, it notes what was mapped since; more
    /// often than 100 times a second it does nothing. To be called several times a second while processes are <see cref="Watch">watched</see>.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="withSymbols">Whether the symbols of all of its files are read, too.</param>
    /// <returns>Whether the process was there to be looked at.</returns>
    public bool Remember(int pid, bool withSymbols = false)
    {
        lock (_lock)
        {
            if (Look(pid) is not { } process)
                return false;
            if (!HasSeenAll)
                Refresh(process);
            if (!process.SameMounts)
                process.ReadPerfMap(Roots(process)); // Later there may be no way to it.
            if (withSymbols)
            {
                foreach (ProcessMapping mapping in process.Maps.Mappings)
                {
                    if (mapping.IsFile && mapping.IsExecutable)
                        process.ModuleOf(mapping, _modules, _roots);
                }
            }

            return true;
        }
    }

    /// <summary>
    /// Takes a program's symbols for addresses of processes that could not be looked at any more. Right for programs at fixed addresses that the
    /// addresses are known to come from.
    /// </summary>
    /// <param name="path">The program's file; one that cannot be read is left out.</param>
    public void AddProgram(string path)
    {
        try
        {
            lock (_lock)
                _programs[path] = _modules.Read(path, path, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            // Its addresses stay numbers.
        }
    }

    /// <summary>
    /// Resolves one address. If no symbol is found, the result names the module alone, or is <c>default</c> if the address is
    /// mapped to no file.
    /// </summary>
    public Symbol Resolve(int pid, ulong address)
    {
        Symbol[] found = new Symbol[1];
        Resolve(pid, [address], found);
        return found[0];
    }

    /// <summary>Resolves a stack: as <see cref="Resolve(int, ulong)"/> for each address, with one look at the process.</summary>
    public void Resolve(int pid, ReadOnlySpan<ulong> addresses, Span<Symbol> symbols)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols.Length, addresses.Length);
        if (!Resolves)
        {
            symbols[..addresses.Length].Clear();
            return;
        }

        lock (_lock)
        {
            UserProcess? process = Look(pid);
            for (int i = 0; i < addresses.Length; i++)
                symbols[i] = Resolve(process, addresses[i]);
            if (!_keeps)
            {
                _processes.Clear();
                _modules.Clear();
            }
        }
    }

    /// <summary>Stops watching processes. What is known stays.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Follow();
            _events?.Dispose();
            _events = null;
        }
    }

    private Symbol Resolve(UserProcess? process, ulong address)
    {
        if (process is null)
            return ResolveInPrograms(address);
        if (MappingOf(ref process, address) is not { } mapping)
            return ResolveData(process, address);

        UserModule module = process.ModuleOf(mapping, _modules, _roots);
        if (module.TryGetFileAddress(mapping, address, out ulong fileAddress) && module.TryFind(fileAddress, out string name, out ulong offset))
            return new Symbol(name, offset, mapping.Path);
        if (module == UserModule.None && process.FindJitted(address, _roots, out name, out offset))
            return new Symbol(name, offset, PerfMap.PathOf(process.NamespacePid));
        return new Symbol("", fileAddress, mapping.Path);
    }

    /// <summary>A variable's address of a process of which only the code's mappings are known: data lies where the file says, as far from the code.</summary>
    private Symbol ResolveData(UserProcess process, ulong address)
    {
        foreach (ProcessMapping mapping in process.Maps.Mappings)
        {
            if (!mapping.IsFile || !mapping.IsExecutable || address < mapping.End)
                continue;
            UserModule module = process.ModuleOf(mapping, _modules, _roots);
            if (module.TryGetDataAddress(mapping, address, out ulong fileAddress) && module.TryFind(fileAddress, out string name, out ulong offset))
                return new Symbol(name, offset, mapping.Path);
        }

        return default;
    }

    private Symbol ResolveInPrograms(ulong address)
    {
        foreach ((string path, UserModule module) in _programs)
        {
            if (module.TryFind(address, out string name, out ulong offset))
                return new Symbol(name, offset, path);
        }

        return default;
    }

    /// <summary>The mapping an address is in, of the process as it is or as it was; null when it is in none.</summary>
    /// <param name="process">The process; what it was before, when it was mapped then.</param>
    /// <param name="address">The address.</param>
    private static ProcessMapping? MappingOf(ref UserProcess process, ulong address)
    {
        ProcessMapping? mapping = process.Maps.Find(address);
        if (mapping is null && Refresh(process))
            mapping = process.Maps.Find(address);
        for (UserProcess? before = process.Previous; mapping is null && before is not null; before = before.Previous)
        {
            mapping = before.Maps.Find(address);
            if (mapping is not null)
                process = before;
        }

        return mapping;
    }

    /// <summary>The kept process, made sure that it still is the one; null if there never was one to look at.</summary>
    private UserProcess? Look(int pid)
    {
        Follow();
        long now = Environment.TickCount64;
        if (_processes.TryGetValue(pid, out UserProcess? process))
        {
            process.LastUse = now;
            if (!process.IsUncertain && IsSame(process, now))
                return process;
        }

        return UserProcess.TryRead(pid, now, process) is { } fresh ? Keep(fresh) : process;
    }

    private bool IsSame(UserProcess process, long now)
    {
        if (HasSeenAll)
            return true;

        // exec changes the program at once; a pid comes round to another process only after a while.
        string? program = ProcessIdentity.Executable(process.Pid);
        if (program is null)
            return true;
        if (program != process.Program)
            return false;
        if (now - process.LastIdentityCheck <= IdentityCheckMilliseconds)
            return true;
        process.LastIdentityCheck = now;
        ulong start = ProcessIdentity.StartTime(process.Pid);
        return start == 0 || start == process.StartTime;
    }

    private static bool Refresh(UserProcess process)
    {
        long now = Environment.TickCount64;
        if (now - process.LastRefresh < UserProcess.RefreshMilliseconds)
            return false;
        process.LastRefresh = now;
        return process.TryReadMaps();
    }

    private UserProcess Keep(UserProcess process)
    {
        if (_processes.Count >= _capacity && !_processes.ContainsKey(process.Pid))
        {
            foreach (int pid in _processes.OrderBy(static p => p.Value.LastUse).Take((_capacity / 4) + 1).Select(static p => p.Key).ToList())
                _processes.Remove(pid);
        }

        return _processes[process.Pid] = process;
    }

    /// <summary>What to put before a path that the process sees: its own root, ours where it has the same mounts, else that of another process that has.</summary>
    private IEnumerable<string> Roots(UserProcess process)
    {
        yield return $"/proc/{process.Pid}/root";
        if (process.SameMounts)
        {
            yield return process.Root;
            if (process.Root.Length > 0)
                yield return ""; // mapped before chroot(2), from outside of the new root
            yield break;
        }

        foreach (UserProcess other in _processes.Values)
        {
            if (other != process && other.MountNamespace == process.MountNamespace && ProcessIdentity.MountNamespace(other.Pid) == process.MountNamespace)
            {
                yield return $"/proc/{other.Pid}/root";
                yield break;
            }
        }
    }
}
