using System.Globalization;
using BpfTrace.Language.Probes;

namespace BpfTrace.Cli;

/// <summary><c>-v</c>: what bpftrace tells then, in its words (<c>LOG(V1)</c>).</summary>
internal sealed class VerboseMessages(Messages messages, TraceSession session)
{
    /// <summary>The begin probes have run, the others are attached.</summary>
    public void Attached()
    {
        Each(ProbeType.Begin, "Attaching 'begin' probe");
        foreach (AttachTarget probe in session.Probes)
        {
            if (probe.Type is not (ProbeType.Begin or ProbeType.End or ProbeType.Self or ProbeType.Test or ProbeType.Bench))
                messages.Line($"Trying to attach probe: {probe.FullName}");
        }
    }

    /// <summary>The end probes have run, the command has ended.</summary>
    public void Ended()
    {
        Each(ProbeType.End, "Attaching 'end' probe");
        if (session.CommandExit is { Signal: { } signal })
            messages.Line(string.Create(CultureInfo.InvariantCulture, $"Child terminated by signal: {signal}"));
        else if (session.CommandExit is { Code: { } code })
            messages.Line(string.Create(CultureInfo.InvariantCulture, $"Child exited with code: {code}"));
    }

    private void Each(ProbeType type, string line)
    {
        foreach (AttachTarget probe in session.Probes)
        {
            if (probe.Type == type)
                messages.Line(line);
        }
    }
}
