using System.Diagnostics;
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
    // A terminal of unknown size.
    private const int DefaultWidth = 79;
    private const int DefaultHeight = 23;

    // DECAWM: a line that is too long after all, for a window that is made narrower just now, is cut and breaks nothing.
    private const string DisableWrap = "\u001b[?7l";
    private const string EnableWrap = "\u001b[?7h";
    private static readonly TimeSpan s_resizeInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1); // the system waits no longer than 24 at once

    private readonly List<(TraceSession Session, List<string> Maps)> _watched = [];
    private readonly MapEntryObject _entries = new();
    private readonly List<(string Title, List<MapEntry> Entries, int Count)> _shown = [];
    private System.Management.Automation.Host.Size _drawnWindow;
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
        var frame = new MapFrame(HostStyle.Current, Ascii || HostStyle.IsAscii);
        for (int i = 0; i < Count && _watched.Exists(w => w.Maps.Count > 0); i++)
        {
            if (i > 0 && !Wait(draws ? frame : null))
            {
                return;
            }

            // Asked first: what is read then is all there will be.
            bool isLast = _watched.TrueForAll(w => w.Session.HasEnded);
            if (draws)
            {
                ReadShown();
                Draw(frame, isNew: true);
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
                List<MapEntry> entries = ReadLast(session, map, Reset, Top, out _);
                for (int i = entries.Count - 1; i >= 0; i--)
                {
                    PSObject entry = PSObject.AsPSObject(_entries.Create(entries[i]));
                    entry.Properties.Add(new PSNoteProperty("Timestamp", now));
                    WriteObject(entry, enumerateCollection: false);
                }
            }
        }
    }

    /// <summary>Waits for the next reading; a picture is drawn again when its window has another size.</summary>
    /// <returns>False when the pipeline was stopped.</returns>
    private bool Wait(MapFrame? frame)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = Interval - Stopwatch.GetElapsedTime(start);
            TimeSpan step = frame is null ? s_longestWait : s_resizeInterval;
            step = left < step ? left : step;
            if (StopToken.WaitHandle.WaitOne(step < TimeSpan.Zero ? TimeSpan.Zero : step))
            {
                return false;
            }

            if (step == left)
            {
                return true;
            }

            if (frame is not null && Host.UI.RawUI.WindowSize != _drawnWindow)
            {
                Draw(frame, isNew: false);
            }
        }
    }

    private void ReadShown()
    {
        _shown.Clear();
        foreach ((TraceSession session, List<string> maps) in _watched)
        {
            foreach (string map in maps)
            {
                List<MapEntry> entries = ReadLast(session, map, Reset, Top, out int count);
                _shown.Add((string.Create(CultureInfo.InvariantCulture, $"{map}  trace {session.Id} ({session.Name}), {session.State}"), entries, count));
            }
        }
    }

    private void Draw(MapFrame frame, bool isNew)
    {
        System.Management.Automation.Host.Size window = Host.UI.RawUI.WindowSize;
        int width = window.Width > 1 ? window.Width - 1 : DefaultWidth;
        int height = window.Height > 1 ? window.Height - 1 : DefaultHeight;
        var lines = new List<string>();
        foreach ((string title, List<MapEntry> entries, int count) in _shown)
        {
            if (lines.Count > 0)
            {
                lines.Add("");
            }

            lines.AddRange(frame.Draw(title, entries, count, width, isNew));
        }

        if (lines.Count > height)
        {
            lines.RemoveRange(height, lines.Count - height);
        }

        // In one piece, over the last picture: up to its first line, each line cleared to its end, what is left below cleared. In a window of another
        // size the terminal has broken the lines anew, and where the last picture begins is not known: that one has it all.
        var text = new StringBuilder(DisableWrap);
        if (_drawnLines > 0)
        {
            text.Append(window == _drawnWindow ? string.Create(CultureInfo.InvariantCulture, $"\u001b[{_drawnLines}A\r") : "\u001b[H\u001b[2J");
        }

        foreach (string line in lines)
        {
            text.Append(line).Append("\u001b[K\n");
        }

        text.Append("\u001b[J").Append(EnableWrap);
        _drawnLines = lines.Count;
        _drawnWindow = window;
        Host.UI.Write(text.ToString());
    }
}
