using System.Collections.Immutable;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands;

/// <summary>Shows maps of running traces again and again: a picture that is redrawn on a console, entries with their time elsewhere.</summary>
[Cmdlet(VerbsCommon.Watch, "BpfMap")]
[OutputType(typeof(MapEntry))]
public sealed class WatchBpfMapCommand : MapCommandBase
{
    private readonly List<(TraceSession Session, List<string> Maps)> _watched = [];
    private readonly MapEntryObject _entries = new();
    private int _drawnLines;

    /// <summary>How long from one reading to the next.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many entries of each map are shown, the largest.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; } = 20;

    /// <summary>How often the maps are read; until their traces end by default.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <summary>Empty the maps with each reading: what is shown is what came since the last.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    /// <summary>Draw with ASCII characters.</summary>
    [Parameter]
    public SwitchParameter Ascii { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        bool draws = IsConsole();
        var frame = new MapFrame(HostStyle.Current, Ascii || Console.OutputEncoding.CodePage != Encoding.UTF8.CodePage);
        for (int i = 0; i < Count && _watched.Exists(w => w.Maps.Count > 0); i++)
        {
            if (i > 0 && StopToken.WaitHandle.WaitOne(Interval))
            {
                return;
            }

            // Asked first: what is read then is all there will be.
            bool isLast = _watched.TrueForAll(w => w.Session.HasEnded);
            if (draws)
            {
                Draw(frame);
            }
            else
            {
                WriteEntries();
            }

            if (isLast)
            {
                return;
            }
        }
    }

    private protected override void Process(TraceSession session, List<string> maps) => _watched.Add((session, maps));

    // A pipeline behind this one wants objects, and so does a file.
    private bool IsConsole() =>
        Host.Name == "ConsoleHost" && !Console.IsOutputRedirected && MyInvocation.PipelinePosition == MyInvocation.PipelineLength;

    private void WriteEntries()
    {
        DateTime now = DateTime.Now;
        foreach ((TraceSession session, List<string> maps) in _watched)
        {
            foreach (string map in maps)
            {
                ImmutableArray<MapEntry> entries = Read(session, map, Reset);
                for (int i = entries.Length - 1; i >= Math.Max(0, entries.Length - Top); i--)
                {
                    PSObject entry = _entries.Create(entries[i]);
                    entry.Properties.Add(new PSNoteProperty("Timestamp", now));
                    WriteObject(entry, enumerateCollection: false);
                }
            }
        }
    }

    private void Draw(MapFrame frame)
    {
        System.Management.Automation.Host.Size window = Host.UI.RawUI.WindowSize;
        int width = Math.Max(20, window.Width - 1);
        int height = Math.Max(3, window.Height - 1);
        var lines = new List<string>();
        foreach ((TraceSession session, List<string> maps) in _watched)
        {
            foreach (string map in maps)
            {
                ImmutableArray<MapEntry> entries = Read(session, map, Reset);
                if (lines.Count > 0)
                {
                    lines.Add("");
                }

                lines.AddRange(frame.Draw(string.Create(CultureInfo.InvariantCulture, $"{map}  trace {session.Id} ({session.Name}), {session.State}"), entries, Top, width));
            }
        }

        if (lines.Count > height)
        {
            lines.RemoveRange(height, lines.Count - height);
        }

        // In one piece, over the last picture: up to its first line, each line cleared to its end, what is left below cleared.
        var text = new StringBuilder();
        if (_drawnLines > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\u001b[{_drawnLines}A\r");
        }

        foreach (string line in lines)
        {
            text.Append(line).Append("\u001b[K\n");
        }

        text.Append("\u001b[J");
        _drawnLines = lines.Count;
        Host.UI.Write(text.ToString());
    }
}
