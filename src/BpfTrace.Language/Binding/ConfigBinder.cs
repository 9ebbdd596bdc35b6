using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>The configuration: defaults, then the script's block, then what is set from outside (bpftrace <c>src/config.cpp</c>).</summary>
public static class ConfigBinder
{
    private static readonly string[] s_licenses =
        ["Dual MIT/GPL", "Dual BSD/GPL", "Dual MPL/GPL", "GPL and additional rights", "GPL v2", "GPL"];

    private static readonly string[] s_keys =
    [
        "cache_user_symbols", "cpp_demangle", "lazy_symbolication", "license", "log_size", "max_bpf_progs", "max_cat_bytes", "max_map_keys",
        "max_probes", "max_strlen", "missing_probes", "on_stack_limit", "perf_rb_pages", "print_maps_on_exit", "show_debug_info", "stack_mode",
        "str_trunc_trailer", "use_blazesym", "unstable_import_statement", "unstable_tseries", "unstable_typeinfo", "unstable_dw_ustack",
    ];

    /// <summary>The keys of the block, and of the environment as <c>BPFTRACE_KEY</c>.</summary>
    public static IReadOnlyList<string> Keys => s_keys;

    /// <summary>What keys were called in bpftrace 0.17; with a warning they do what they did.</summary>
    public static IReadOnlyList<string> OldKeys => s_oldKeys;

    private static readonly string[] s_oldKeys = ["strlen", "no_cpp_demangle", "cat_bytes_max", "map_keys_max"];

    /// <summary>The configuration in force.</summary>
    internal static TraceConfig Bind(ConfigSyntax? block, SourceText source, BindOptions options, DiagnosticBag diagnostics)
    {
        TraceConfig config = options.Defaults;
        foreach (ConfigEntrySyntax entry in block is null ? [] : block.Entries)
        {
            var location = new TextLocation(source, entry.Span);
            string key = PlainKey(entry.Key);
            if (IsWithoutEffect(key))
            {
                diagnostics.ReportConfigNoEffect(location, entry.Key);
                continue;
            }
            string value = ValueOf(entry.Value);
            bool isNumber = entry.Value is IntegerLiteralExpressionSyntax;
            string shown = entry.Key;
            if (NewName(key) is { } name)
            {
                diagnostics.ReportConfigRenamed(location, entry.Key, name);
                isNumber &= key != "no_cpp_demangle"; // its value is text now
                (key, shown, value) = (name, name, NewValue(key, value));
            }
            if (Set(ref config, key, shown, value, isNumber) is { } error)
                diagnostics.ReportInvalidConfig(location, error, Nearest(key));
        }
        if (options.Config.Count == 0)
            return config;
        foreach (string old in s_oldKeys)
        {
            // The newer name wins, so the older one is looked at first.
            if (!options.Config.TryGetValue(old, out string? value))
                continue;
            string name = NewName(old)!;
            diagnostics.ReportConfigRenamed(null, old, name);
            if (Set(ref config, name, name, NewValue(old, value)) is { } error)
                diagnostics.ReportInvalidConfig(null, error);
        }
        foreach ((string key, string value) in options.Config)
        {
            if (!IsWithoutEffect(key) && NewName(key) is null && Set(ref config, key, key, value) is { } error)
                diagnostics.ReportInvalidConfig(null, error, Nearest(key));
        }
        return config;
    }

    private static string? Nearest(string key) => Suggestions.Closest(key, s_keys) is { } near && near != key ? near : null;

    /// <summary>A value under its key's newer name: <c>no_cpp_demangle</c> has turned round.</summary>
    private static string NewValue(string oldKey, string value) =>
        oldKey == "no_cpp_demangle" && ParseBoolean(value) is { } flag ? (flag ? "false" : "true") : value;

    /// <summary>Keys are the environment's variables too: their prefix and case do not matter.</summary>
    private static string PlainKey(string key)
    {
        key = key.ToLowerInvariant();
        return key.StartsWith("bpftrace_", StringComparison.Ordinal) ? key[9..] : key;
    }

