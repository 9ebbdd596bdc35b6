using BpfTrace.Bpf;

namespace BpfTrace.Tests.Runtime;

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
        Assert.Equal(missing, Privileges.FindMissing(new(capabilities), isRoot));

    [Theory]
    [InlineData(SysAdmin, true)]
    [InlineData(Bpf | Perfmon, true)]
    [InlineData(Dac | Bpf | Perfmon, false)]
    public void Enough_is_enough(ulong capabilities, bool isRoot) => Assert.Null(Privileges.FindMissing(new(capabilities), isRoot));

    [Fact]
    public void Capabilities_are_those_the_status_file_shows()
    {
        const string Field = "CapEff:";
        string line = File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        Assert.Equal(Convert.ToUInt64(line[Field.Length..].Trim(), 16), Capabilities.Effective().Bits);
    }
}
