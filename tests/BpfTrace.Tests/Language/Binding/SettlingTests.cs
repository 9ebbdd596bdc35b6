using System.Globalization;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>How types settle where the script reads things above the places that give them their types.</summary>
public class SettlingTests
{
    private static readonly BindOptions s_options = new() { Config = new Dictionary<string, string> { ["unstable_typeinfo"] = "enable" } };

    /// <summary>Each map takes its type from the next one in the script.</summary>
    private static string Chain(int length, string assignment) =>
        "begin { " + string.Concat(Enumerable.Range(0, length).Select(i => string.Format(CultureInfo.InvariantCulture, assignment, i, i + 1))) + $"@m{length} = (uint32)5; }}";

    [Theory]
    [InlineData("@m{0} = @m{1}; ", "uint32")]
    [InlineData("@m{0} = @m{1} + 1; ", "uint64")]
    [InlineData("@m{0} = {{ $x = @m{1}; ($x, 1).0 }}; ", "uint32")]
    [InlineData("if (@m{1} == 3) {{ @m{0} = @m{1}; }} ", "uint32")]
    public void A_chain_of_a_thousand_maps_settles(string assignment, string expected) =>
        Assert.Equal(expected, BindHelper.Program(Chain(1000, assignment)).Maps.Single(static m => m.Name == "@m0").ValueType.DisplayName);

    /// <summary>Ten times the chain, about ten times the time: one pass per link would be a hundred times.</summary>
    [Fact]
    public void A_chain_takes_linear_time()
    {
        string small = Chain(500, "@m{0} = @m{1}; "), large = Chain(5000, "@m{0} = @m{1}; ");
        WorkTime.AssertLinear(() => BindHelper.Program(small), () => BindHelper.Program(large));
    }

    /// <summary>What the loop goes over keeps the map's types; the variable is as wide as what it is assigned.</summary>
    [Theory]
    [InlineData("begin { @m[1] = (int8)1; for ($kv : @m) { $kv = (5, (int64)7); @ = $kv; } }", "(int8,int64)")]
    [InlineData("begin { @m[1] = \"a\"; for ($kv : @m) { $kv = ($kv.0, \"longer\"); @ = $kv; } }", "(int8,string[7])")]
    [InlineData("begin { @m[1] = 1; @m[1000] = 2; for ($kv : @m) { @ = $kv; } }", "(int16,int8)")]
    public void A_loop_variable_may_be_assigned(string script, string expected)
    {
        BoundProgram program = BindHelper.Program(script);
        BoundForMap loop = program.Probes[0].Body.Statements.OfType<BoundForMap>().Single();
        Assert.Equal(expected, program.Maps.Single(static m => m.Name == "@").ValueType.DisplayName);
        Assert.Equal(TupleType.Create(loop.Map.KeyType!, loop.Map.ValueType).DisplayName, loop.Variable.Type.DisplayName);
    }

    /// <summary>A branch is chosen when what its condition asks about has settled, not by what is known half-way.</summary>
    [Theory]
    [InlineData("begin { $a = 1; if comptime (typeinfo($a).full_type == \"int8\") { @ = 1; } else { @ = \"str\"; } $a = (int64)2; }", "string[4]")]
    [InlineData("begin { if comptime (typeinfo(@a).base_type == \"string\") { @ = (int32)1; } else { @ = \"no\"; } @a = @b; @b = \"x\"; }", "int32")]
    [InlineData("begin { $a = 1; if comptime (typeinfo($a).full_type == \"int64\") { $b = \"x\"; if comptime (typeinfo($b).base_type == \"string\") { @ = true; } else { @ = 1; } } $a = (int64)2; }", "bool")]
    [InlineData("begin { if comptime (probetype == \"special\") { @ = (uint8)1; } else { @ = \"no\"; } }", "uint8")]
    public void Comptime_branches_wait_for_types(string script, string expected) =>
        Assert.Equal(expected, BindHelper.Program(script, s_options).Maps.Single(static m => m.Name == "@").ValueType.DisplayName);

    [Theory]
    [InlineData("begin { $a = (uint32)1; if comptime (typeinfo($a).full_type == \"uint32\") { «$a = (uint64)3» ; } }", "$a", "uint64", "uint32")]
    [InlineData("begin { if comptime (typeinfo(@a).full_type == \"uint32\") { «@a = (uint64)2» ; } @a = (uint32)1; }", "@a", "uint64", "uint32")]
    [InlineData("begin { if comptime (typeinfo(@a).full_type == \"uint32\") { «@a[(uint64)2]» = 2; } @a[(uint32)1] = 1; }", "@a", "uint64", "uint32")]
    public void A_type_a_branch_was_chosen_by_is_locked(string marked, string name, string added, string locked) =>
        BindHelper.AssertDiagnostic(marked.Replace("» ;", "»;", StringComparison.Ordinal), BpfTrace.Language.Diagnostics.DiagnosticSeverity.Error, "TypeMismatch",
            $"Type mismatch for {name}: this type has been locked because it was used in another part of the type graph that was already resolved (e.g. `sizeof`, `typeinfo`, etc.). The new type '{added}' doesn't fit into the locked type '{locked}'", s_options);
}
