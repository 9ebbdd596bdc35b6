using System.Diagnostics;
using System.Management.Automation;

namespace BpfTrace.Commands.Output;

/// <summary>Shows loading and attaching of many probes as a progress bar: not for the few of most traces, and not more often than an eye sees.</summary>
internal sealed class AttachProgressBar(Cmdlet cmdlet) : IProgress<AttachProgress>
{
    private const int FewSteps = 50;
    private const int ActivityId = 1;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private long _last;
    private ProgressRecord? _shown;

    /// <inheritdoc/>
    public void Report(AttachProgress value)
    {
        if (value.Total < FewSteps || (_shown is not null && Stopwatch.GetElapsedTime(_last) < s_interval))
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        string what = value.Stage == AttachStage.Loading ? "Loading programs" : "Attaching probes";
        _shown = new ProgressRecord(ActivityId, "Start-BpfTrace", $"{what}: {value.Done} of {value.Total}")
        {
            PercentComplete = (int)(100L * value.Done / value.Total),
        };
        cmdlet.WriteProgress(_shown);
    }

    /// <summary>Takes the bar away.</summary>
    public void End()
    {
        if (_shown is null)
        {
            return;
        }

        _shown.RecordType = ProgressRecordType.Completed;
        cmdlet.WriteProgress(_shown);
        _shown = null;
    }
}
