using System.Diagnostics;
using BpfTrace.Fuzz.Mutation;

namespace BpfTrace.Fuzz.Running;

/// <summary>What a run found.</summary>
/// <param name="Programs">How many programs were checked.</param>
/// <param name="Counts">How many came how far, as text.</param>
/// <param name="Findings">Everything that is wrong, with its shrunk program; empty when nothing is.</param>
public sealed record FuzzReport(long Programs, string Counts, string Findings);

/// <summary>
/// Runs the programs in a child process, so that a stack overflow or an abort of LLVM costs that process only; starts another one at the
/// next program. A child that is at one program for too long is ended.
/// </summary>
public static class Supervisor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_hangOfOne = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    public static FuzzReport Run(FuzzSettings settings, Action<string>? log = null)
    {
        Directory.CreateDirectory(settings.Output);
        string findings = Path.Combine(settings.Output, "findings");
        File.Delete(findings);
        File.Delete(Path.Combine(settings.Output, "classes"));
        File.Delete(Path.Combine(settings.Output, "counters"));
        using var counters = new Counters(Path.Combine(settings.Output, "counters"));
        var watch = Stopwatch.StartNew();
        FuzzSettings rest = settings;
        while (RunChild(rest, counters, log) is { } death)
        {
            string program = Recreate(settings, counters.Current);
            string report = $"=== {death}\nseed {settings.Seed} program {counters.Current}\n--- shrunk\n{Shrink(program, settings)}\n--- program\n{program}\n\n";
            File.AppendAllText(findings, report);
            log?.Invoke(report);
            long next = counters.Current + 1;
            rest = rest with
            {
                First = next,
                Count = settings.Count == long.MaxValue ? long.MaxValue : settings.First + settings.Count - next,
                Duration = settings.Duration - watch.Elapsed,
            };
            if (rest.Duration <= TimeSpan.Zero || rest.Count <= 0)
                break;
        }

        return new FuzzReport(counters.Total, counters.ToString(), File.Exists(findings) ? File.ReadAllText(findings) : "");
    }

    /// <summary>A program of a run, by its number.</summary>
    public static string Recreate(FuzzSettings settings, long index) =>
        new ProgramSource(settings.Seed, settings.IsLive ? Generation.ProbePool.Loadable : Generation.ProbePool.All, SeedScripts.Load(settings.Corpus), settings.Mutated).Create(index);

    /// <summary>Makes a program small that ends the process, or hangs it, each try in a process of its own.</summary>
    public static string Shrink(string program, FuzzSettings settings)
    {
        Directory.CreateDirectory(settings.Output);
        string file = Path.Combine(settings.Output, "candidate");
        return Shrinker.Shrink(program, IsDeadly, s_patience);

        bool IsDeadly(string candidate)
        {
            File.WriteAllText(file, candidate);
            using Process child = Process.Start(Child(["check", file, .. settings.ToArguments()]))!;
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
            if (child.WaitForExit(s_hangOfOne))
                return child.ExitCode is not (0 or 1);
            child.Kill();
            child.WaitForExit();
            return true;
        }
    }

    private static ProcessStartInfo Child(IEnumerable<string> arguments) =>
        new("dotnet", [typeof(Supervisor).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

    /// <summary>How the child died; null when it came to its end.</summary>
    private static string? RunChild(FuzzSettings settings, Counters counters, Action<string>? log)
    {
        counters.Since = 0;
        using Process child = Process.Start(Child(["child", .. settings.ToArguments()]))!;
        var errors = new List<string>();
        child.OutputDataReceived += (_, line) => log?.Invoke(line.Data ?? "");
        child.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                if (line.Data is { Length: > 0 } text && errors.Count < 30 && !errors.Contains(text))
                    errors.Add(text);
            }
        };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        var beat = Stopwatch.StartNew();
        long since = 0;
        int looks = 0;
        while (!child.WaitForExit(500))
        {
            // How often it was at the same program, not for how long: a virtual machine may stand still for minutes.
            looks = counters.Since == since ? looks + 1 : 0;
            since = counters.Since;
            if (since != 0 && looks > s_hang.TotalMilliseconds / 500)
            {
                child.Kill();
                child.WaitForExit();
                return "hang";
            }

            if (beat.Elapsed > TimeSpan.FromSeconds(30))
            {
                log?.Invoke(counters.ToString());
                beat.Restart();
            }
        }

        child.WaitForExit();
        if (child.ExitCode == 0)
            return null;
        lock (errors)
            return $"crash: exit code {child.ExitCode}\n{string.Join('\n', errors)}";
    }
}
