using BpfTrace.Language.Binding;

namespace BpfTrace;

public sealed partial class CompiledTrace
{
    /// <summary>How many places of the script write events: most have an event type of their own. 0 for a script that did not bind.</summary>
    public int EventSiteCount
    {
        get
        {
            int count = 0;
            foreach (OutputSite site in Program?.Sites ?? [])
            {
                if (MakesEvents(site, Options))
                    count++;
            }

            return count;
        }
    }

    /// <summary>Whether what a place writes becomes an event.</summary>
    internal static bool MakesEvents(OutputSite site, TraceOptions options) =>
        !(site.IsHeading && options.SeparateHeadings)
        && (site.Kind is OutputKind.Printf or OutputKind.PrintValue or OutputKind.Join || FixedEventType(site) is not null);

    /// <summary>The type of a place's events where it is the same for all scripts; null where each place has a type of its own, and for what makes no events.</summary>
    internal static Type? FixedEventType(OutputSite site) => site.Kind switch
    {
        OutputKind.Time => typeof(TextEvent),
        OutputKind.Cat => typeof(FileEvent),
        OutputKind.System => typeof(CommandEvent),
        OutputKind.Packet => typeof(PacketEvent),
        _ => null,
    };
}
