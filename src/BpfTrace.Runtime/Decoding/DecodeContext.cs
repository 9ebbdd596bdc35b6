using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>What decoding and formatting need besides the bytes. One per trace, used by one thread at a time.</summary>
internal sealed class DecodeContext
{
    private readonly Lazy<RuntimeTypes> _types;
    private readonly LocalClock _clock = new();

    public DecodeContext(BoundProgram program, IValueResolver resolver)
    {
        Resolver = resolver;
        TimeFormats = program.TimeFormats;
        CgroupFilters = program.CgroupFilters;
        Trailer = Encoding.UTF8.GetBytes(program.Config.StrTruncTrailer);
        _types = new Lazy<RuntimeTypes>(() => new RuntimeTypes(program.Source));
    }

    public IValueResolver Resolver { get; }

    public ImmutableArray<string> TimeFormats { get; }

    public ImmutableArray<string> CgroupFilters { get; }

    /// <summary>What follows a string that was cut.</summary>
    public ReadOnlyMemory<byte> Trailer { get; }

    /// <summary>The CLR types made for this trace. Nothing is made before the first object is.</summary>
    public RuntimeTypes Types => _types.Value;

    public StringCache Strings { get; } = new();

    /// <summary>The text of a <see cref="TimestampType"/>.</summary>
    public string FormatTime(ulong nanoseconds, uint format, uint clock)
    {
        string pattern = format < (uint)TimeFormats.Length ? TimeFormats[(int)format] : "";
        return Formatting.TimeFormat.Format(pattern, Resolver.ToUnixNanoseconds(nanoseconds, (ClockMode)clock));
    }

    /// <summary>The time of a <see cref="TimestampType"/>, to 100 ns; how the script writes it is the text's matter.</summary>
    public DateTimeOffset Time(ulong nanoseconds, uint clock) => _clock.ToLocalOffset(Resolver.ToUnixNanoseconds(nanoseconds, (ClockMode)clock));

    /// <summary>
    /// Whether a value is or holds a time. Its object does not know the format it is written with, so the text of what holds it is made while
    /// there are bytes.
    /// </summary>
    public static bool HoldsTime(BpfType type) => type switch
    {
        TimestampType => true,
        ArrayType array => HoldsTime(array.Element),
        TupleType tuple => tuple.Fields.Any(f => HoldsTime(f.Type)),
        _ => false,
    };

    /// <summary>The text of a <see cref="CgroupPathType"/>.</summary>
    public string CgroupPath(ulong id, uint filter) =>
        Resolver.ResolveCgroupPath(id, filter < (uint)CgroupFilters.Length ? CgroupFilters[(int)filter] : "");
}
