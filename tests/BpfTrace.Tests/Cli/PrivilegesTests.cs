using System.Collections;
using BpfTrace.Cli;

namespace BpfTrace.Tests.Cli;

public sealed class PrivilegesTests
{
    private const ulong SysAdmin = 1UL << 21;
    private const ulong Bpf = 1UL << 39;
    private const ulong Perfmon = 1UL << 38;
    private const ulong Dac = 1UL << 1 | 1UL << 2;

    [Theory]
    [InlineData(0UL, false, "CAP_DAC_READ_SEARCH")]
    [InlineData(1UL << 2, false, "CAP_DAC_OVERRIDE")]
    [InlineData(Dac, false, "CAP_BPF")]
    [InlineData(Dac | Bpf, false, "CAP_PERFMON")]
    [InlineData(0UL, true, "CAP_BPF")]
    [InlineData(Bpf, true, "CAP_PERFMON")]
    public void What_is_missing_is_named(ulong capabilities, bool isRoot, string missing) =>
        Assert.Equal($"Missing {missing} capability, please run bpft as the root user.", Privileges.FindMissing(capabilities, isRoot));

    [Theory]
    [InlineData(SysAdmin, true)]
    [InlineData(Bpf | Perfmon, true)]
    [InlineData(Dac | Bpf | Perfmon, false)]
    public void Enough_is_enough(ulong capabilities, bool isRoot) => Assert.Null(Privileges.FindMissing(capabilities, isRoot));

    [Fact]
    public void Capabilities_are_those_the_status_file_shows()
    {
        const string Field = "CapEff:";
        string line = File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        Assert.Equal(Convert.ToUInt64(line[Field.Length..].Trim(), 16), Privileges.EffectiveCapabilities());
    }

    [Fact]
    public void Variables_set_configuration_keys()
    {
        var environment = new Hashtable { ["BPFTRACE_MAX_STRLEN"] = "100", ["BPFTRACE_COLOR"] = "never", ["BPFTRACE_OTHERS"] = "1", ["HOME"] = "/root" };
        Assert.Equal(["max_strlen=100"], OptionMapping.Configuration(environment).Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void Named_parameters_are_split_at_the_first_equals_sign()
    {
        var named = OptionMapping.Named(["aa=1=2", "dd"]);
        Assert.Equal("1=2", named["aa"]);
        Assert.Equal("", named["dd"]);
    }
}
