using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Finds what user addresses belong to: by the process's mappings, the symbols of the mapped files (as the process sees them,
/// <c>/proc/PID/root</c>) and its JIT compiler's <c>perf-PID.map</c>. Mappings are kept, so that a process that has ended since
/// still resolves if it was seen (or <see cref="Remember"/>ed) while it lived; they are read anew when the process runs another
/// program, when its pid is another process's, and when an address lies outside of them. Safe for concurrent use.
/// </summary>
public sealed partial class UserSymbolizer
{
    private const long IdentityCheckMilliseconds = 500;
    private const long RefreshMilliseconds = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Process> _processes = [];
    private readonly Dictionary<string, UserModule> _programs = new(StringComparer.Ordinal);
    private readonly UserModuleCache _modules = new();
    private readonly int _capacity;
    private readonly bool _demangle;

    /// <param name="demangle">Whether C++ names are made readable.</param>
    /// <param name="processCapacity">The number of processes whose mappings are kept; beyond it the longest unused are forgotten.</param>
    public UserSymbolizer(bool demangle = true, int processCapacity = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(processCapacity, 1);
        _demangle = demangle;
        _capacity = processCapacity;
    }

    /// <summary>
    /// Notes a process's mappings now, so that its addresses resolve after it has ended. Called again, it notes what was mapped since; more
    /// often than 20 times a second it does nothing.
    /// </summary>
    /// <returns>Whether the process was there to be looked at.</returns>
    public bool Remember(int pid)
    {
        lock (_lock)
        {
            if (Look(pid) is not { } process)
                return false;
            Refresh(process);
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
            using ElfFile file = ElfFile.Open(path);
            UserModule module = UserModule.Read(file, path, "");
            lock (_lock)
                _programs[path] = module;
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
        lock (_lock)
            return Resolve(Look(pid), address);
    }

    /// <summary>Resolves a stack: as <see cref="Resolve(int, ulong)"/> for each address, with one look at the process.</summary>
    public void Resolve(int pid, ReadOnlySpan<ulong> addresses, Span<Symbol> symbols)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols.Length, addresses.Length);
        lock (_lock)
        {
            Process? process = Look(pid);
            for (int i = 0; i < addresses.Length; i++)
                symbols[i] = Resolve(process, addresses[i]);
        }
    }

    private Symbol Resolve(Process? process, ulong address)
    {
        if (process is null)
            return ResolveInPrograms(address);
        ProcessMapping? mapping = process.Maps.Find(address);
        if (mapping is null && Refresh(process))
            mapping = process.Maps.Find(address);
        if (mapping is null)
            return default;

        UserModule module = process.ModuleOf(mapping, _modules);
        if (module.TryGetFileAddress(mapping, address, out ulong fileAddress) && module.TryFind(fileAddress, out ElfSymbol found))
            return new Symbol(NameOf(found), fileAddress - found.Address, mapping.Path);
        if (module == UserModule.None && process.FindJitted(address, out string name, out ulong offset))
            return new Symbol(name, offset, PerfMap.OwnPathOf(process.Pid));
        return new Symbol("", fileAddress, mapping.Path);
    }

    private Symbol ResolveInPrograms(ulong address)
    {
        foreach ((string path, UserModule module) in _programs)
        {
            if (module.TryFind(address, out ElfSymbol found))
                return new Symbol(NameOf(found), address - found.Address, path);
        }
        return default;
    }

    private string NameOf(ElfSymbol symbol) => !_demangle ? symbol.Name : RustDemangler.TryDemangle(symbol.Name) ?? CxxDemangler.Demangle(symbol.Name);

    /// <summary>The kept process, made sure that it still is the one; null if there never was one to look at.</summary>
    private Process? Look(int pid)
    {
        long now = Environment.TickCount64;
        if (_processes.TryGetValue(pid, out Process? process))
        {
            process.LastUse = now;

            // exec changes the program at once; a pid comes round to another process only after a while.
            string? program = ProcessIdentity.Executable(pid);
            bool same = program is null || program == process.Program;
            if (same && program is not null && now - process.LastIdentityCheck > IdentityCheckMilliseconds)
            {
                process.LastIdentityCheck = now;
                ulong start = ProcessIdentity.StartTime(pid);
                same = start == 0 || start == process.StartTime;
            }

            if (same)
                return process;
        }

        Process? fresh = Process.TryRead(pid, now);
        if (fresh is null)
            return process;
        if (process is null && _processes.Count >= _capacity)
            Forget();
        return _processes[pid] = fresh;
    }

    private static bool Refresh(Process process)
    {
        long now = Environment.TickCount64;
        if (now - process.LastRefresh < RefreshMilliseconds)
            return false;
        process.LastRefresh = now;
        return process.TryReadMaps();
    }

    private void Forget()
    {
        foreach (int pid in _processes.OrderBy(p => p.Value.LastUse).Take((_capacity / 4) + 1).Select(p => p.Key).ToList())
            _processes.Remove(pid);
    }

    private sealed class Process
    {
        private readonly Dictionary<ProcessMapping, UserModule> _byMapping = new(ReferenceEqualityComparer.Instance);
        private PerfMap? _perfMap;
        private long _perfMapChecked = -RefreshMilliseconds;

        private Process(int pid, ProcessMaps maps)
        {
            Pid = pid;
            Maps = maps;
        }

        public int Pid { get; }

        public ProcessMaps Maps { get; private set; }

        public string? Program { get; private init; }

        public ulong StartTime { get; private init; }

        public bool SameMounts { get; private init; }

        /// <summary>The pid as the process itself sees it: it names its JIT compiler's map.</summary>
        public int NamespacePid { get; private init; }

        public long LastUse { get; set; }

        public long LastIdentityCheck { get; set; }

        public long LastRefresh { get; set; }

        public static Process? TryRead(int pid, long now)
        {
            if (TryReadMaps(pid) is not { } maps)
                return null;
            return new Process(pid, maps)
            {
                Program = ProcessIdentity.Executable(pid),
                StartTime = ProcessIdentity.StartTime(pid),
                NamespacePid = ProcessIdentity.NamespacePid(pid),
                SameMounts = !ProcessIdentity.IsInOtherMountNamespace(pid),
                LastUse = now,
                LastIdentityCheck = now,
                LastRefresh = now - RefreshMilliseconds, // A miss right now may mean a program that just ran itself anew.
            };
        }

        /// <summary>A mapping's symbols, looked up once: a file's times are not asked for with every frame.</summary>
        public UserModule ModuleOf(ProcessMapping mapping, UserModuleCache modules)
        {
            if (!_byMapping.TryGetValue(mapping, out UserModule? module))
                _byMapping[mapping] = module = modules.Get(Pid, mapping, SameMounts);
            return module;
        }

        public bool TryReadMaps()
        {
            if (TryReadMaps(Pid) is not { } maps)
                return false;
            Maps = maps;
            _byMapping.Clear();
            return true;
        }

        public bool FindJitted(ulong address, out string name, out ulong offset)
        {
            if (_perfMap is not null && _perfMap.TryFind(address, out name, out offset))
                return true;

            // New code is written at the file's end all the time: look again, but not for every frame.
            long now = Environment.TickCount64;
            if (now - _perfMapChecked >= RefreshMilliseconds)
            {
                _perfMapChecked = now;
                try
                {
                    // The file stays when the process has ended; only the way through its root is gone.
                    FileInfo file = new(PerfMap.PathOf(Pid, NamespacePid));
                    if (!file.Exists && SameMounts)
                        file = new FileInfo(PerfMap.OwnPathOf(NamespacePid));
                    if (file.Exists && file.Length != _perfMap?.Length)
                        _perfMap = PerfMap.Read(file.FullName);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // The process has ended with its root; what was read before still counts.
                }

                if (_perfMap is not null)
                    return _perfMap.TryFind(address, out name, out offset);
            }

            (name, offset) = ("", 0);
            return false;
        }

        /// <summary>The mappings; null if the process is gone (an ended one that nobody has waited for has none left).</summary>
        private static ProcessMaps? TryReadMaps(int pid)
        {
            try
            {
                ProcessMaps maps = ProcessMaps.Read(pid);
                return maps.Mappings.Count > 0 ? maps : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }
}
