namespace BpfTrace.Language.Binding.Inference;

/// <summary>A statement, or the head of one, that learns types: it can be bound again by itself.</summary>
internal sealed class InferenceRule(Action bind)
{
    /// <summary>Binds it as it was bound in the pass.</summary>
    public Action Bind { get; } = bind;

    /// <summary>What it reads: variables by <see cref="VariableKey"/>, maps by name.</summary>
    public HashSet<object> Reads { get; } = [];

    /// <summary>The store's version when it was last bound: later changes of what it reads make it stale.</summary>
    public int Version { get; set; }

    /// <summary>Whether it waits to be bound again.</summary>
    public bool IsQueued { get; set; }
}

/// <content>
/// The work list. A pass walks the script from top to bottom; where something is read above the place that settles it, one pass per step would
/// be needed. So each statement is noted as a rule with what it reads, and after the pass those whose sources changed are bound again, and
/// those that read what they changed, until there are none.
/// </content>
internal sealed partial class InferenceStore
{
    /// <summary>Types grow a few steps only (four widths, a sign, a space): a rule that is bound more often than this is not going to settle.</summary>
    private const int MaxRunsPerRule = 64;

    private readonly List<InferenceRule> _rules = [];
    private readonly Dictionary<object, List<InferenceRule>> _readers = [];
    private readonly Dictionary<object, int> _changes = [];
    private Queue<InferenceRule>? _queue;
    private InferenceRule? _current;
    private int _version;

    /// <summary>Whether a rule is being bound: what is bound within it belongs to it.</summary>
    public bool InRule => _current is not null;

    /// <summary>Whether rules are being bound again between two passes.</summary>
    public bool IsPropagating => _queue is not null;

    /// <summary>Binds a rule for the first time.</summary>
    public void Run(InferenceRule rule)
    {
        _rules.Add(rule);
        RunCurrent(rule);
    }

    /// <summary>Binds stale rules again until none is.</summary>
    public void Propagate()
    {
        _queue = [];
        foreach (InferenceRule rule in _rules)
        {
            if (IsStale(rule))
                Enqueue(rule);
        }
        for (long left = (long)_rules.Count * MaxRunsPerRule; left > 0 && _queue.TryDequeue(out InferenceRule? rule); left--)
        {
            rule.IsQueued = false;
            RunCurrent(rule);
        }
        _queue = null;
    }

    private void RunCurrent(InferenceRule rule)
    {
        rule.Version = ++_version;
        _current = rule;
        rule.Bind();
        _current = null;
    }

    private bool IsStale(InferenceRule rule)
    {
        foreach (object read in rule.Reads)
        {
            if (_changes.TryGetValue(read, out int version) && version > rule.Version)
                return true;
        }
        return false;
    }

    private void Enqueue(InferenceRule rule)
    {
        if (rule.IsQueued)
            return;
        rule.IsQueued = true;
        _queue!.Enqueue(rule);
    }

    private void NoteRead(object source)
    {
        _watched?.Add(source);
        if (_current is null || !_current.Reads.Add(source))
            return;
        if (!_readers.TryGetValue(source, out List<InferenceRule>? readers))
            _readers[source] = readers = [];
        readers.Add(_current);
    }

    private void NoteChange(object source)
    {
        Changed = true;
        _changes[source] = ++_version;
        if (_queue is null || !_readers.TryGetValue(source, out List<InferenceRule>? readers))
            return;
        foreach (InferenceRule reader in readers)
            Enqueue(reader);
    }

    private void ForgetRules()
    {
        _rules.Clear();
        _readers.Clear();
    }
}
