using BpfTrace.Bpf;
using BpfTrace.Compiler.Clang;

namespace BpfTrace.Tests.Runtime;

/// <summary>What is looked at for <see cref="TraceCapabilities"/>, without looking.</summary>
public class CapabilityCheckTests
{
    [Fact]
    public void Each_name_is_there_once_and_only_what_is_asked_for_is_tried()
    {
        string[] names = [.. TraceCapabilities.Names];
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        var asked = new List<string>();
        Assert.Empty(TraceCapabilities.Find((name, _) =>
        {
            asked.Add(name);
            return false;
        }));
        Assert.Equal(names, asked);
    }

    [Fact]
    public void Helpers_have_the_release_that_brought_them()
    {
        CapabilityCheck loop = ProgramChecks.Helpers.Single(static c => c.Name == "loop");
        Assert.Equal(new Version(5, 17), loop.MinimumKernel);
        Assert.All(ProgramChecks.Helpers, static c => Assert.NotNull(c.MinimumKernel));
    }

    [Theory]
    [InlineData("Debian clang version 14.0.6", "14.0.6")]
    [InlineData("clang version 19.1.7 (https://github.com/llvm/llvm-project.git cd708029e0b2869e80abe31ddb175f7c35361f90)", "19.1.7")]
    [InlineData("Ubuntu clang version 18.1.3 (1ubuntu1)", "18.1.3")]
    [InlineData("clang version 22.0.0-rc1", "22.0.0")]
    [InlineData("clang", null)]
    public void A_clang_tells_its_version(string text, string? version) => Assert.Equal(version, LibClang.VersionIn(text));

    [Fact]
    public void A_hash_takes_room_for_all_of_its_entries()
    {
        var hash = new MapSpec { Name = "h", Type = BpfMapType.BPF_MAP_TYPE_HASH, KeySize = 4, ValueSize = 12, MaxEntries = 1000 };
        Assert.Equal((1024 * 16) + (1004 * (48 + 8 + 16)) + (4 * 8), MapMemory.Estimate(hash, possibleCpus: 4));
        Assert.Equal(1024 * 16, MapMemory.Estimate(hash with { Flags = BpfMapFlags.BPF_F_NO_PREALLOC }, possibleCpus: 4));
        Assert.Equal(7 * (8 + (16 * 4)), MapMemory.Estimate(hash with { Type = BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, MaxEntries = 7 }, possibleCpus: 4));
    }
}
