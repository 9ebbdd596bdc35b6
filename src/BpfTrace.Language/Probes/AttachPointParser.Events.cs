using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Probes;

internal sealed partial class AttachPointParser
{
    private AttachPoint? ParseSelf(AttachPoint point, string[] parts)
    {
        if (parts[1] != "signal")
            return Invalid(point, $"{parts[1]} is not a supported trigger");
        return parts[2] == "SIGUSR1"
            ? point with { Target = parts[1], Function = parts[2] }
            : Invalid(point, $"{parts[2]} is not a supported signal");
    }

    private AttachPoint? ParseNamed(AttachPoint point, string[] parts) => parts[1].Length == 0
        ? Invalid(point, $"{point.TypeName} probes must have a name")
        : point with { Target = parts[1] };

    /// <summary><c>profile:hz:99</c>, <c>interval:s:1</c>, <c>interval:10ms</c>, <c>profile:1000000</c> (nanoseconds).</summary>
    private AttachPoint? ParseTimer(AttachPoint point, string[] parts)
    {
        if (!TryParseNumber(parts[^1], out ulong number, out string error))
            return Invalid(point, $"Invalid rate of {point.TypeName} probe: {error}", $"as in {point.TypeName}:s:1 or {point.TypeName}:hz:99");
        if (parts.Length == 2)
        {
            return number < 1000
                ? Invalid(point, string.Create(CultureInfo.InvariantCulture,
                    $"Invalid rate of {point.TypeName} probe. Minimum is 1000 or 1us. Found: {number} nanoseconds"))
                : WithPeriod(point, "us", number / 1000);
        }
        if (parts[1].Length == 0)
            return Invalid(point, $"{point.TypeName} probe must have unit of time");
        if (parts[1] is not ("hz" or "s" or "ms" or "us"))
            return Invalid(point, $"{parts[1]} is not an accepted unit of time", "accepted units: hz, s, ms, us");
        return number == 0
            ? Invalid(point, $"{point.TypeName} frequency should be a positive integer")
            : WithPeriod(point, parts[1], number);
    }

    /// <summary>The nanoseconds of a timer's unit; 0 for hertz, which is none.</summary>
    internal static ulong NanosecondsOf(string unit) => unit switch
    {
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        _ => 0,
    };

    private AttachPoint? WithPeriod(AttachPoint point, string unit, ulong count)
    {
        // The kernel refuses a period with the highest bit (perf_event_open in kernel/events/core.c); a longer one would come round to a short one.
        const ulong Longest = long.MaxValue;
        return NanosecondsOf(unit) is var scale and > 0 && count > Longest / scale
            ? Invalid(point, string.Create(CultureInfo.InvariantCulture, $"Invalid rate of {point.TypeName} probe. Maximum is {Longest / scale}{unit}. Found: {count}{unit}"))
            : point with { Target = unit, Count = count };
    }

    private AttachPoint? ParseEvent(AttachPoint point, string[] parts)
    {
        string kind = point.TypeName;
        if (parts[1].Length == 0)
            return Invalid(point, $"{kind} probe must have a {kind} event name");
        ulong count = 0;
        if (parts.Length == 3 && parts[2] is not ("" or "*") && !TryParseNumber(parts[2], out count, out string error))
            return Invalid(point, $"Invalid count for {kind} probe: {error}");
        if (SyntaxFacts.HasWildcard(parts[1]))
            return Invalid(point, $"wildcards are not allowed for {kind} probe type");
        return EventNames.TryFind(point.Type, parts[1], out _, out _)
            ? point with { Target = parts[1], Count = count }
            : Invalid(
                point, $"{parts[1]} is not a {kind} probe",
                DiagnosticBag.DidYouMean(Suggestions.Closest(parts[1], EventNames.Of(point.Type))));
    }

    private AttachPoint? ParseWatchpoint(AttachPoint point, string[] parts)
    {
        if (!TryParseNumber(parts[1], out ulong address, out string error))
        {
            return Invalid(
                point, $"Invalid function/address argument: {error}",
                parts[1].Contains("+arg", StringComparison.Ordinal) ? "Watchpoints on a function's argument are gone since bpftrace 0.25: watch an address, read in a uprobe or kprobe first." : null);
        }
        if (!TryParseNumber(parts[2], out ulong length, out error))
            return Invalid(point, $"Invalid length argument: {error}");
        if (address == 0)
            return Invalid(point, "watchpoint must be attached to a non-zero address");
        if (length is not (1 or 2 or 4 or 8))
            return Invalid(point, "watchpoint length must be one of (1,2,4,8)");
        string mode = string.Concat(parts[3].Order());
        if (mode.Length == 0 || mode.AsSpan().ContainsAnyExcept("rwx"))
            return Invalid(point, "watchpoint mode must be combination of (r,w,x)");
        if (mode.Distinct().Count() != mode.Length)
            return Invalid(point, "watchpoint modes may not be duplicated");

        // What the debug registers can do: perf_event_open(2), HW_BREAKPOINT_*.
        if (mode is not ("w" or "rw" or "x"))
        {
            diagnostics.ReportInvalidWatchpointMode(At(point.Syntax), mode, "rw,w,x");
            return null;
        }
        return point with { Address = address, Length = length, Mode = mode };
    }
}
