namespace BpfTrace.Language.Binding;

/// <summary>Which failures of BPF helpers the programs report, each with what is before it. A division by zero or a wrong index is always reported.</summary>
public enum HelperErrors
{
    /// <summary>None (bpftrace's <c>--no-warnings</c>).</summary>
    None,

    /// <summary>Of what a script does: a map that is full, a key to be deleted that is not there, a stack that cannot be walked. bpftrace's default.</summary>
    Effects,

    /// <summary>Also of reads of memory, which give zero or an empty string.</summary>
    Reads,

    /// <summary>Also of look-ups of keys that are not there, which give zero or an empty string (bpftrace's <c>-k</c>).</summary>
    All,
}
