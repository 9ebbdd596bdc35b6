using System.Globalization;
using System.Management.Automation;

namespace BpfTrace.Commands.Output;

/// <summary>Dresses a map's entry for the pipeline: the parts of its key as properties, and a view by what it holds.</summary>
internal static class MapEntryObject
{
    /// <param name="entry">The entry.</param>
    /// <param name="isAfterEvents">True when the stream already holds other objects: a table would then be drawn as a list.</param>
    public static PSObject Create(MapEntry entry, bool isAfterEvents = false)
    {
        var result = new PSObject(entry);
        if (entry.Key is object?[] parts)
        {
            for (int i = 0; i < parts.Length; i++)
            {
                result.Properties.Add(new PSNoteProperty("Key" + (i + 1).ToString(CultureInfo.InvariantCulture), parts[i]));
            }
        }

        string? view = entry.Value switch
        {
            Histogram or TimeSeries => "BpfTrace.MapEntry#Histogram",
            _ when isAfterEvents => "BpfTrace.MapEntry#Line",
            Stats => "BpfTrace.MapEntry#Stats",
            _ => null,
        };
        if (view is not null)
        {
            result.TypeNames.Insert(0, view);
        }

        return result;
    }
}
