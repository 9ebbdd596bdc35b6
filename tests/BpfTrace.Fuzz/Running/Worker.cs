using System.Diagnostics;
using BpfTrace.Fuzz.Checks;
using BpfTrace.Fuzz.Generation;
using BpfTrace.Fuzz.Mutation;
using BpfTrace.Language.Probes;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Fuzz.Running;

/// <summary>The child process: makes and checks one program after another, on a stack as small as a PowerShell pipeline's.</summary>
internal sealed class Worker(FuzzSettings settings, Counters counters)
{
    private const int SmallStack = 768 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);
    // On the live machine files are read, and a body is bound for each of the places it stands for.
    private readonly TimeSpan _slow = TimeSpan.FromSeconds(settings.IsLive ? 3 : 1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_slowCompile = TimeSpan.FromSeconds(5);

    private readonly IKernelCatalog _catalog = settings.IsLive ? LinuxKernelCatalog.Shared : new FakeKernelCatalog(LinuxKernelCatalog.Shared.KernelTypes);
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);
    private readonly string _classes = Path.Combine(settings.Output, "classes");

    /// <summary>Runs to the end of the settings.</summary>
    public void Run()
    {
        var thread = new Thread(Work, SmallStack) { Name = "fuzz" };
        thread.Start();
        thread.Join();
    }

    /// <summary>Takes one program as far as the settings say.</summary>
    public static CheckResult CheckOne(FuzzSettings settings, string text)
    {
        CheckResult? result = null;
        var thread = new Thread(() => result = new Worker(settings, null!).Check(text, true), SmallStack);
        thread.Start();
        thread.Join();
        return result!;
    }

    /// <summary>Makes a program small that is refused with a message.</summary>
    public static string Reduce(FuzzSettings settings, string text, string message)
    {
        var worker = new Worker(settings, null!);
        return Shrinker.Shrink(text, candidate => worker.Check(candidate, true).Reason?.Contains(message, StringComparison.Ordinal) == true, s_patience);
    }

    /// <summary>Counts why programs are refused.</summary>
    public static void CountReasons(FuzzSettings settings)
    {
        var worker = new Worker(settings, null!);
        ProgramSource source = worker.Source();
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        var examples = new Dictionary<string, string>(StringComparer.Ordinal);
        for (long i = settings.First; i < settings.First + settings.Count; i++)
        {
            CheckResult result = worker.Check(source.Create(i), compiles: true);
            string reason = $"{result.Outcome}: {CompileCheck.Signature(result.Reason ?? "")}";
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            examples.TryAdd(reason, $"{result.Outcome} {i}: {result.Reason}");
        }

        foreach ((string reason, int count) in reasons.OrderByDescending(static r => r.Value))
            Console.WriteLine($"{count,7}  {examples[reason]}");
    }

    private ProgramSource Source() =>
        new(settings.Seed, settings.IsLive ? ProbePool.Loadable : ProbePool.All, SeedScripts.Load(settings.Corpus), settings.Mutated);

    private void Work()
    {
        if (File.Exists(_classes))
        {
            foreach (string known in File.ReadLines(_classes))
                _seen[known] = 0;
        }

        // Time in which programs were made: a virtual machine may stand still for minutes.
        TimeSpan worked = TimeSpan.Zero;
        long last = Stopwatch.GetTimestamp();
        ProgramSource source = Source();
        for (long i = settings.First; i - settings.First < settings.Count && (settings.Duration is not { } limit || worked < limit); i++)
        {
            TimeSpan since = Stopwatch.GetElapsedTime(last);
            last = Stopwatch.GetTimestamp();
            worked += since < s_longest ? since : s_longest;
            counters.Current = i;
            string text = source.Create(i);
            counters.Since = Stopwatch.GetTimestamp();
            bool compiles = settings.Sample >= 100 || Dice.Of(~settings.Seed, i).Percent(settings.Sample);
            CheckResult result = Timed(text, compiles);
            counters.Since = 0;
            counters[result.Outcome]++;
            if (result.Finding is { } finding)
                Report(i, text, finding, compiles);
        }

        foreach ((string name, int count) in _seen.Where(static s => s.Value > 0).OrderByDescending(static s => s.Value))
            Console.WriteLine($"{count,7}  {name}");
    }

    private CheckResult Timed(string text, bool compiles)
    {
        TimeSpan before = ThreadClock.Now;
        TimeSpan all = Process.GetCurrentProcess().TotalProcessorTime;
        CheckResult result = Check(text, compiles);
        if (ThreadClock.Now - before < _slow && (!compiles || settings.Stage == FuzzStage.Bind || Process.GetCurrentProcess().TotalProcessorTime - all < s_slowCompile))
            return result;
        // Once more: the first time may have been compilation of ours, or a collection.
        before = ThreadClock.Now;
        all = Process.GetCurrentProcess().TotalProcessorTime;
        result = Check(text, compiles);
        TimeSpan mine = ThreadClock.Now - before;
        TimeSpan whole = Process.GetCurrentProcess().TotalProcessorTime - all;
        if (mine >= _slow)
            return result with { Finding = new Finding("slow: parse and bind", $"{mine}") };
        return whole >= s_slowCompile ? result with { Finding = new Finding("slow: compile", $"{whole}") } : result;
    }

    private CheckResult Check(string text, bool compiles)
    {
        var language = new LanguageCheck(_catalog);
        CheckResult result = language.Check(text);
        if (settings.Stage == FuzzStage.Bind || language.Bound is null || result.Finding is not null || !compiles)
            return result;
        result = CompileCheck.Check(language.Bound, out BpfTrace.Compiler.CompilationResult? compiled);
        return settings.Stage == FuzzStage.Load && result is { Outcome: Outcome.Compiled, Finding: null }
            ? new LoadCheck(_catalog).Check(language.Bound, compiled!)
            : result;
    }

    private void Report(long index, string text, Finding finding, bool compiles)
    {
        if (!_seen.TryAdd(finding.Class, 1))
        {
            _seen[finding.Class]++;
            return;
        }

        File.AppendAllText(_classes, finding.Class + "\n");
        string small = Shrinker.Shrink(text, candidate => Timed(candidate, compiles).Finding?.Class == finding.Class, s_patience);
        Finding last = Timed(small, compiles).Finding ?? finding;
        var report = $"""
            === {finding.Class}
            seed {settings.Seed} program {index}
            --- shrunk
            {small}
            --- detail
            {last.Detail}

            """;
        Console.WriteLine(report);
        File.AppendAllText(Path.Combine(settings.Output, "findings"), report + "\n");
    }
}
