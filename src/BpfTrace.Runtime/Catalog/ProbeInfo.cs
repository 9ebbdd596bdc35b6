using System.Collections.Immutable;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>A probe that a script can name, as a listing shows it.</summary>
public sealed class ProbeInfo
{
    private readonly Func<ImmutableArray<ProbeParameter>>? _read;
    private readonly Func<string?>? _whyUnknown;
    private readonly ProbeParameters? _source;
    private ImmutableArray<ProbeParameter> _parameters;

    /// <summary>A probe of the kernel. There are tens of thousands: what reads the parameters is made when they are asked for.</summary>
    internal ProbeInfo(string type, string target, string name, string fullName, ProbeParameters source)
        : this(type, target, name, fullName) => _source = source;

    internal ProbeInfo(
        string type, string target, string name, string fullName, Func<ImmutableArray<ProbeParameter>>? parameters = null, Func<string?>? whyUnknown = null)
    {
        _whyUnknown = whyUnknown;
        Type = type;
        Target = target;
        Name = name;
        FullName = fullName;
        _read = parameters;
    }

    /// <summary>The kind of probe by bpftrace's name: <c>tracepoint</c>, <c>kprobe</c>, …</summary>
    public string Type { get; }

    /// <summary>The tracepoint's category, the kernel function's module, the binary's path; empty where there is none.</summary>
    public string Target { get; }

    /// <summary>The event's or function's name.</summary>
    public string Name { get; }

    /// <summary>The probe as a script names it: <c>tracepoint:syscalls:sys_enter_openat</c>.</summary>
    public string FullName { get; }

    /// <summary>
    /// The fields of <c>args</c> in order, the return value last (<c>retval</c>); empty where they are not known. Read from the kernel, of user functions
    /// from the binary's debug information, when first asked for.
    /// </summary>
    public ImmutableArray<ProbeParameter> Parameters
    {
        get
        {
            if (_parameters.IsDefault)
                _parameters = (_source is not null && ListingTypes.TryParse(Type, out ProbeType kind) ? _source.Of(kind, Target, Name) : _read)?.Invoke() ?? [];
            return _parameters;
        }
    }

    /// <summary>Why <see cref="Parameters"/> is empty although a function has some: its binary has no debug information. Null where nothing is missing.</summary>
    public string? ParametersUnknown => Parameters.IsEmpty ? _whyUnknown?.Invoke() : null;

    /// <summary><see cref="FullName"/>.</summary>
    public override string ToString() => FullName;
}

/// <summary>An argument of a probe.</summary>
/// <param name="Type">Its C type, for example <c>const char *</c> or <c>char[16]</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Declaration">Type and name as C declares them, the form bpftrace lists: <c>char comm[16]</c>.</param>
public sealed record ProbeParameter(string Type, string Name, string Declaration)
{
    /// <summary><see cref="Declaration"/>.</summary>
    public override string ToString() => Declaration;
}
