using BpfTrace.Language.Binding;

namespace BpfTrace;

public sealed partial class CompiledTrace
{
    /// <summary>How many places of the script write events: each has an event type of its own. 0 for a script that did not bind.</summary>
    public int EventSiteCount
    {
        get
        {
            int count = 0;
            foreach (OutputSite site in Program?.Sites ?? [])
            {
                if (MakesEvents(site) && !(site.IsHeading && Options.SeparateHeadings))
                    count++;
            }

            return count;
        }
    }

    /// <summary>Whether what a place writes becomes an event.</summary>
    internal static bool MakesEvents(OutputSite site) =>
        site.Kind is OutputKind.Printf or OutputKind.PrintValue or OutputKind.Time or OutputKind.Join or OutputKind.Cat or OutputKind.System;
}
