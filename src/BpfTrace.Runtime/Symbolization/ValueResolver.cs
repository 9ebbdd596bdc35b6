using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>
/// Resolves a running trace's numbers on the live machine. Sources (symbol tables, the password file, control groups) are read when first
/// needed. Safe for concurrent use: maps may be read while records are decoded.
/// </summary>
internal sealed class ValueResolver : IValueResolver, IDisposable
{
    private readonly bool _resolvesUserSymbols;
    private readonly ImmutableArray<string> _probeNames;
    private readonly LinuxKernelCatalog _machine;
    private readonly Lazy<KernelSymbols?> _kernelSymbols;
    private readonly Func<string, BpfMap?> _findMap;
    private readonly TraceConfig _config;
    private readonly string? _debugInfoDirectories;
    private readonly Lock _lock = new();
    private readonly long _bootOffset = BootClock.OffsetToUnixNanoseconds();
    private readonly long _monotonicOffset = BootClock.MonotonicOffsetToUnixNanoseconds();

    // Made when first needed: most scripts need one of them at most.
    private StackResolver? _stacks;
    private UserSymbolizer? _userSymbols;
    private int? _watched;
    private bool _watches;
    private bool _hasSurveyed;
    private UserNames? _users;
    private Cgroups? _cgroups;

    /// <param name="program">The script.</param>
    /// <param name="findMap">The kernel's map of a name; null when there is none.</param>
    /// <param name="machine">Where kernel symbols are read.</param>
    /// <param name="debugInfoDirectories">As <see cref="TraceOptions.DebugInfoDirectories"/>.</param>
    /// <param name="resolveUserSymbols">As <see cref="TraceOptions.ResolveUserSymbols"/>.</param>
    public ValueResolver(BoundProgram program, Func<string, BpfMap?> findMap, LinuxKernelCatalog machine, string? debugInfoDirectories = null, bool resolveUserSymbols = true)
    {
        _resolvesUserSymbols = resolveUserSymbols;
        _debugInfoDirectories = debugInfoDirectories;
        _machine = machine;
        _kernelSymbols = new(machine.ReadSymbols);
        _findMap = findMap;
        _config = program.Config;
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (BoundProbe probe in program.Probes)
        {
            foreach (AttachTarget target in probe.Targets)
                names.Add(target.FullName);
        }

        _probeNames = names.ToImmutable();
        if (program.Config.CacheUserSymbols == UserSymbolCache.PerProgram)
            AddPrograms(program);
    }

    /// <inheritdoc/>
    public long ToUnixNanoseconds(ulong nanoseconds, ClockMode clock) => clock switch
    {
        ClockMode.Boot => (long)nanoseconds + _bootOffset,
        ClockMode.Monotonic => (long)nanoseconds + _monotonicOffset,
        _ => (long)nanoseconds,
    };

    /// <inheritdoc/>
    public string GetProbeName(int targetIndex) => (uint)targetIndex < (uint)_probeNames.Length ? _probeNames[targetIndex] : "";

    /// <inheritdoc/>
    public Symbol ResolveKernelSymbol(ulong address) =>
        _kernelSymbols.Value is { } symbols && symbols.TryResolve(address, out Bpf.Symbols.Symbol found)
            ? new Symbol(address, found.Name, found.Offset, StackResolver.ModuleOf(found))
            : new Symbol(address);

    /// <inheritdoc/>
    public Symbol ResolveUserSymbol(ulong address, int processId)
    {
        Bpf.Symbols.Symbol found = UserSymbols.Resolve(processId, address);
        return found.IsResolved
            ? new Symbol(address, found.Name, found.Offset, found.Module)
            : new Symbol(address, null, 0, string.IsNullOrEmpty(found.Module) ? null : found.Module);
    }

    /// <inheritdoc/>
    public StackTrace ResolveStack(StackType type, ulong id, int frameCount, int processId) => Stacks.Resolve(type, id, frameCount, processId);

    /// <inheritdoc/>
    public string ResolveCgroupPath(ulong id, string filter)
    {
        lock (_lock)
        {
            try
            {
                return (_cgroups ??= new Cgroups()).Resolve(id, filter);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ""; // groups come and go while they are searched
            }
        }
    }

    /// <inheritdoc/>
    public string ResolveUserName(ulong uid)
    {
        lock (_lock)
            return (_users ??= new UserNames()).Find(uid);
    }

    /// <summary>
    /// Follows from now on what processes run and map, so that the addresses of those resolve that have ended meanwhile; nothing for
    /// <c>cache_user_symbols = "NONE"</c>. To be called before anything is attached.
    /// </summary>
    /// <param name="processId">The one process the trace is about, and those it starts; null when it is about all.</param>
    public void WatchProcesses(int? processId)
    {
        if (_config.CacheUserSymbols == UserSymbolCache.None || !_resolvesUserSymbols)
            return;
        _watched = processId;
        _watches = true;
        UserSymbols.Watch();
    }

    /// <summary>Notes what processes did since the last call. To be called several times a second while the trace runs.</summary>
    public void UpdateProcesses()
    {
        if (!_watches)
            return;
        if (_watched is { } pid)
        {
            UserSymbols.Remember(pid, withSymbols: !_config.LazySymbolication);
        }
        else
        {
            UserSymbols.Update();
            if (!_hasSurveyed)
            {
                // Those that are there already: what they have mapped was told to nobody.
                _hasSurveyed = true;
                new Thread(UserSymbols.RememberAll) { IsBackground = true, Name = "BpfTrace processes", Priority = ThreadPriority.BelowNormal }.Start();
            }
        }
    }

    /// <summary>Stops following processes. What is known of them stays.</summary>
    public void Dispose()
    {
        lock (_lock)
            _userSymbols?.Dispose();
    }

    private UserSymbolizer UserSymbols
    {
        get
        {
            lock (_lock)
                return _userSymbols ??= new UserSymbolizer(_config.CppDemangle, keeps: _config.CacheUserSymbols != UserSymbolCache.None, debugDirectories: _debugInfoDirectories) { Resolves = _resolvesUserSymbols };
        }
    }

    private StackResolver Stacks
    {
        get
        {
            lock (_lock)
                return _stacks ??= new StackResolver(_findMap, _kernelSymbols, UserSymbols, _config is { ShowDebugInfo: true, UseBlazesym: true } && _resolvesUserSymbols
                    ? new SourceFrames(UserSymbols, path => _machine.DebugInformation(path, _debugInfoDirectories, out _))
                    : null);
        }
    }

    /// <summary>Takes the probed programs' symbols for processes that are gone when their addresses are resolved (<c>cache_user_symbols=PER_PROGRAM</c>).</summary>
    private void AddPrograms(BoundProgram program)
    {
        foreach (string path in program.Targets
            .Where(static target => target.Type is ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt)
            .Select(static target => target.Target)
            .Distinct(StringComparer.Ordinal))
        {
            UserSymbols.AddProgram(path);
        }
    }
}
