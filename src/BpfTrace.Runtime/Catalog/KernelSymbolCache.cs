using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace;

/// <summary>
/// The kernel's symbols, kept for as long as the same modules are loaded: by an older list an address in a module that came since belongs to whatever was
/// before it. Safe for concurrent use.
/// </summary>
/// <param name="modules">What is loaded now, as <see cref="LoadedModules.Identities"/> says it.</param>
/// <param name="load">Reads the symbols; null when they cannot be read.</param>
internal sealed class KernelSymbolCache(Func<string[]> modules, Func<KernelSymbols?> load)
{
    private readonly Lock _lock = new();
    private string[]? _modules;
    private KernelSymbols? _symbols;

    /// <summary>The symbols as of now; null when they cannot be read.</summary>
    public KernelSymbols? Get()
    {
        string[] now = modules(); // before the symbols are read: what comes in between is noticed the next time
        lock (_lock)
        {
            if (_modules is null || !now.AsSpan().SequenceEqual(_modules))
            {
                _symbols = load();
                _modules = now;
            }

            return _symbols;
        }
    }
}
