using System.Collections;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using BpfTrace.Language.Binding;

namespace BpfTrace.Cli;

/// <summary>From a command line and the environment to the options of a trace.</summary>
internal static class OptionMapping
{
    // Variables of that form which are no configuration keys.
    private static readonly string[] s_ours = ["BPFTRACE_COLOR", "BPFTRACE_BTF", "BPFTRACE_KERNEL_SOURCE", "BPFTRACE_KERNEL_BUILD", "BPFTRACE_VMLINUX", "BPFTRACE_NO_USER_SYMBOLS", "BPFTRACE_LIBLLVM", "BPFTRACE_LIBDW", "BPFTRACE_PWSH"];

    public static TraceOptions ToOptions(CommandLine line, bool toTerminal) => new()
    {
        Arguments = line.Parameters,
        NamedArguments = Named(line.NamedParameters),
        ProcessIds = line.ProcessIds,
        UnwindProcessIds = line.UnwindProcessIds,
        Command = line.Command,
        ProbeFilter = line.ProbeFilter,
        AvoidedFeatures = line.AvoidedFeatures,
        DebugInfoDirectories = line.DebugInfoDirectories,
        KeepStages = !line.DebugStages.IsEmpty || line.EmitElf is not null || line.EmitLlvm is not null,
        AllowUnsafe = line.Unsafe,
        HelperErrors = line.Warnings switch
        {
            WarningLevel.None => HelperErrors.None,
            WarningLevel.ProbeReads => HelperErrors.All,
            _ => HelperErrors.Effects,
        },
        CompileOnly = line.CompileOnly,
        IncludePaths = line.IncludeDirectories,
        Includes = line.IncludeFiles,
        Config = Configuration(Environment.GetEnvironmentVariables()),
        ResolveUserSymbols = Environment.GetEnvironmentVariable("BPFTRACE_NO_USER_SYMBOLS") is null or "" or "0",
        TimeSeriesClockMap = Environment.GetEnvironmentVariable("BPFTRACE_DUMMY_TS_MAP"),
        EscapeControlCharacters = toTerminal,
        RecordPath = line.RecordFile,
        Form = line.Format == "json" ? EventForm.Json : EventForm.Text,
        DryRun = line.DryRun,
        KeepResults = false,
    };

    /// <summary><c>--name=value</c>; <c>--name</c> alone is a switch that is on.</summary>
    internal static IReadOnlyDictionary<string, string> Named(ImmutableArray<string> parameters)
    {
        if (parameters.IsEmpty)
            return ReadOnlyDictionary<string, string>.Empty;
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string parameter in parameters)
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                named[parameter] = "";
            else
                named[parameter[..equals]] = parameter[(equals + 1)..];
        }

        return named;
    }

    /// <summary><c>BPFTRACE_MAX_STRLEN=100</c> sets the key <c>max_strlen</c>, and wins over the script's block.</summary>
    internal static IReadOnlyDictionary<string, string> Configuration(IDictionary environment)
    {
        const string Prefix = "BPFTRACE_";
        Dictionary<string, string>? keys = null;
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || Array.IndexOf(s_ours, name) >= 0)
                continue;
            string key = name[Prefix.Length..].ToLowerInvariant();

            // bpftrace looks for the keys it knows; other variables are somebody else's.
            if (!ConfigBinder.Keys.Contains(key) && !ConfigBinder.OldKeys.Contains(key))
                continue;
            keys ??= new Dictionary<string, string>(StringComparer.Ordinal);
            keys[key] = (string?)variable.Value ?? "";
        }

        return keys ?? (IReadOnlyDictionary<string, string>)ReadOnlyDictionary<string, string>.Empty;
    }
}
