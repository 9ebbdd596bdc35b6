using System.Collections;
using BpfTrace.Cli;

namespace BpfTrace.Tests.Cli;

public sealed class OptionMappingTests
{
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
