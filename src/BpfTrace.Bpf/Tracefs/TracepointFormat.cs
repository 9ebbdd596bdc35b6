using System.Collections.Immutable;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// A tracepoint's record, as <c>events/CATEGORY/NAME/format</c> in tracefs describes it (the kernel's
/// <c>Documentation/trace/events.rst</c>).
/// </summary>
/// <param name="Category">The category (the kernel's "system").</param>
/// <param name="Name">The event's name.</param>
/// <param name="Id">The id that perf_event_open takes.</param>
/// <param name="Fields">All fields in order of the file, the common ones first.</param>
public sealed record TracepointFormat(string Category, string Name, int Id, ImmutableArray<TracepointField> Fields)
{
    /// <summary>The kernel's own way to print the record, from <c>print fmt:</c>; empty if there is none.</summary>
    public string PrintFormat { get; init; } = "";

    /// <summary>The field with a name; null if there is none.</summary>
    public TracepointField? Find(string name)
    {
        foreach (TracepointField field in Fields)
        {
            if (field.Name == name)
                return field;
        }

        return null;
    }

    /// <summary>Reads the text of a <c>format</c> file.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static TracepointFormat Parse(string category, string text) => TracepointFormatParser.Parse(category, text);
}
