using System.Collections.Immutable;
using System.Diagnostics;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>What came of a <c>test</c> probe.</summary>
/// <param name="Name">The test's name.</param>
/// <param name="Passed">Whether it returned 0 and reported no error.</param>
/// <param name="Nanoseconds">How long it ran.</param>
/// <param name="Output">What it printed, as bpftrace prints it.</param>
public sealed record TestResult(string Name, bool Passed, long Nanoseconds, string Output) : IEscapedMembers
{
    /// <summary>The script's file, or what else its text is called.</summary>
    public string Script { get; init; } = "";
}

/// <summary>What came of a <c>bench</c> probe.</summary>
/// <param name="Name">The benchmark's name.</param>
/// <param name="Passed">False when it reported an error: there are then no numbers.</param>
/// <param name="AverageNanoseconds">The time of one run.</param>
/// <param name="Iterations">How often it ran for that.</param>
public sealed record BenchmarkResult(string Name, bool Passed, long AverageNanoseconds, long Iterations) : IEscapedMembers
{
    /// <summary>The script's file, or what else its text is called.</summary>
    public string Script { get; init; } = "";
}

/// <summary>
/// Runs a script's <c>test</c> or <c>bench</c> probes, each by itself, between its begin and end probes; no other probe is attached (bpftrace's
/// <c>--test</c> and <c>--bench</c>, src/bpftrace.cpp run()).
/// </summary>
public sealed class TestSession : IDisposable
{
    // As bpftrace: long enough to tell programs apart, short enough for many of them.
    private const long LeastNanoseconds = 1_000_000;

    private readonly ImmutableArray<LoadedProbe> _probes;
    private readonly BpfCollection _collection;
    private readonly RingBufferReader _ring;
    private readonly RecordActions _actions;
    private readonly RecordActions _finalActions;
    private readonly ProbeType _kind;
    private readonly string _script;

    private TestSession(string script, ProbeType kind, ImmutableArray<LoadedProbe> probes, BpfCollection collection, RingBufferReader ring, RecordActions actions, RecordActions finalActions)
    {
        _script = script;
        _kind = kind;
        _probes = probes;
        _collection = collection;
        _ring = ring;
        _actions = actions;
        _finalActions = finalActions;
    }

    /// <summary>The names of the tests or benchmarks, in the script's order.</summary>
    public ImmutableArray<string> Names => [.. Demanded.Select(static p => p.Probe.Targets[0].Name)];

    private IEnumerable<LoadedProbe> Demanded => _probes.Where(p => p.Probe.Type == _kind);

