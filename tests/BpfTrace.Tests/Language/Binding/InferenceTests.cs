using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Types of maps and variables, from all of a program (bpftrace docs/language.md, "Data Types").</summary>
public class InferenceTests
{
    [Theory]
    [InlineData("begin { @ = 1; }", "int8")]
    [InlineData("begin { @ = 128; }", "int16")]
    [InlineData("begin { @ = 0x7fffffff; }", "int32")]
    [InlineData("begin { @ = 0x80000000; }", "int64")]
    [InlineData("begin { @ = 0x8000000000000000; }", "uint64")]
    [InlineData("begin { @ = -129; }", "int16")]
    [InlineData("begin { @ = true; }", "bool")]
    [InlineData("begin { @ = pid; }", "uint32")]
    [InlineData("begin { @ = nsecs; }", "uint64")]
    [InlineData("begin { @ = 1; @ = (uint64)5; }", "uint64")]
    [InlineData("begin { @ = (uint32)1; @ = (int32)2; }", "int64")]
    [InlineData("begin { @ = (uint16)1; @ = (int8)2; }", "int32")]
    [InlineData("begin { @ = (int64)1; @ = (uint64)2; }", "int64")]
    [InlineData("begin { @++; }", "int64")]
    [InlineData("begin { @ += 5; }", "int64")]
    [InlineData("begin { @ += nsecs; }", "int64")]
    [InlineData("begin { @ = \"hi\"; } end { @ = \"longer\"; }", "string[7]")]
    [InlineData("begin { @ = (1, \"a\"); @ = (300, \"abc\"); }", "(int16,string[4])")]
    [InlineData("begin { @ = count(); }", "count_t")]
    [InlineData("begin { @ = sum(1); }", "sum_t")]
    [InlineData("begin { @ = sum(nsecs); }", "usum_t")]
    [InlineData("begin { @ = avg(-1); }", "avg_t")]
    [InlineData("begin { @ = (x=1, y=\"s\"); }", "record { .x = int8, .y = string[2] }")]
    [InlineData("begin { @ = kstack(perf, 5); }", "kstack_perf_5")]
    [InlineData("begin { $a = 1; $b = $a + 1; @ = $b; }", "int64")]
    [InlineData("begin { $a = 1; if (pid) { $a = nsecs; } @ = $a; }", "uint64")]
    [InlineData("begin { @ = @b; } end { @b = \"later\"; }", "string[6]")]
    [InlineData("kprobe:f { @ = arg0; }", "uint64")]
    [InlineData("begin { @ = pid ? 1 : 1000; }", "int16")]
    [InlineData("begin { @ = (int32 *)5; }", "int32 *")]
    [InlineData("begin { @ = pton(\"127.0.0.1\"); }", "uint8[4]")]
    [InlineData("kprobe:f { @ = buf(arg0, 10); }", "buffer[10]")]
    [InlineData("kprobe:f { @ = str(arg0, 9); }", "string[10]")]
    [InlineData("kprobe:f { @ = str(arg0); }", "string[1024]")]
    [InlineData("begin { @ = comm; }", "string[16]")]
    [InlineData("begin { @ = 5 - 6; }", "int8")]
    [InlineData("begin { @ = nsecs - 6; }", "int64")]
    [InlineData("begin { @ = nsecs * 6; }", "uint64")]
    [InlineData("begin { @ = nsecs > 6; }", "bool")]
    [InlineData("begin { @ = sizeof(uint32); }", "int8")]
    public void Map_value(string script, string expected)
    {
        MapSymbol map = BindHelper.Program(script).Maps.First(m => m.Name == "@");
        Assert.Equal(expected, map.ValueType.DisplayName);
    }

    [Theory]
    [InlineData("begin { @[1] = 1; }", "int8")]
    [InlineData("begin { @[1] = 1; @[pid] = 2; }", "uint32")]
    [InlineData("begin { @[1, \"a\"] = 1; @[2, \"abcd\"] = 1; }", "(int8,string[5])")]
    [InlineData("begin { @[(1, comm)] = 1; }", "(int8,string[16])")]
    [InlineData("begin { @[comm] = 1; delete(@, \"x\"); }", "string[16]")]
    [InlineData("begin { @[1] = 1; if (has_key(@, 70000)) { exit(); } }", "int32")]
    [InlineData("begin { @c = count(); @[@c] = 1; }", "uint64")]
    public void Map_key(string script, string expected)
    {
        MapSymbol map = BindHelper.Program(script).Maps.First(m => m.Name == "@");
        Assert.Equal(expected, map.KeyType?.DisplayName);
    }

    [Theory]
    [InlineData("begin { @ = 1; }", MapStorage.Hash, 1)]
    [InlineData("begin { @ = count(); }", MapStorage.PerCpuHash, 1)]
    [InlineData("begin { @[1] = 1; }", MapStorage.Hash, 4096)]
    [InlineData("begin { @[1] = count(); }", MapStorage.PerCpuHash, 4096)]
    [InlineData("begin { @ = hist(1); }", MapStorage.PerCpuHash, 4096)]
    [InlineData("let @ = lruhash(10); begin { @[1] = 1; }", MapStorage.LruHash, 10)]
    [InlineData("let @ = percpulruhash(7); begin { @[1] = count(); }", MapStorage.PerCpuLruHash, 7)]
    [InlineData("config = { max_map_keys = 9 } begin { @[1] = 1; }", MapStorage.Hash, 9)]
    public void Map_storage(string script, MapStorage storage, int entries)
    {
        MapSymbol map = Assert.Single(BindHelper.Program(script).Maps);
        Assert.Equal((storage, entries), (map.Storage, map.MaxEntries));
    }

    [Fact]
    public void A_variable_read_before_it_grows_has_its_final_type_everywhere()
    {
        BoundProgram program = BindHelper.Program("begin { $a = 1; @ = $a; $a = 1000; }");
        Assert.Equal("$a = 1:int16; @ = $a:int16; $a = 1000:int16", BoundProgramText.Of(program.Probes[0]));
    }

    [Fact]
    public void A_chain_of_dependencies_settles()
    {
        string script = "begin { " + string.Concat(Enumerable.Range(0, 30).Select(i => $"@m{i} = @m{i + 1}; ")) + "@m30 = \"end\"; }";
        BoundProgram program = BindHelper.Program(script);
        Assert.All(program.Maps, m => Assert.Equal("string[4]", m.ValueType.DisplayName));
    }

    [Fact]
    public void Lhist_keeps_its_bounds()
    {
        var type = (AggregateType)Assert.Single(BindHelper.Program("begin { @ = lhist(pid, 10, 100, 5); }").Maps).ValueType;
        Assert.Equal((AggregateKind.LHist, 10L, 100L, 5L), (type.Kind, type.Minimum, type.Maximum, type.Step));
    }
}