    /// <summary>A stack mode by name; null for none.</summary>
    internal static StackMode? ParseStackMode(string name) => name switch
    {
        "bpftrace" => StackMode.Bpftrace,
        "perf" => StackMode.Perf,
        "raw" => StackMode.Raw,
        "build_id" => StackMode.BuildId,
        _ => null,
    };

    /// <summary>The settings by name, in the order of bpftrace's <c>config</c> builtin.</summary>
    internal static IEnumerable<(string Name, object Value)> Settings(TraceConfig config) =>
    [
        ("cpp_demangle", config.CppDemangle),
        ("lazy_symbolication", config.LazySymbolication),
        ("print_maps_on_exit", config.PrintMapsOnExit),
        ("show_debug_info", config.ShowDebugInfo),
        ("log_size", config.LogSize),
        ("max_bpf_progs", config.MaxBpfProgs),
        ("max_cat_bytes", config.MaxCatBytes),
        ("max_map_keys", config.MaxMapKeys),
        ("max_probes", config.MaxProbes),
        ("max_strlen", config.MaxStrlen),
        ("on_stack_limit", config.OnStackLimit),
        ("perf_rb_pages", config.PerfRbPages),
        ("str_trunc_trailer", config.StrTruncTrailer),
        ("missing_probes", NameOf(config.MissingProbes)),
        ("stack_mode", NameOf(config.StackMode)),
        ("license", config.License),
    ];

    private static string NameOf(MissingProbes mode) => mode switch
    {
        MissingProbes.Ignore => "ignore",
        MissingProbes.Warn => "warn",
        _ => "error",
    };

    private static string NameOf(StackMode mode) => mode switch
    {
        StackMode.Perf => "perf",
        StackMode.Raw => "raw",
        StackMode.BuildId => "build_id",
        _ => "bpftrace",
    };

    private static bool IsWithoutEffect(string key) => key is "symbol_source" or "max_type_res_iterations" or "unstable_addr" or "unstable_import"
        or "unstable_macro" or "unstable_map_decl";

    private static string? NewName(string key) => key switch
    {
        "strlen" => "max_strlen",
        "no_cpp_demangle" => "cpp_demangle",
        "cat_bytes_max" => "max_cat_bytes",
        "map_keys_max" => "max_map_keys",
        _ => null,
    };

    private static string ValueOf(ExpressionSyntax value) => value switch
    {
        IntegerLiteralExpressionSyntax integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        StringLiteralExpressionSyntax text => text.Value,
        BooleanLiteralExpressionSyntax flag => flag.Value ? "true" : "false",
        IdentifierExpressionSyntax name => name.Name,
        _ => "",
    };

    /// <summary>Sets one key; what is wrong with it, or null. A number of the block, not one in quotes or from outside, is true unless it is 0.</summary>
    /// <param name="config">Where to.</param>
    /// <param name="key">The key.</param>
    /// <param name="shown">The key as the script spells it, for what is wrong.</param>
    /// <param name="value">The value.</param>
    /// <param name="isNumber">Whether the value is a number of the block.</param>
    private static string? Set(ref TraceConfig config, string key, string shown, string value, bool isNumber = false)
    {
        switch (key)
        {
            case "cpp_demangle" or "lazy_symbolication" or "print_maps_on_exit" or "show_debug_info" or "use_blazesym":
                if ((isNumber ? value != "0" : ParseBoolean(value)) is not { } flag)
                    return $"{shown}: Invalid bool value: valid values are true, false, 1 or 0.";
                config = SetFlag(config, key, flag);
                return null;
            case "log_size" or "max_bpf_progs" or "max_cat_bytes" or "max_map_keys" or "max_probes" or "max_strlen" or "on_stack_limit" or "perf_rb_pages":
                if (!AttachPointParser.TryParseNumber(value, out ulong number))
                    return $"{shown}: expecting a number, got {value}";
                config = SetNumber(config, key, (int)Math.Min(number, int.MaxValue));
                return null;
            case "str_trunc_trailer":
                config = config with { StrTruncTrailer = value };
                return null;
            case "license":
                if (!s_licenses.Contains(value))
                    return $"Invalid value for license. Found: {value}. Valid values: {string.Join(", ", s_licenses)}. "
                        + "Read more about BPF programs and licensing: https://docs.kernel.org/bpf/bpf_licensing.html#using-bpf-programs-in-the-linux-kernel";
                config = config with { License = value };
                return null;
            case "unstable_import_statement" or "unstable_tseries" or "unstable_typeinfo" or "unstable_dw_ustack":
                return SetUnstable(ref config, key, shown, isNumber && value != "0" ? "1" : value);
            default:
                return SetMode(ref config, key, shown, isNumber && key == "cache_user_symbols" && value != "0" ? "1" : value);
        }
    }

