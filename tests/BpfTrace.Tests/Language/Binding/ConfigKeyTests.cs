using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Every key in the block and from outside, which wins; and the names of 0.17.</summary>
public class ConfigKeyTests
{
    private static TraceConfig Bind(string block, params (string Key, string Value)[] outside) =>
        BindHelper.Program($"config = {{ {block} }} begin {{ }}", Given(outside)).Config;

    private static BindOptions Given(params (string Key, string Value)[] outside) =>
        new() { Config = outside.ToDictionary(static p => p.Key, static p => p.Value) };

    /// <summary>A value for each key that is not its default, and one for the block that is another.</summary>
    public static TheoryData<string, string, string> Keys() => new()
    {
        { "cache_user_symbols", "NONE", "PER_PID" },
        { "cpp_demangle", "false", "true" },
        { "lazy_symbolication", "false", "true" },
        { "license", "Dual MIT/GPL", "\"GPL v2\"" },
        { "log_size", "123", "5" },
        { "max_bpf_progs", "123", "5" },
        { "max_cat_bytes", "123", "5" },
        { "max_map_keys", "123", "5" },
        { "max_probes", "123", "5" },
        { "max_strlen", "123", "50" },
        { "missing_probes", "ignore", "warn" },
        { "on_stack_limit", "123", "5" },
        { "perf_rb_pages", "128", "64" },
        { "print_maps_on_exit", "false", "true" },
        { "show_debug_info", "false", "true" },
        { "stack_mode", "raw", "perf" },
        { "str_trunc_trailer", "!!", "\"~\"" },
        { "use_blazesym", "false", "true" },
        { "unstable_import_statement", "warn", "enable" },
        { "unstable_tseries", "error", "enable" },
        { "unstable_typeinfo", "warn", "enable" },
        { "unstable_dw_ustack", "error", "enable" },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void Outside_wins_over_the_block(string key, string outside, string block)
    {
        TraceConfig expected = Bind("", (key, outside)), other = Bind($"{key} = {block}");
        AssertEqual(expected, Bind($"{key} = {block}", (key, outside)));
        AssertEqual(other, Bind($"BPFTRACE_{key.ToUpperInvariant()} = {block}"));
        Assert.NotEqual(Comparable(expected), Comparable(other));
    }

    private static void AssertEqual(TraceConfig expected, TraceConfig actual) => Assert.Equal(Comparable(expected), Comparable(actual));

    /// <summary>What is settled about unstable features as text, in the place of a dictionary.</summary>
    private static (TraceConfig Config, string Unstable) Comparable(TraceConfig config) =>
        (config with { Unstable = null }, string.Join(',', (config.Unstable ?? new Dictionary<string, UnstableMode>()).OrderBy(static p => p.Key)));

    private const string NotBoolean = "Invalid bool value: valid values are true, false, 1 or 0.";
    private const string NotUnstable = "Invalid value for unstable config: valid values are enable, warn, and error.";
    private const string NotLicense = "Valid values: Dual MIT/GPL, Dual BSD/GPL, Dual MPL/GPL, GPL and additional rights, GPL v2, GPL. "
        + "Read more about BPF programs and licensing: https://docs.kernel.org/bpf/bpf_licensing.html#using-bpf-programs-in-the-linux-kernel";

    /// <summary>bpftrace's messages (src/config.cpp, src/types.h).</summary>
    [Theory]
    [InlineData("cache_user_symbols", "all", "cache_user_symbols: Invalid value for cache_user_symbols: valid values are PER_PID, PER_PROGRAM, and NONE.")]
    [InlineData("cpp_demangle", "maybe", "cpp_demangle: " + NotBoolean)]
    [InlineData("lazy_symbolication", "2", "lazy_symbolication: " + NotBoolean)]
    [InlineData("license", "MIT", "Invalid value for license. Found: MIT. " + NotLicense)]
    [InlineData("log_size", "big", "log_size: expecting a number, got big")]
    [InlineData("max_bpf_progs", "-1", "max_bpf_progs: expecting a number, got -1")]
    [InlineData("max_cat_bytes", "1 ", "max_cat_bytes: expecting a number, got 1 ")]
    [InlineData("max_map_keys", "many", "max_map_keys: expecting a number, got many")]
    [InlineData("max_probes", "", "max_probes: expecting a number, got ")]
    [InlineData("max_strlen", "64k", "max_strlen: expecting a number, got 64k")]
    [InlineData("missing_probes", "1", "missing_probes: Invalid value for missing_probes: valid values are ignore, warn, and error.")]
    [InlineData("on_stack_limit", "x", "on_stack_limit: expecting a number, got x")]
    [InlineData("perf_rb_pages", "x", "perf_rb_pages: expecting a number, got x")]
    [InlineData("print_maps_on_exit", "never", "print_maps_on_exit: " + NotBoolean)]
    [InlineData("show_debug_info", "never", "show_debug_info: " + NotBoolean)]
    [InlineData("stack_mode", "RAW", "stack_mode: Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id.")]
    [InlineData("use_blazesym", "never", "use_blazesym: " + NotBoolean)]
    [InlineData("unstable_import_statement", "x", "unstable_import_statement: " + NotUnstable)]
    [InlineData("unstable_tseries", "2", "unstable_tseries: " + NotUnstable)]
    [InlineData("unstable_typeinfo", "x", "unstable_typeinfo: " + NotUnstable)]
    [InlineData("unstable_dw_ustack", "x", "unstable_dw_ustack: " + NotUnstable)]
    public void A_wrong_value_is_refused_in_bpftraces_words(string key, string value, string message)
    {
        Diagnostic outside = Assert.Single(BindHelper.Bind("begin { }", Given((key, value))).Diagnostics);
        Assert.Equal(("InvalidConfig", message, (object?)null), (outside.Id, outside.Message, outside.Location));
        Diagnostic block = Assert.Single(BindHelper.Bind($"config = {{ {key} = \"{value}\" }} begin {{ }}").Diagnostics);
        Assert.Equal(("InvalidConfig", message), (block.Id, block.Message));
        Assert.Equal(11, block.Location!.Value.Span.Start);
    }

    [Theory]
    [InlineData("kernel_source = \"/x\"", "kernel_source: can only be set as an environment variable")]
    [InlineData("kernel_build = \"/x\"", "kernel_build: can only be set as an environment variable")]
    [InlineData("vmlinux = \"/x\"", "vmlinux: can only be set as an environment variable")]
    [InlineData("btf = \"/x\"", "btf: can only be set as an environment variable")]
    [InlineData("max_strle = 5", "max_strle: not a known configuration option")]
    [InlineData("stack_mode = 1", "stack_mode: Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id.")]
    [InlineData("missing_probes = 1", "missing_probes: Invalid value for missing_probes: valid values are ignore, warn, and error.")]
    [InlineData("license = 1", "Invalid value for license. Found: 1. " + NotLicense)]
    public void What_no_block_can_set(string entry, string message) =>
        Assert.Equal(message, Assert.Single(BindHelper.Bind($"config = {{ {entry} }} begin {{ }}").Diagnostics).Message);

    /// <summary>A number in the block is true unless it is 0, also where text is not.</summary>
    [Theory]
    [InlineData("cpp_demangle = 2", "cpp_demangle = true")]
    [InlineData("cpp_demangle = 0", "cpp_demangle = off")]
    [InlineData("cpp_demangle = \"no\"", "cpp_demangle = false")]
    [InlineData("unstable_tseries = 3", "unstable_tseries = enable")]
    [InlineData("unstable_tseries = 0", "unstable_tseries = error")]
    [InlineData("unstable_tseries = \"yes\"", "unstable_tseries = ENABLE")]
    [InlineData("cache_user_symbols = 0", "cache_user_symbols = none")]
    [InlineData("cache_user_symbols = 7", "max_probes = 1024")]
    [InlineData("cache_user_symbols = \"1\"", "max_probes = 1024")]
    [InlineData("max_strlen = \"0x20\"", "max_strlen = 32")]
    [InlineData("str_trunc_trailer = 5", "str_trunc_trailer = \"5\"")]
    [InlineData("missing_probes = WARN", "missing_probes = warn")]
    [InlineData("max_map_keys = 5000000000", "max_map_keys = 2147483647")]
    public void Values_that_are_the_same(string one, string other) => AssertEqual(Bind(other), Bind(one));

    [Fact]
    public void Every_key_is_tried() =>
        Assert.Equal(ConfigBinder.Keys.Order(), Keys().Select(static k => (string)k[0]).Order());

    [Theory]
    [InlineData("strlen", "max_strlen", "77", "77")]
    [InlineData("cat_bytes_max", "max_cat_bytes", "77", "77")]
    [InlineData("map_keys_max", "max_map_keys", "77", "77")]
    [InlineData("no_cpp_demangle", "cpp_demangle", "1", "0")]
    public void Names_of_0_17_do_what_they_did(string old, string name, string value, string newValue)
    {
        TraceConfig expected = Bind("", (name, newValue));
        Assert.Equal(expected, Bind("", (old, value)));
        Assert.Equal(expected, Bind($"{old} = {value}"));
        Diagnostic warning = Assert.Single(BindHelper.Bind("begin { }", Given((old, value))).Diagnostics);
        Assert.Equal(("ConfigRenamed", $"{old} has been renamed, please use {name}"), (warning.Id, warning.Message));
    }

    [Fact]
    public void The_newer_name_wins() => Assert.Equal(33, Bind("", ("max_strlen", "33"), ("strlen", "77")).MaxStrlen);
}