    /// <summary>Loads the programs and runs the begin probes, whose output is dropped.</summary>
    /// <param name="trace">A script without errors. Tests' output is always text; that of the end probes JSON where the script was compiled for <see cref="EventForm.Json"/>.</param>
    /// <param name="benchmarks">The bench probes rather than the test probes.</param>
    /// <exception cref="TraceStartException">The script has none, or the kernel refused a program.</exception>
    public static TestSession Start(CompiledTrace trace, bool benchmarks)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.HasErrors || trace.IsIncomplete || trace.Result?.Collection is not { } spec)
            throw new TraceStartException(trace.Diagnostics);
        ProbeType kind = benchmarks ? ProbeType.Bench : ProbeType.Test;
        BoundProgram program = trace.RuntimeProgram;
        if (!program.Probes.Any(p => p.Type == kind || p.Type is ProbeType.Begin or ProbeType.End))
            throw LoadDiagnostics.Exception(SessionDiagnosticIds.NoProbes, LoadDiagnostics.NoProbesMessage(program));
        BpfCollection? collection = null;
        RingBufferReader? ring = null;
        try
        {
            ImmutableArray<LoadedProbe> probes = new ProgramLoader(program, spec, trace.Catalog, inProcesses: false)
                .Load(out collection, isWanted: type => type == kind || type is ProbeType.Begin or ProbeType.End);
            BpfCollection maps = collection!;
            ring = new RingBufferReader(maps.GetMap(KernelMaps.RingBuffer));
            Func<string, BpfMap?> findMap = name => maps.Maps.GetValueOrDefault(name);
            var resolver = new ValueResolver(program, findMap, LinuxKernelCatalog.Shared);
            RecordActions ActionsFor(EventForm form) => new(program, trace.Options with { Form = form }, resolver, findMap);
            var session = new TestSession(trace.Source.Name, kind, probes, maps, ring, ActionsFor(EventForm.Text), ActionsFor(trace.Options.Form == EventForm.Json ? EventForm.Json : EventForm.Text));
            session.Run(ProbeType.Begin);
            return session;
        }
        catch (Exception exception)
        {
            ring?.Dispose();
            collection?.Dispose();
            if (exception is BpfException refused)
                throw LoadDiagnostics.Loading(program, refused);
            throw;
        }
    }

    /// <summary>Runs the tests one after another, while the sequence is read.</summary>
    public IEnumerable<TestResult> RunTests()
    {
        foreach (LoadedProbe probe in Demanded)
        {
            long start = Stopwatch.GetTimestamp();
            uint result = probe.Program!.TestRun();
            long time = Stopwatch.GetElapsedTime(start).Ticks * 100;
            Drained drained = Drain();
            yield return new TestResult(probe.Probe.Targets[0].Name, result == 0 && !drained.Failed, time, drained.Text) { Script = _script };
        }
    }

    /// <summary>Runs the benchmarks one after another, while the sequence is read. One that returns something else than 0 is left out.</summary>
    public IEnumerable<BenchmarkResult> RunBenchmarks()
    {
        // The kernel times programs only while somebody asks for it.
        using BpfStatistics statistics = BpfStatistics.Enable();
        foreach (LoadedProbe probe in Demanded)
        {
            if (Measure(probe) is { } result)
                yield return result;
        }
    }

    /// <summary>Runs the end probes.</summary>
    /// <returns>What they printed.</returns>
    public string Finish()
    {
        Run(ProbeType.End);
        return Drain(_finalActions).Text;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        _collection.Dispose();
    }

    private void Run(ProbeType type)
    {
        foreach (LoadedProbe probe in _probes)
        {
            if (probe.Probe.Type == type)
                probe.Program!.TestRun();
        }

        if (type == ProbeType.Begin)
            Drain();
    }

    private BenchmarkResult? Measure(LoadedProbe probe)
    {
        string name = probe.Probe.Targets[0].Name;
        for (long iterations = 1; ; )
        {
            bool isSkipped = false;
            ulong before = probe.Program!.GetInfo().RunTime;
            for (long i = 0; i < iterations && !isSkipped; i++)
                isSkipped = probe.Program.TestRun() != 0;
            long time = (long)(probe.Program.GetInfo().RunTime - before);
            Drained drained = Drain();
            if (drained.Failed)
                return new BenchmarkResult(name, false, 0, 0) { Script = _script };
            if (isSkipped)
                return null;
            if (time >= LeastNanoseconds)
                return new BenchmarkResult(name, true, time / iterations, iterations) { Script = _script };
            iterations *= time switch
            {
                < 1_000 => 100,
                < 10_000 => 10,
                < 100_000 => 5,
                _ => 2,
            };
        }
    }

    private Drained Drain(RecordActions? actions = null)
    {
        actions ??= _actions;

        // All records are there already: nobody waits for room in the queue.
        var queue = new RecordQueue(int.MaxValue);
        var output = new RecordOutput(queue, null);
        while (_ring.Consume(record => actions.Execute(record, output)) > 0)
        {
        }

        output.Flush();
        queue.Complete();
        using var text = new MemoryStream();
        bool failed = output.ExitCode != 0;
        foreach (TraceRecord record in queue.Take(CancellationToken.None))
        {
            if (record is TextRecord line)
                text.Write(line.Text.Span);
            else if (record is ErrorRecord error)
            {
                failed = true;
                text.Write(System.Text.Encoding.UTF8.GetBytes(error.Diagnostic.Message + "\n"));
            }
        }

        return new Drained(System.Text.Encoding.UTF8.GetString(text.ToArray()), failed);
    }

    private sealed record Drained(string Text, bool Failed);
}
