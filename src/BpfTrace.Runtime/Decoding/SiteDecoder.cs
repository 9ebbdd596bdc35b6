using BpfTrace.Compiler.Layout;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;

namespace BpfTrace.Decoding;

/// <summary>Decodes and formats the records of one output site.</summary>
internal sealed class SiteDecoder
{
    private readonly DecodeContext _context;
    private readonly PrintfFormat? _format;
    private readonly bool _holdsTime;
    private EventShape? _shape;

    public SiteDecoder(EventLayout layout, DecodeContext context)
    {
        Layout = layout;
        _context = context;
        _holdsTime = layout.Site.ValueTypes.Any(DecodeContext.HoldsTime);
        if (layout.Site.Format is { } format)
            _format = new PrintfFormat(format, layout.Site.ValueTypes);
    }

    public EventLayout Layout { get; }

    /// <summary>The type of the site's events, where each site has one; made when it is first asked for.</summary>
    public EventShape Shape => _shape ??= new EventShape(Layout, _format, _context.Types);

    /// <summary>The event of a whole record, without its header.</summary>
    public TraceEvent CreateEvent(ReadOnlySpan<byte> record, EventTime time)
    {
        if (Layout.Site.Kind == OutputKind.Time)
            return new TextEvent(FormatTime(time));
        TypedEvent made = Shape.Create(record, _context);
        if (_holdsTime)
        {
            var text = new Utf8Writer();
            WriteText(text, record, time);
            made.SetText(text.ToString());
        }

        return made;
    }

    /// <summary>What bpftrace prints for a whole record. Of <c>cat()</c> and <c>system()</c> that is the file's name and the command.</summary>
    public void WriteText(Utf8Writer writer, ReadOnlySpan<byte> record, EventTime time)
    {
        var values = new RecordValues(record, Layout, _context);
        if (_format is not null)
        {
            _format.Write(writer, values);
            return;
        }

        switch (Layout.Site.Kind)
        {
            case OutputKind.Time:
                writer.Append(FormatTime(time));
                break;
            case OutputKind.Join:
                JoinText.Write(writer, Layout.Fields.IsEmpty ? default : values.Bytes(0), Layout.Site.Separator ?? " ");
                writer.Append((byte)'\n');
                break;
            default:
                if (!Layout.Fields.IsEmpty)
                    values.WriteText(writer, Layout.Fields.Length - 1);
                writer.Append((byte)'\n');
                break;
        }
    }

    /// <summary>The command of a whole record of <c>system()</c>.</summary>
    public ShellText CreateCommand(ReadOnlySpan<byte> record)
    {
        var command = new ShellText();
        _format?.WriteCommand(command, new RecordValues(record, Layout, _context), Layout.Site.OwnValues);
        return command;
    }

    /// <summary>The printed value of a record as JSON.</summary>
    public void WriteJsonValue(Utf8Writer writer, ReadOnlySpan<byte> record)
    {
        if (Layout.Fields.IsEmpty)
            writer.Append("null"u8);
        else
            new RecordValues(record, Layout, _context).WriteJson(writer, Layout.Fields.Length - 1);
    }

    private string FormatTime(EventTime time) => TimeFormat.Format(Layout.Site.TimeFormat ?? "%H:%M:%S\n", time.UnixNanoseconds);
}

/// <summary>When an event happened, in ns since 1970-01-01 UTC.</summary>
internal readonly record struct EventTime(long UnixNanoseconds);
