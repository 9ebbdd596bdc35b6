using System.Collections.Immutable;

namespace BpfTrace.Cli;

/// <summary>
/// Reads a command line by the rules of getopt_long(3), which bpftrace uses: letters may be joined (<c>-lv</c>), values may
/// be joined or follow (<c>-p1</c>, <c>--pid=1</c>), options may come after arguments, <c>--</c> ends them.
/// </summary>
internal sealed class CommandLineParser
{
    private static readonly string[] s_stages = ["ast", "types", "codegen", "codegen-opt", "libbpf", "verifier", "parse", "dis"];

    private readonly string[] _args;
    private readonly List<string> _positional = [];
    private readonly ImmutableArray<string>.Builder _includeDirectories = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _includeFiles = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _debugStages = ImmutableArray.CreateBuilder<string>();
    private CommandLine _line = new();
    private string? _pids;
    private string? _unwindPids;

    private CommandLineParser(string[] args) => _args = args;

    /// <summary>Understands <paramref name="args"/>, or says what is wrong with them.</summary>
    public static CommandLineResult Parse(string[] args) => new CommandLineParser(args).Parse();

    private CommandLineResult Parse()
    {
        if (_args.Length == 0)
            return CommandLineResult.Fail(Usage.Text);

        for (int i = 0; i < _args.Length; i++)
        {
            string arg = _args[i];
            if (arg == "--")
            {
                _positional.AddRange(_args[(i + 1)..]);
                break;
            }

            CommandLineResult? answer = null;
            if (arg.StartsWith("--", StringComparison.Ordinal))
                answer = ParseLong(arg, ref i);
            else if (arg.Length > 1 && arg[0] == '-')
                answer = ParseLetters(arg, ref i);
            else
                _positional.Add(arg);

            if (answer is not null)
                return answer;
        }

        return Finish();
    }

    private CommandLineResult? ParseLong(string arg, ref int i)
    {
        int equals = arg.IndexOf('=', StringComparison.Ordinal);
        ReadOnlySpan<char> name = equals < 0 ? arg.AsSpan(2) : arg.AsSpan(2, equals - 2);
        Option option = OptionTable.FindLong(name, out bool hasValue, out bool ambiguous);
        if (option == Option.None)
            return BadUsage(ambiguous ? $"option '{arg}' is ambiguous" : $"unrecognized option '{arg}'");

        string value = "";
        if (hasValue)
        {
            if (equals >= 0)
                value = arg[(equals + 1)..];
            else if (++i < _args.Length)
                value = _args[i];
            else
                return BadUsage($"option '--{name}' requires an argument");
        }
        else if (equals >= 0)
        {
            return BadUsage($"option '--{name}' doesn't allow an argument");
        }

        return Apply(option, value);
    }

    private CommandLineResult? ParseLetters(string arg, ref int i)
    {
        for (int at = 1; at < arg.Length; at++)
        {
            Option option = OptionTable.FindShort(arg[at], out bool hasValue);
            if (option == Option.None)
                return BadUsage($"invalid option -- '{arg[at]}'");

            string value = "";
            if (hasValue)
            {
                if (at + 1 < arg.Length)
                    value = arg[(at + 1)..];
                else if (++i < _args.Length)
                    value = _args[i];
                else
                    return BadUsage($"option requires an argument -- '{arg[at]}'");
                at = arg.Length;
            }

            if (Apply(option, value) is { } answer)
                return answer;
        }

        return null;
    }

    private static CommandLineResult BadUsage(string what) => CommandLineResult.Fail($"bpft: {what}\n{Usage.Text}");

    private static CommandLineResult UsageError(string message) => CommandLineResult.Fail($"ERROR: USAGE: {message}\n");

