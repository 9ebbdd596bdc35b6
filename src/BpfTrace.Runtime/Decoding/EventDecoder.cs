using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BpfTrace.Compiler.Layout;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Decoding;

/// <summary>The header of a record, read. See <see cref="EventHeader"/>.</summary>
/// <param name="Site">The output site the record came from.</param>
/// <param name="Cpu">The CPU.</param>
/// <param name="BootTimeNanoseconds">CLOCK_BOOTTIME in ns.</param>
/// <param name="Target">The index of the probe's target.</param>
public readonly record struct RecordHeader(OutputSite Site, int Cpu, ulong BootTimeNanoseconds, int Target);

/// <summary>
/// Turns ring-buffer records into typed events (<see cref="TryDecode"/>) or straight into the text bpftrace prints
/// (<see cref="TryWriteText"/>), which makes no objects. One per trace; not safe for several threads at once.
/// </summary>
/// <remarks>
/// A record that is shorter than its layout says, or names no site, is reported as <see cref="MalformedRecordId"/>, never thrown: the
/// <c>Try</c> methods return false and a diagnostic.
/// </remarks>
public sealed class EventDecoder
{
    /// <summary>The id of the diagnostic for a record that does not fit its layout.</summary>
    public const string MalformedRecordId = "MalformedRecord";

    private readonly BoundProgram _program;
    private readonly DecodeContext _context;
    private readonly SiteDecoder?[] _sites;
    private readonly LocalClock _clock = new();
    private readonly Utf8Writer _scratch = new();
    private readonly Utf8Writer _line = new();