    private static string? SetMode(ref TraceConfig config, string key, string shown, string value)
    {
        switch (key)
        {
            case "missing_probes":
                MissingProbes? missing = value.ToLowerInvariant() switch { "error" => MissingProbes.Error, "warn" => MissingProbes.Warn, "ignore" => MissingProbes.Ignore, _ => null };
                if (missing is null)
                    return $"{shown}: Invalid value for missing_probes: valid values are ignore, warn, and error.";
                config = config with { MissingProbes = missing.Value };
                return null;
            case "stack_mode":
                if (ParseStackMode(value) is not { } mode)
                    return $"{shown}: Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id.";
                config = config with { StackMode = mode };
                return null;
            case "cache_user_symbols":
                UserSymbolCache? cache = value.ToUpperInvariant() switch
                {
                    "PER_PID" => UserSymbolCache.PerPid,
                    "PER_PROGRAM" => UserSymbolCache.PerProgram,
                    "1" => config.CacheUserSymbols,
                    "NONE" or "0" => UserSymbolCache.None,
                    _ => null,
                };
                if (cache is null)
                    return $"{shown}: Invalid value for cache_user_symbols: valid values are PER_PID, PER_PROGRAM, and NONE.";
                config = config with { CacheUserSymbols = cache.Value };
                return null;
            default:
                return key is "btf" or "kernel_build" or "kernel_source" or "vmlinux"
                    ? $"{shown}: can only be set as an environment variable"
                    : $"{shown}: not a known configuration option";
        }
    }

    private static string? SetUnstable(ref TraceConfig config, string key, string shown, string value)
    {
        UnstableMode? mode = (value.ToLowerInvariant(), ParseBoolean(value)) switch
        {
            ("enable", _) or (_, true) => UnstableMode.Enable,
            ("warn", _) => UnstableMode.Warn,
            ("error", _) or (_, false) => UnstableMode.Error,
            _ => null,
        };
        if (mode is null)
            return $"{shown}: Invalid value for unstable config: valid values are enable, warn, and error.";
        config = config with { Unstable = new Dictionary<string, UnstableMode>(config.Unstable ?? new Dictionary<string, UnstableMode>(), StringComparer.Ordinal) { [key] = mode.Value } };
        return null;
    }

    internal static bool? ParseBoolean(string value) => value.ToUpperInvariant() switch
    {
        "1" or "TRUE" or "ON" or "YES" => true,
        "0" or "FALSE" or "OFF" or "NO" => false,
        _ => null,
    };

    private static TraceConfig SetFlag(TraceConfig config, string key, bool value) => key switch
    {
        "cpp_demangle" => config with { CppDemangle = value },
        "lazy_symbolication" => config with { LazySymbolication = value },
        "print_maps_on_exit" => config with { PrintMapsOnExit = value },
        "show_debug_info" => config with { ShowDebugInfo = value },
        "use_blazesym" => config with { UseBlazesym = value },
        _ => config,
    };

    private static TraceConfig SetNumber(TraceConfig config, string key, int value) => key switch
    {
        "log_size" => config with { LogSize = value },
        "max_bpf_progs" => config with { MaxBpfProgs = value },
        "max_cat_bytes" => config with { MaxCatBytes = value },
        "max_map_keys" => config with { MaxMapKeys = value },
        "max_probes" => config with { MaxProbes = value },
        "max_strlen" => config with { MaxStrlen = Math.Min(value, 1 << 24) }, // far more than a map value holds: the compiler says so
        "on_stack_limit" => config with { OnStackLimit = value },
        _ => config with { PerfRbPages = value },
    };
}
