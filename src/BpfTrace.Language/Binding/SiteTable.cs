using System.Collections.Immutable;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <summary>The output sites of a program. A call that is bound for several probes is one site as long as it is the same there.</summary>
internal sealed class SiteTable
{
    private readonly List<OutputSite> _sites = [];
    private readonly Dictionary<int, List<OutputSite>> _byPlace = [];

    /// <summary>Enters a site, or gives the equal one that is there. The given number does not count.</summary>
    public OutputSite Add(OutputSite site)
    {
        if (!_byPlace.TryGetValue(site.Span.Start, out List<OutputSite>? places))
            _byPlace[site.Span.Start] = places = [];
        foreach (OutputSite known in places)
        {
            if (IsSame(known, site))
                return known;
        }
        OutputSite added = site with { Id = _sites.Count };
        places.Add(added);
        _sites.Add(added);
        return added;
    }

    /// <summary>All sites, by number.</summary>
    public ImmutableArray<OutputSite> ToImmutableArray() => [.. _sites];

    private static bool IsSame(OutputSite a, OutputSite b) =>
        a.Kind == b.Kind && a.IsHeading == b.IsHeading && a.OwnValues == b.OwnValues && a.IsAt(b.Span, b.ExpandedFrom) && a.Map == b.Map && a.Format?.Text == b.Format?.Text && a.TimeFormat == b.TimeFormat && a.Separator == b.Separator && a.Path == b.Path
        && a.ValueNames.SequenceEqual(b.ValueNames) && a.ValueTypes.Length == b.ValueTypes.Length && SameTypes(a, b);

    private static bool SameTypes(OutputSite a, OutputSite b)
    {
        for (int i = 0; i < a.ValueTypes.Length; i++)
        {
            if (!TypeRules.Same(a.ValueTypes[i], b.ValueTypes[i]))
                return false;
        }
        return true;
    }
}
