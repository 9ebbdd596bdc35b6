using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>All probes of a kind as they were listed, for the next listing of the process. Safe for concurrent use.</summary>
internal sealed class ListingCache
{
    private readonly Lock _lock = new();
    private readonly ProbeInfo[]?[] _listed = new ProbeInfo[]?[(int)ProbeType.Iter + 1];
    private string _modules = "";

    /// <summary>The probes of a kind; made when they were not listed yet, or when modules came or went since.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="modules">The modules that are loaded now.</param>
    /// <param name="list">Makes the listing.</param>
    public ProbeInfo[] Get(ProbeType type, string modules, Func<ProbeInfo[]> list)
    {
        lock (_lock)
        {
            if (_modules != modules)
            {
                Array.Clear(_listed);
                _modules = modules;
            }

            return _listed[(int)type] ??= list();
        }
    }
}
