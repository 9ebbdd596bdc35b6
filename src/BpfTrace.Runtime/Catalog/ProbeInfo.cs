using System.Collections.Immutable;
using System.Text;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Formatting;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>A probe that a script can name, as a listing shows it.</summary>
/// <remarks>A listing has tens of thousands: names become strings, and parameters are read, when they are asked for.</remarks>
public sealed class ProbeInfo : IUtf8SpanFormattable, IEscapedMembers
{
    private readonly ProbeType _kind;
    private readonly ProbeParameters _source;

    // A kernel function that was listed with all others; null for one that was made with its names.
    private readonly FunctionTable? _functions;
    private readonly int _entry;
    private readonly bool _hasTarget;
    private string? _name;
    private string? _fullName;
    private ImmutableArray<ProbeParameter> _parameters;

    internal ProbeInfo(ProbeType kind, string target, string name, string fullName, ProbeParameters source)
    {
        _kind = kind;
        _source = source;
        Target = target;
        _name = name;
        _fullName = fullName;
    }

    /// <summary>A function of the kernel, by its place in the list of all.</summary>
    internal ProbeInfo(ProbeType kind, FunctionTable functions, int entry, bool hasTarget, ProbeParameters source)
    {
        _kind = kind;
        _source = source;
        _functions = functions;
        _entry = entry;
        _hasTarget = hasTarget;
        Target = functions.Module(entry);
    }

    /// <summary>The kind of probe by bpftrace's name: <c>tracepoint</c>, <c>kprobe</c>, …</summary>
    public string Type => ProbeNames.GetName(_kind);

    /// <summary>The tracepoint's category, the kernel function's module, the binary's path; empty where there is none.</summary>
    public string Target { get; }

    /// <summary>The event's or function's name.</summary>
    public string Name => _name ??= _functions!.Name(_entry);

    /// <summary>The probe as a script names it: <c>tracepoint:syscalls:sys_enter_openat</c>.</summary>
    public string FullName => _fullName ??= _hasTarget ? $"{Type}:{Target}:{Name}" : $"{Type}:{Name}";

    /// <summary>
    /// The fields of <c>args</c> in order, the return value last (<c>retval</c>); empty where they are not known. Read from the kernel, of user functions
    /// from the binary's debug information, when first asked for.
    /// </summary>
    public ImmutableArray<ProbeParameter> Parameters
    {
        get
        {
            if (_parameters.IsDefault)
                _parameters = _source.Of(_kind, Target, Name);
            return _parameters;
        }
    }

    /// <summary>Why <see cref="Parameters"/> is empty although a function has some: its binary has no debug information. Null where nothing is missing.</summary>
    public string? ParametersUnknown => Parameters.IsEmpty ? _source.WhyUnknown(_kind, Target) : null;

    /// <summary><see cref="FullName"/>.</summary>
    public override string ToString() => FullName;

    /// <summary><see cref="FullName"/>, whatever the format.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => FullName;

    /// <summary>Writes <see cref="FullName"/> in UTF-8, without making a string of it; false where it does not fit.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (_fullName is not null || _functions is null)
            return Encoding.UTF8.TryGetBytes(FullName, utf8Destination, out bytesWritten);
        bytesWritten = 0;
        ReadOnlySpan<byte> name = _functions.NameUtf8(_entry);
        if (!TryAppend(Type, utf8Destination, ref bytesWritten)
            || (_hasTarget && !TryAppend(Target, utf8Destination, ref bytesWritten))
            || !name.TryCopyTo(utf8Destination[bytesWritten..]))
        {
            return false;
        }

        bytesWritten += name.Length;
        return true;
    }

    private static bool TryAppend(string part, Span<byte> destination, ref int used)
    {
        if (!Encoding.UTF8.TryGetBytes(part, destination[used..], out int written) || used + written == destination.Length)
            return false;
        used += written;
        destination[used++] = (byte)':';
        return true;
    }
}

/// <summary>An argument of a probe, or a member of a type.</summary>
/// <param name="Type">Its C type, for example <c>const char *</c> or <c>char[16]</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Declaration">Type and name as C declares them, the form bpftrace lists: <c>char comm[16]</c>.</param>
public sealed record ProbeParameter(string Type, string Name, string Declaration) : IEscapedMembers
{
    /// <summary><see cref="Declaration"/>.</summary>
    public override string ToString() => Declaration;
}
