using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>A process while it runs one program: what it has mapped, where its files are found, and what its JIT compiler wrote.</summary>
internal sealed class UserProcess
{
    /// <summary>How long a look at the process counts before a miss leads to the next, in ms.</summary>
    public const long RefreshMilliseconds = 10;

    // A process that starts one program after another is seldom asked about the first.
    private const int PreviousKept = 3;

    // So many new mappings are put in their places together.
    private const int AddedAtOnce = 256;
    private const int MostMappings = 4096;

    private readonly List<ProcessMapping> _added = [];
    private Dictionary<ProcessMapping, UserModule>? _modules;
    private int _moduleGeneration;
    private ProcessMaps _maps;
    private PerfMap? _perfMap;
    private long _perfMapNext;

    private UserProcess(int pid, ProcessMaps maps, UserProcess? previous)
    {
        Pid = pid;
        NamespacePid = pid;
        _maps = maps;
        Previous = previous is { HasMappings: true } ? previous.Shortened(PreviousKept) : previous?.Previous;
    }

    public int Pid { get; }

    /// <summary>The program that the process ran before, or another process that had the same pid; null when that is not known.</summary>
    public UserProcess? Previous { get; private set; }

    /// <summary>The program's file; null when the process was not looked at.</summary>
    public string? Program { get; private init; }

    /// <summary>When the process started, in clock ticks since boot; 0 when it was not looked at.</summary>
    public ulong StartTime { get; private init; }

    /// <summary>What the kernel calls the mounts it sees; null when that is not known.</summary>
    public string? MountNamespace { get; private set; }

    /// <summary>Where the process's paths begin, in ours: empty but for one that changed its root. Of meaning with the same mounts only.</summary>
    public string Root { get; private set; } = "";

    /// <summary>Whether the process sees the same mounts as we do, so that its paths are valid after it has ended.</summary>
    public bool SameMounts => MountNamespace is null || MountNamespace == ProcessIdentity.OwnMountNamespace;

    /// <summary>The pid as the process itself sees it: it names its JIT compiler's map.</summary>
    public int NamespacePid { get; private set; }

    /// <summary>When it was told of that it started or ran its program, by the clock of <see cref="ProcessEvent.Time"/>; 0 when it was not.</summary>
    public ulong Since { get; private init; }

    /// <summary>Whether something that it did may be unknown: it is looked at again before its mappings count.</summary>
    public bool IsUncertain { get; set; }

    public long LastUse { get; set; }

    public long LastIdentityCheck { get; set; }

    public long LastRefresh { get; set; }

    public bool HasMappings => _added.Count > 0 || _maps.Mappings.Count > 0;

    public ProcessMaps Maps
    {
        get
        {
            if (_added.Count > 0)
            {
                _maps = _maps.With(_added);
                _added.Clear();
            }

            return _maps;
        }
    }

    /// <summary>Looks at a process.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="now">The time, in ms.</param>
    /// <param name="previous">What was known by that pid; null for nothing.</param>
    /// <param name="codeOnly">Whether only code is kept of what it has mapped: for processes that nobody has asked for yet.</param>
    /// <returns>Null if the process is gone, or may not be looked at.</returns>
    public static UserProcess? TryRead(int pid, long now, UserProcess? previous, bool codeOnly = false)
    {
        if (TryReadMaps(pid) is not { } maps)
            return null;
        var process = new UserProcess(pid, codeOnly ? maps.Code() : maps, previous)
        {
            Program = ProcessIdentity.Executable(pid),
            StartTime = ProcessIdentity.StartTime(pid),
            LastUse = now,
            LastIdentityCheck = now,
            LastRefresh = now - RefreshMilliseconds, // A miss right now may mean a program that just ran itself anew.
        };
        process.Locate();
        process._maps = process.AsSeenByItself(process._maps);
        return process;
    }

    /// <summary>A process that runs a new program: nothing of what it had mapped is left.</summary>
    public static UserProcess Executing(int pid, long now, UserProcess? previous, ulong since = 0)
    {
        var process = new UserProcess(pid, ProcessMaps.Empty, previous) { LastUse = now, MountNamespace = previous?.MountNamespace, Root = previous?.Root ?? "", LastRefresh = now - RefreshMilliseconds, Since = since };
        process.Locate();
        return process;
    }