    private CommandLineResult? Apply(Option option, string value)
    {
        switch (option)
        {
            case Option.Help:
                return CommandLineResult.Answer(Usage.Text);
            case Option.Version:
                return CommandLineResult.Answer(Usage.Version);
            case Option.Output or Option.Record or Option.EmitElf or Option.EmitLlvm or Option.TraceableFunctions when value.Length == 0:
                return UsageError($"--{OptionTable.NameOf(option)} requires the name of a file.");
            case Option.Expression:
                _line = _line with { Program = value.Length == 0 ? null : value }; // as if it were not there
                break;
            case Option.List:
                _line = _line with { Listing = true };
                break;
            case Option.Pid:
                _pids = _pids is null ? value : $"{_pids},{value}";
                break;
            case Option.DwarfPid:
                _unwindPids = _unwindPids is null ? value : $"{_unwindPids},{value}";
                break;
            case Option.Command:
                _line = _line with { Command = value };
                break;
            case Option.ProbeFilter:
                _line = _line with { ProbeFilter = value };
                break;
            case Option.DebugInfo:
                _line = _line with { DebugInfoDirectories = _line.DebugInfoDirectories is { } given ? given + ":" + value : value };
                break;
            case Option.Output:
                _line = _line with { OutputFile = value };
                break;
            case Option.Record:
                _line = _line with { RecordFile = value };
                break;
            case Option.Format:
                _line = _line with { Format = value };
                break;
            case Option.Quiet:
                _line = _line with { Quiet = true };
                break;
            case Option.Verbose:
                _line = _line with { Verbose = true };
                break;
            case Option.Unsafe:
                _line = _line with { Unsafe = true };
                break;
            case Option.TraceableFunctions:
                _line = _line with { TraceableFunctions = value };
                break;
            case Option.DryRun:
                _line = _line with { DryRun = true };
                break;
            case Option.Info:
                _line = _line with { Info = true };
                break;
            case Option.IncludeDirectory:
                _includeDirectories.Add(value);
                break;
            case Option.Include:
                _includeFiles.Add(value);
                break;
            case Option.Mode:
                return SetMode(value);
            case Option.Fmt or Option.Test or Option.Bench when HasMode:
                return UsageError($"--{(option == Option.Fmt ? "fmt" : option == Option.Test ? "test" : "bench")} conflicts with existing --mode");
            case Option.Test:
                return SetMode("test");
            case Option.Bench:
                return SetMode("bench");
            case Option.Fmt:
                return SetMode("format");
            case Option.EmitElf:
                _line = _line with { EmitElf = value };
                break;
            case Option.EmitLlvm:
                _line = _line with { EmitLlvm = value };
                break;
            case Option.Buffering:
                return SetBuffering(value);
            case Option.Debug:
                return AddDebugStages(value);
            case Option.Warnings or Option.NoWarnings:
                return SetWarnings(option);
            case Option.NoFeature:
                return SetAvoided(value);
            case Option.Btf or Option.VerifyLlvmIr or Option.UsdtFileActivation:
                break; // Always so: kernel types come from BTF, a module is verified before it is emitted, the kernel counts semaphores by file.
            default:
                return CommandLineResult.Fail($"ERROR: {Refused(option)}\n");
        }

        return null;
    }

    private bool HasMode => _line.CodegenOnly || _line.MeasuresCompiler || _line.Formatting || _line.RunsTests || _line.RunsBenchmarks;

    private static string Refused(Option option) => option switch
    {
        Option.Aot => "--aot is not supported: a script is compiled where it runs, for the kernel there. --emit-elf FILE writes its code.",
        _ => $"{option} is not supported.",
    };

    private CommandLineResult? SetAvoided(string value)
    {
        foreach (string name in value.Split(','))
        {
            if (name is not ("kprobe_multi" or "kprobe_session" or "uprobe_multi"))
                return UsageError("--no-feature can only have values 'kprobe_multi,kprobe_session,uprobe_multi'.");
            _line = _line with { AvoidedFeatures = _line.AvoidedFeatures.Add(name) };
        }

        return null;
    }

    private CommandLineResult? SetMode(string value)
    {
        if (value is not ("codegen" or "compiler-bench" or "bench" or "test" or "format"))
            return UsageError("--mode can only be 'codegen', 'compiler-bench', 'bench', 'test' or 'format'.");

        // The last --mode is the one.
        _line = _line with
        {
            CodegenOnly = value == "codegen",
            MeasuresCompiler = value == "compiler-bench",
            RunsTests = value == "test",
            RunsBenchmarks = value == "bench",
            Formatting = value == "format",
        };
        return null;
    }

