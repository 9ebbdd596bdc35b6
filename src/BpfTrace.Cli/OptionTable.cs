namespace BpfTrace.Cli;

/// <summary>The options by name: those of bpftrace 0.26 (its man page, OPTIONS), long and short, and <c>--record</c>.</summary>
internal enum Option
{
    None,
    Bench,
    Aot,
    Btf,
    Buffering,
    Command,
    Debug,
    DebugInfo,
    DryRun,
    DwarfPid,
    EmitElf,
    EmitLlvm,
    Expression,
    Fmt,
    Format,
    Help,
    Include,
    IncludeDirectory,
    Info,
    List,
    Mode,
    NoFeature,
    NoWarnings,
    Output,
    Pid,
    ProbeFilter,
    Quiet,
    Record,
    Test,
    TraceableFunctions,
    Unsafe,
    UsdtFileActivation,
    Verbose,
    VerifyLlvmIr,
    Version,
    Warnings,
}

internal static class OptionTable
{
    private static readonly (string Name, Option Option, bool HasValue)[] s_long =
    [
        ("aot", Option.Aot, true),
        ("bench", Option.Bench, false),
        ("btf", Option.Btf, false),
        ("cmd", Option.Command, true),
        ("debug", Option.Debug, true),
        ("debuginfo", Option.DebugInfo, true),
        ("dry-run", Option.DryRun, false),
        ("dwarf-pid", Option.DwarfPid, true),
        ("emit-elf", Option.EmitElf, true),
        ("emit-llvm", Option.EmitLlvm, true),
        ("fmt", Option.Fmt, false),
        ("help", Option.Help, false),
        ("include", Option.Include, true),
        ("info", Option.Info, false),
        ("list", Option.List, false),
        ("mode", Option.Mode, true),
        ("no-feature", Option.NoFeature, true),
        ("no-warnings", Option.NoWarnings, false),
        ("output", Option.Output, true),
        ("pid", Option.Pid, true),
        ("probe-filter", Option.ProbeFilter, true),
        ("quiet", Option.Quiet, false),
        ("record", Option.Record, true),
        ("test", Option.Test, false),
        ("traceable-functions", Option.TraceableFunctions, true),
        ("unsafe", Option.Unsafe, false),
        ("usdt-file-activation", Option.UsdtFileActivation, false),
        ("verbose", Option.Verbose, false),
        ("verify-llvm-ir", Option.VerifyLlvmIr, false),
        ("version", Option.Version, false),
        ("warnings", Option.Warnings, false),
    ];

    /// <summary>The long name of an option that has one.</summary>
    public static string NameOf(Option option)
    {
        foreach ((string name, Option candidate, _) in s_long)
        {
            if (candidate == option)
                return name;
        }

        throw new ArgumentOutOfRangeException(nameof(option));
    }

    /// <summary>Finds a long option by its name or by any beginning of it that no other option has, as getopt_long(3) does.</summary>
    /// <returns>The option, or <see cref="Option.None"/> with <paramref name="ambiguous"/> set or not.</returns>
    public static Option FindLong(ReadOnlySpan<char> name, out bool hasValue, out bool ambiguous)
    {
        (Option Option, bool HasValue) found = default;
        ambiguous = false;
        foreach ((string candidate, Option option, bool value) in s_long)
        {
            if (!candidate.AsSpan().StartsWith(name))
                continue;
            if (candidate.Length == name.Length)
            {
                hasValue = value;
                ambiguous = false;
                return option;
            }

            ambiguous |= found.Option != Option.None;
            found = (option, value);
        }

        hasValue = found.HasValue;
        return ambiguous ? Option.None : found.Option;
    }

    /// <summary>Finds a one-letter option.</summary>
    public static Option FindShort(char letter, out bool hasValue)
    {
        Option option = letter switch
        {
            'b' => Option.Btf,
            'h' => Option.Help,
            'k' => Option.Warnings,
            'l' => Option.List,
            'q' => Option.Quiet,
            'v' => Option.Verbose,
            'V' => Option.Version,
            'B' => Option.Buffering,
            'c' => Option.Command,
            'd' => Option.Debug,
            'e' => Option.Expression,
            'f' => Option.Format,
            'I' => Option.IncludeDirectory,
            'o' => Option.Output,
            'p' => Option.Pid,
            _ => Option.None,
        };
        hasValue = option is Option.Buffering or Option.Command or Option.Debug or Option.Expression or Option.Format
            or Option.IncludeDirectory or Option.Output or Option.Pid;
        return option;
    }
}
