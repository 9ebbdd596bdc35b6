using System.Globalization;
using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>How the command of a trace ended: one of the two is set.</summary>
/// <param name="Code">Its exit status; null when a signal ended it.</param>
/// <param name="Signal">The number of the signal that ended it; null when it ended by itself.</param>
public sealed record CommandExit(int? Code, int? Signal)
{
    /// <summary>The status, or the signal with what it means.</summary>
    public override string ToString() => Signal is { } signal
        ? string.Create(CultureInfo.InvariantCulture, $"signal {signal} ({SignalNames.Describe(signal)})")
        : string.Create(CultureInfo.InvariantCulture, $"status {Code}");
}
