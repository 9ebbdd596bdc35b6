using System.Globalization;
using System.Text;

namespace BpfTrace.Commands.Output;

/// <summary>What a script costs, in lines to read: a line for each kind of probe and way of attaching, then the memory.</summary>
internal static class CostText
{
    private const int Kibi = 1024;
    private const int NamedMaps = 5;

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(ScriptReport report)
    {
        foreach (IGrouping<string, ScriptAttachment> group in report.Attachments.GroupBy(static a => $"{a.ProbeType} {a.Mechanism}", StringComparer.Ordinal))
        {
            yield return Line([.. group]);
        }

        if (report.Cost is { MemoryBytes: > 0 } cost)
        {
            yield return Memory(report, cost);
        }
    }

    /// <summary>A size in bytes, as <c>8 MiB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < Kibi => Number(bytes) + " bytes",
        < Kibi * Kibi => Number(bytes / (double)Kibi) + " KiB",
        < (long)Kibi * Kibi * Kibi => Number(bytes / (double)(Kibi * Kibi)) + " MiB",
        _ => Number(bytes / (double)((long)Kibi * Kibi * Kibi)) + " GiB",
    };

    private static string Line(ScriptAttachment[] group)
    {
        ScriptAttachment first = group[0];
        int points = group.Sum(static a => a.Probes.Length);
        int links = group.Sum(static a => a.Links);
        var line = new StringBuilder(first.ProbeType).Append(": ");
        if (links == 0)
        {
            line.Append(first.Mechanism);
        }
        else
        {
            line.Append(Count(points, "attach point")).Append(" by ").Append(Count(links, first.Mechanism + " link"));
        }

        line.Append(", ").Append(Count(group.Length, "program")).Append(" of ").Append(Count(group.Sum(static a => a.InstructionCount), "instruction"));
        line.Append(group.Length > 1 ? " together" : "");
        double known = group.Sum(static a => a.EventRate ?? 0);
        string[] sources = [.. group.Select(static a => a.EventRateSource).OfType<string>().Distinct()];
        if (sources.Length > 0)
        {
            line.Append(group.Any(static a => a.EventRate is null) ? "; at least " : "; about ").Append(Count(known, "run")).Append(" a second (").AppendJoin(", ", sources).Append(')');
        }

        return line.ToString();
    }

    private static string Memory(ScriptReport report, ScriptCost cost)
    {
        var line = new StringBuilder("memory: ").Append(Bytes(cost.MemoryBytes)).Append(" of the kernel's");
        if (report.Maps.Length > 0)
        {
            line.Append(", ").Append(Bytes(cost.MapBytes)).Append(" for maps (");
            line.AppendJoin(", ", report.Maps.OrderByDescending(static m => m.MemoryBytes).Take(NamedMaps).Select(static m => $"{m.Name} {Bytes(m.MemoryBytes)}"));
            line.Append(report.Maps.Length > NamedMaps ? $", {report.Maps.Length - NamedMaps} more)" : ")");
        }

        return line.Append(", ").Append(Bytes(cost.BufferBytes)).Append(" for output, stacks and large values").ToString();
    }

    private static string Count(double count, string what) => $"{Number(count)} {what}{(Number(count) == "1" ? "" : "s")}";

    private static string Number(double number) => number.ToString(number < 10 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
}
