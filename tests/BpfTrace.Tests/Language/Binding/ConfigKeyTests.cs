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
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void Outside_wins_over_the_block(string key, string outside, string block)
    {
        TraceConfig expected = Bind("", (key, outside)), other = Bind($"{key} = {block}");
        Assert.NotEqual(expected, other);
        Assert.Equal(expected, Bind($"{key} = {block}", (key, outside)));
        Assert.Equal(other, Bind($"BPFTRACE_{key.ToUpperInvariant()} = {block}"));
    }

    [Fact]
    public void Every_key_is_tried() =>
        Assert.Equal(ConfigBinder.Keys.Where(static k => !k.StartsWith("unstable_", StringComparison.Ordinal) && k != "use_blazesym").Order(), Keys().Select(static k => (string)k[0]).Order());

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
