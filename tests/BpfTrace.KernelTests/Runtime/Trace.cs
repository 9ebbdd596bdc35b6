using System.Text;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Runs scripts and gathers what comes of them.</summary>
internal static class Trace
{
    /// <summary>Compiles a script that is right, or fails with what is wrong with it.</summary>
    public static CompiledTrace Compile(string script, TraceOptions? options = null)
    {
        CompiledTrace trace = TraceCompiler.Compile(new SourceText(script), options);
        Assert.False(trace.HasErrors, string.Join('\n', trace.Diagnostics));
        return trace;
    }

    public static TraceSession Start(string script, TraceOptions? options = null)
    {
        using CompiledTrace trace = Compile(script, options);
        return TraceSession.Start(trace);
    }

    /// <summary>Runs a script to its end.</summary>
    public static List<TraceRecord> Run(string script, TraceOptions? options = null)
    {
        using TraceSession session = Start(script, options);
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal(SessionState.Completed, session.State);
        return records;
    }

    /// <summary>Runs a script to its end for its text.</summary>
    public static string Text(string script, TraceOptions? options = null) =>
        TextOf(Run(script, (options ?? new TraceOptions()) with { Form = EventForm.Text }));

    public static string TextOf(IEnumerable<TraceRecord> records) =>
        string.Concat(records.OfType<TextRecord>().Select(r => Encoding.UTF8.GetString(r.Text.Span)));

    /// <summary>The texts of the events.</summary>
    public static string[] Events(IEnumerable<TraceRecord> records) =>
        [.. records.OfType<EventRecord>().Select(r => r.Event.Text)];

    public static TraceCounters Counters(List<TraceRecord> records) => Assert.IsType<EndRecord>(records[^1]).Counters;
}