    /// <summary>A process started by this one: it has the same memory.</summary>
    public UserProcess Forked(int pid, long now, UserProcess? previous, ulong since = 0)
    {
        var child = new UserProcess(pid, Maps, previous) { LastUse = now, MountNamespace = MountNamespace, Root = Root, LastRefresh = now - RefreshMilliseconds, Since = since, IsUncertain = IsUncertain };
        if (!SameMounts)
            child.Locate();
        return child;
    }

    /// <summary>Notes what the process has mapped.</summary>
    public void Add(ProcessMapping mapping)
    {
        _added.Add(mapping);
        if (_added.Count < AddedAtOnce)
            return;

        // Nobody tells what was unmapped: a JIT compiler that maps its code again and again is looked at instead.
        if (Maps.Mappings.Count > MostMappings && TryReadMaps(Pid) is { } maps)
        {
            _maps = AsSeenByItself(maps.Code());
            _modules?.Clear(); // by the mappings of before
        }
    }

    /// <summary>A mapping's symbols, looked up once: a file's times are not asked for with every frame.</summary>
    /// <param name="mapping">One of the mappings.</param>
    /// <param name="modules">Where modules are kept.</param>
    /// <param name="roots">Ways to the process's files.</param>
    public UserModule ModuleOf(ProcessMapping mapping, UserModuleCache modules, Func<UserProcess, IEnumerable<string>> roots)
    {
        if (_modules is null || _moduleGeneration != modules.Generation)
        {
            _modules = new Dictionary<ProcessMapping, UserModule>(ReferenceEqualityComparer.Instance);
            _moduleGeneration = modules.Generation;
        }

        if (!_modules.TryGetValue(mapping, out UserModule? module))
        {
            module = modules.Get(Pid, mapping, roots(this));
            if (modules.Generation == _moduleGeneration)
                _modules[mapping] = module;
        }

        return module;
    }

    /// <summary>Looks at the process again.</summary>
    public bool TryReadMaps()
    {
        if (TryReadMaps(Pid) is not { } maps)
            return false;
        _added.Clear();
        _maps = AsSeenByItself(maps);
        _modules?.Clear();
        return true;
    }

    /// <summary>The JIT compiler's function at an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="roots">Ways to the process's files.</param>
    /// <param name="name">The function.</param>
    /// <param name="offset">Bytes from its start.</param>
    public bool FindJitted(ulong address, Func<UserProcess, IEnumerable<string>> roots, out string name, out ulong offset)
    {
        if (_perfMap is not null && _perfMap.TryFind(address, out name, out offset))
            return true;

        // New code is written at the file's end all the time: look again, but not for every frame.
        long now = Environment.TickCount64;
        if (now >= _perfMapNext)
        {
            ReadPerfMap(roots(this));
            _perfMapNext = now + Math.Max(RefreshMilliseconds, 10 * (Environment.TickCount64 - now)); // a large one is not read all the time
            if (_perfMap is not null)
                return _perfMap.TryFind(address, out name, out offset);
        }

        (name, offset) = ("", 0);
        return false;
    }

    /// <summary>Reads what the JIT compiler wrote, if it wrote more.</summary>
    public void ReadPerfMap(IEnumerable<string> roots)
    {
        foreach (string root in roots)
        {
            try
            {
                // The file stays when the process has ended; only the way through its root is gone.
                FileInfo file = new(root + PerfMap.PathOf(NamespacePid));
                if (!file.Exists)
                    continue;
                if (file.Length != _perfMap?.Length)
                    _perfMap = PerfMap.Read(file.FullName);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process has ended with its root; what was read before still counts.
            }
        }
    }

    /// <summary>Whose pid and whose files: what only the living process tells. What was inherited stays where it is gone.</summary>
    private void Locate()
    {
        if (ProcessIdentity.MountNamespace(Pid) is not { } mounts)
            return;
        MountNamespace = mounts;
        if (ProcessIdentity.ReadLink($"/proc/{Pid}/root") is { } root)
            Root = root == "/" ? "" : root;
        NamespacePid = ProcessIdentity.NamespacePid(Pid);
    }

    /// <summary><c>/proc/PID/maps</c> names files as the reader sees them, the kernel's records of mappings as the process does.</summary>
    private ProcessMaps AsSeenByItself(ProcessMaps maps) => SameMounts && Root.Length > 0 ? maps.Below(Root) : maps;

    private UserProcess? Shortened(int depth)
    {
        if (depth == 0)
            return null;
        Previous = Previous?.Shortened(depth - 1);
        return this;
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