    private CommandLineResult? SetBuffering(string value)
    {
        OutputBuffering? mode = value switch
        {
            "line" => OutputBuffering.Line,
            "full" => OutputBuffering.Full,
            "none" => OutputBuffering.None,
            _ => null,
        };
        if (mode is null)
            return UsageError("-B must be either 'line', 'full', or 'none'.");
        _line = _line with { Buffering = mode.Value };
        return null;
    }

    private CommandLineResult? AddDebugStages(string value)
    {
        foreach (string stage in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (stage == "all")
                _debugStages.AddRange(s_stages);
            else if (Array.IndexOf(s_stages, stage) >= 0)
                _debugStages.Add(stage);
            else
                return UsageError($"invalid option for -d: {stage}");
        }

        return null;
    }

    private CommandLineResult? SetWarnings(Option option)
    {
        WarningLevel other = option == Option.Warnings ? WarningLevel.None : WarningLevel.ProbeReads;
        if (_line.Warnings == other)
            return UsageError("-k, --warnings conflicts with --no-warnings");
        if (option == Option.Warnings && _line.Warnings == WarningLevel.ProbeReads)
            return UsageError("-kk has been deprecated. Use a single -k for runtime warnings for errors in map lookups and probe reads.");
        _line = _line with { Warnings = option == Option.Warnings ? WarningLevel.ProbeReads : WarningLevel.None };
        return null;
    }

    private CommandLineResult Finish()
    {
        if (_line.Info)
            return CommandLineResult.Run(Complete());
        if (_line.Command is not null && _pids is not null)
            return CommandLineResult.Fail($"ERROR: USAGE: Cannot use both -c and -p.\n{Usage.Text}");
        if (_line.Format is not ("text" or "json"))
            return CommandLineResult.Fail($"ERROR: Invalid output format \"{_line.Format}\"\nValid formats: 'text', 'json'\n");
        if (PidText.ParseList(_pids, out ImmutableArray<int> pids) is { } problem)
            return CommandLineResult.Fail($"ERROR: {problem}\n");
        if (PidText.ParseList(_unwindPids, out ImmutableArray<int> unwindPids) is { } unwindProblem)
            return CommandLineResult.Fail($"ERROR: {unwindProblem}\n");
        _line = _line with { ProcessIds = pids, UnwindProcessIds = unwindPids };
        return _line.Listing ? FinishListing() : FinishProgram();
    }

    private CommandLineResult FinishListing()
    {
        if (_positional.Count > 1)
            return CommandLineResult.Fail(Usage.Text);
        if (_positional.Count == 1 && _line.Program is null && File.Exists(_positional[0]))
            _line = _line with { FileName = _positional[0] };
        else if (_line.Program is null)
            _line = _line with { Search = _positional.Count == 0 || _positional[0] == "*" ? "*:*" : _positional[0] };
        return CommandLineResult.Run(Complete());
    }

    private CommandLineResult FinishProgram()
    {
        int next = 0;
        if (_line.Program is null)
        {
            if (_positional.Count == 0 || _positional[0].Length == 0)
                return UsageError("filename or -e 'program' required.");
            _line = _line with { FileName = _positional[next++] };
        }

        var parameters = ImmutableArray.CreateBuilder<string>();
        var named = ImmutableArray.CreateBuilder<string>();
        for (; next < _positional.Count; next++)
        {
            string arg = _positional[next];
            if (arg.StartsWith("--", StringComparison.Ordinal))
                named.Add(arg[2..]);
            else
                parameters.Add(arg);
        }

        _line = _line with { Parameters = parameters.ToImmutable(), NamedParameters = named.ToImmutable() };
        return CommandLineResult.Run(Complete());
    }

    private CommandLine Complete() => _line with
    {
        IncludeDirectories = _includeDirectories.ToImmutable(),
        IncludeFiles = _includeFiles.ToImmutable(),
        DebugStages = _debugStages.ToImmutable(),
    };
}
