using System.Globalization;

namespace BpfTrace.Fuzz.Running;

/// <summary>How far each program is taken.</summary>
public enum FuzzStage
{
    /// <summary>Parsed, printed, bound.</summary>
    Bind,

    /// <summary>And through LLVM.</summary>
    Compile,

    /// <summary>And into the kernel, not attached (root).</summary>
    Load,
}

/// <summary>What a run does.</summary>
public sealed record FuzzSettings
{
    /// <summary>The seed; the same seed makes the same programs.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The first program's number.</summary>
    public long First { get; init; }

    /// <summary>How many programs at the most.</summary>
    public long Count { get; init; } = long.MaxValue;

    /// <summary>How long at the most; null for as long as it takes.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How far each program is taken.</summary>
    public FuzzStage Stage { get; init; }

    /// <summary>Of a hundred bound programs, how many are compiled.</summary>
    public int Sample { get; init; } = 100;

    /// <summary>Of a hundred programs, how many are mutated.</summary>
    public int Mutated { get; init; } = 50;

    /// <summary>Bind for the running kernel instead of the table of names.</summary>
    public bool IsLive { get; init; }

    /// <summary>A directory of further scripts to mutate; null for none.</summary>
    public string? Corpus { get; init; }

    /// <summary>Where progress and findings are kept.</summary>
    public string Output { get; init; } = Path.Combine(Path.GetTempPath(), "bpftrace-fuzz-" + Environment.ProcessId);

    /// <summary>
    /// What the tests run: BPFTRACE_FUZZ_SECONDS (30) of BPFTRACE_FUZZ_SEED (a number that stays, so that a red build is red again).
    /// </summary>
    public static FuzzSettings FromEnvironment(FuzzStage stage)
    {
        string seconds = Environment.GetEnvironmentVariable("BPFTRACE_FUZZ_SECONDS") ?? "30";
        string seed = Environment.GetEnvironmentVariable("BPFTRACE_FUZZ_SEED") ?? "20261122";
        return new FuzzSettings
        {
            Seed = Number(seed),
            Duration = TimeSpan.FromSeconds(Number(seconds)),
            Stage = stage,
            IsLive = stage == FuzzStage.Load,
            Mutated = stage == FuzzStage.Load ? 10 : 50,
            Output = Path.Combine(Path.GetTempPath(), $"bpftrace-fuzz-{stage}-{Environment.ProcessId}"),
        };
    }

    internal static FuzzSettings Parse(ReadOnlySpan<string> arguments)
    {
        var settings = new FuzzSettings();
        for (int i = 0; i < arguments.Length; i++)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            settings = arguments[i] switch
            {
                "--seed" => settings with { Seed = Number(value) },
                "--first" => settings with { First = Number(value) },
                "--count" => settings with { Count = Number(value) },
                "--seconds" => settings with { Duration = TimeSpan.FromSeconds(Number(value)) },
                "--stage" => settings with { Stage = Enum.Parse<FuzzStage>(value, ignoreCase: true) },
                "--sample" => settings with { Sample = (int)Number(value) },
                "--mutated" => settings with { Mutated = (int)Number(value) },
                "--corpus" => settings with { Corpus = value },
                "--output" => settings with { Output = value },
                "--live" => settings with { IsLive = true },
                string other => throw new ArgumentException($"unknown option {other}"),
            };
            if (arguments[i] != "--live")
                i++;
        }

        return settings.Stage == FuzzStage.Load ? settings with { IsLive = true } : settings;
    }

    /// <summary>The arguments that <see cref="Parse"/> makes these settings of.</summary>
    public IEnumerable<string> ToArguments()
    {
        List<string> arguments =
        [
            "--seed", Text(Seed), "--first", Text(First), "--count", Text(Count), "--stage", Stage.ToString(), "--sample", Text(Sample), "--mutated", Text(Mutated), "--output", Output,
        ];
        if (Corpus is not null)
            arguments.AddRange(["--corpus", Corpus]);
        if (Duration is { } duration)
            arguments.AddRange(["--seconds", Text((long)duration.TotalSeconds)]);
        if (IsLive)
            arguments.Add("--live");
        return arguments;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
