using System.Management.Automation;
using BpfTrace.Commands.Output;
using BpfTrace.Pictures;

namespace BpfTrace.Commands;

/// <summary>Draws histograms, time series and numbers of maps as SVG.</summary>
[Cmdlet(VerbsData.ConvertTo, "BpfChart", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
[OutputType(typeof(FileInfo))]
public sealed class ConvertToBpfChartCommand : PictureCommandBase
{
    private readonly List<MapEntry> _entries = [];

    /// <summary>The picture's width in pixels.</summary>
    [Parameter]
    [ValidateRange(300, 10000)]
    public int Width { get; set; } = 900;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_entries.Count == 0)
        {
            WriteNothing("None of the objects can be drawn. Map entries with hist, lhist, tseries, stats or numbers can, and histograms and time series themselves.");
            return;
        }

        WriteResult(Chart.ToSvg(_entries, Title, Width));
    }

    private protected override void Add(PSObject item)
    {
        MapEntry? entry = RestoredModel.Entry(item)
            ?? (RestoredModel.Value(item) is (Histogram or TimeSeries or Stats) and var alone ? new MapEntry("", null, alone) : null);
        if (entry is not null && Chart.CanDraw(entry.Value))
        {
            _entries.Add(entry);
        }
        else
        {
            WriteVerbose($"Nothing to draw in {item}.");
        }
    }
}