    /// <summary>A decoder for a program's records.</summary>
    /// <param name="program">The program whose sites made the records.</param>
    /// <param name="resolver">Symbols, stacks, names, times.</param>
    public EventDecoder(BoundProgram program, IValueResolver resolver)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(resolver);
        _program = program;
        _context = new DecodeContext(program, resolver);
        _sites = new SiteDecoder?[program.Sites.Length];
    }

    /// <summary>
    /// When true, control characters in values are written escaped by <see cref="TryWriteText"/>: for a terminal. The script's own text is
    /// left as it is: scripts print colours.
    /// </summary>
    public bool EscapeControlCharacters { get; set; }

    internal DecodeContext Context => _context;

    /// <summary>Makes the type of a site's events ready, which the site's first event would have to wait for otherwise.</summary>
    /// <param name="site">A site of the program whose events have a type of their own.</param>
    internal void Prepare(OutputSite site) => _ = FindSite(_program.Sites.IndexOf(site)).Shape;

    /// <summary>Reads a record's header.</summary>
    /// <param name="record">The record.</param>
    /// <param name="header">The header.</param>
    /// <param name="malformed">Why there is none.</param>
    public bool TryReadHeader(ReadOnlySpan<byte> record, out RecordHeader header, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        if (!TryFind(record, out SiteDecoder? site, out malformed))
        {
            header = default;
            return false;
        }

        header = new RecordHeader(
            site.Layout.Site, (int)RawValue.UInt32(record, EventHeader.Cpu), RawValue.UInt64(record, EventHeader.Time), (int)RawValue.UInt32(record, EventHeader.Target));
        return true;
    }

    /// <summary>An integer value of a record, for the sites that are no events: <c>print(@m, top, div)</c>, <c>exit(code)</c>, runtime errors.</summary>
    /// <param name="record">A record that <see cref="TryReadHeader"/> accepted.</param>
    /// <param name="index">Which value.</param>
    /// <returns>The value, extended to 64 bits by its type's signedness; 0 when there is no such integer.</returns>
    public long ReadInteger(ReadOnlySpan<byte> record, int index)
    {
        if (!TryFind(record, out SiteDecoder? site, out _) || (uint)index >= (uint)site.Layout.Fields.Length)
            return 0;
        var values = new RecordValues(record, site.Layout, _context);
        return RawValue.TryScalar(site.Layout.Fields[index].Type, values.Bytes(index), out long bits, out _) ? bits : 0;
    }

    /// <summary>Decodes a record of a site that makes events: printf, print of a value, time, join.</summary>
    /// <param name="record">The record.</param>
    /// <param name="decoded">The event, of the type made for its site.</param>
    /// <param name="malformed">Why there is none.</param>
    public bool TryDecode(ReadOnlySpan<byte> record, [NotNullWhen(true)] out TraceEvent? decoded, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        decoded = null;
        if (!TryFind(record, out SiteDecoder? site, out malformed))
            return false;
        ulong boot = RawValue.UInt64(record, EventHeader.Time);
        long unix = ReadUnixNanoseconds(record);
        decoded = site.CreateEvent(record, new EventTime(unix));
        SetHeader(decoded, record, boot, unix);
        return true;
    }

    /// <summary>Gives an event that was made of something else a record's header: what <c>cat()</c> or <c>system()</c> put out, a packet.</summary>
    /// <param name="record">A record that <see cref="TryReadHeader"/> accepted.</param>
    /// <param name="made">The event.</param>
    internal TraceEvent WithHeader(ReadOnlySpan<byte> record, TraceEvent made)
    {
        SetHeader(made, record, RawValue.UInt64(record, EventHeader.Time), ReadUnixNanoseconds(record));
        return made;
    }

    /// <summary>When a record was made, in ns since 1970-01-01 UTC.</summary>
    internal long ReadUnixNanoseconds(ReadOnlySpan<byte> record) =>
        _context.Resolver.ToUnixNanoseconds(RawValue.UInt64(record, EventHeader.Time), ClockMode.Boot);

    /// <summary>
    /// The packet behind a record of <c>skboutput()</c>, from the script's offset on; empty when the packet is not longer. What the kernel pads such records with is cut off.
    /// </summary>
    internal ReadOnlySpan<byte> ReadPacket(ReadOnlySpan<byte> record)
    {
        if (!TryFind(record, out SiteDecoder? site, out _))
            return default;
        long length = ReadInteger(record, 0), offset = ReadInteger(record, 1);
        ReadOnlySpan<byte> packet = record[site.Layout.FixedSize..];
        packet = packet[..(int)Math.Min(length, packet.Length)];
        return offset < packet.Length ? packet[(int)offset..] : default;
    }

    /// <summary>
    /// Writes what bpftrace prints for a record, line end included, straight from its bytes. Of <c>errorf</c> and <c>warnf</c> the message,
    /// of <c>cat</c> the file's name, of <c>system</c> the command.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="output">Where the bytes go; nothing is written when false is returned.</param>
    /// <param name="malformed">Why nothing was written.</param>
    public bool TryWriteText(ReadOnlySpan<byte> record, IBufferWriter<byte> output, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!TryFormat(record, EscapeControlCharacters, out malformed))
            return false;
        output.Write(_scratch.Written);
        return true;
    }

    /// <summary>Writes a record of a site that makes events as one line of JSON, as bpftrace's <c>-f json</c> does.</summary>
    /// <param name="record">The record.</param>
    /// <param name="output">Where the bytes go; nothing is written when false is returned.</param>
    /// <param name="malformed">Why nothing was written.</param>
    public bool TryWriteJson(ReadOnlySpan<byte> record, IBufferWriter<byte> output, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!TryFind(record, out SiteDecoder? site, out malformed))
            return false;
        OutputKind kind = site.Layout.Site.Kind;
        _line.Clear();
        if (kind == OutputKind.PrintValue)
        {
            JsonMessages.Begin(_line, JsonMessages.TypeOf(kind));
            site.WriteJsonValue(_line, record);
            _line.Append("}\n"u8);
        }
        else
        {
            // The line end after a join is the text form's.
            Format(site, record, escape: false);
            ReadOnlySpan<byte> text = _scratch.Written;
            JsonMessages.WriteText(_line, JsonMessages.TypeOf(kind), kind == OutputKind.Join ? text[..^1] : text);
        }

        output.Write(_line.Written);
        return true;
    }

    /// <summary>The same text as a string, never escaped; bytes that are not UTF-8 become U+DC80…U+DCFF.</summary>
    public bool TryFormatText(ReadOnlySpan<byte> record, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        text = TryFormat(record, escape: false, out malformed) ? _scratch.ToString() : null;
        return text is not null;
    }

    /// <summary>The command of a record of <c>system()</c>.</summary>
    internal bool TryCreateCommand(ReadOnlySpan<byte> record, [NotNullWhen(true)] out ShellText? command, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        command = TryFind(record, out SiteDecoder? site, out malformed) ? site.CreateCommand(record) : null;
        return command is not null;
    }

    private bool TryFormat(ReadOnlySpan<byte> record, bool escape, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        if (!TryFind(record, out SiteDecoder? site, out malformed))
            return false;
        Format(site, record, escape);
        return true;
    }

    private void Format(SiteDecoder site, ReadOnlySpan<byte> record, bool escape)
    {
        _scratch.Clear();
        _scratch.EscapeValues = escape;
        long unix = site.Layout.Site.Kind == OutputKind.Time ? ReadUnixNanoseconds(record) : 0;
        site.WriteText(_scratch, record, new EventTime(unix));
    }

    private void SetHeader(TraceEvent made, ReadOnlySpan<byte> record, ulong boot, long unix) => made.SetHeader(
        _clock.ToLocal(unix),
        unix,
        _context.Resolver.GetProbeName((int)RawValue.UInt32(record, EventHeader.Target)),
        (int)RawValue.UInt32(record, EventHeader.Cpu),
        boot);

    private SiteDecoder FindSite(int id) => _sites[id] ??= new SiteDecoder(EventLayout.Create(_program.Sites[id]), _context);

    private bool TryFind(ReadOnlySpan<byte> record, [NotNullWhen(true)] out SiteDecoder? site, [NotNullWhen(false)] out Diagnostic? malformed)
    {
        site = null;
        malformed = null;
        if (record.Length < EventHeader.Size)
        {
            malformed = Malformed($"a record of {record.Length} bytes is shorter than its header", null);
            return false;
        }

        uint id = RawValue.UInt32(record, EventHeader.SiteId);
        if (id >= (uint)_sites.Length)
        {
            malformed = Malformed($"a record names output site {id} of {_sites.Length}", null);
            return false;
        }

        site = FindSite((int)id);
        if (RecordValues.IsWhole(record, site.Layout))
            return true;
        malformed = Malformed($"a record of {record.Length} bytes does not fit its layout of {site.Layout.FixedSize} bytes and packed values", site.Layout.Site);
        site = null;
        return false;
    }

    private Diagnostic Malformed(string message, OutputSite? site) => new(
        MalformedRecordId, DiagnosticSeverity.Warning, message, site is null ? null : new TextLocation(_program.Source, site.Span));
}
