using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>What the running kernel lacks: an error where the script is run, else a warning and a program without that probe.</summary>
public class LackingProbeTests
{
    private static readonly BindOptions s_compileOnly = new() { CompileOnly = true };

    /// <summary>A list of a script's probes says what they are, and warns; what is nowhere stays an error.</summary>
    [Fact]
    public void A_listed_script_may_have_probes_the_kernel_cannot_attach()
    {
        var catalog = new FakeKernelCatalog { Unsupported = ProbeType.Fentry };
        var list = new BindOptions { ProbesOnly = true };
        BindResult result = BindHelper.Bind("fentry:vfs_read { } begin { }", list, catalog);
        Assert.Equal(["fentry:vmlinux:vfs_read", "begin"], result.Program!.Targets.Select(t => t.FullName));
        Diagnostic warning = Assert.Single(result.Diagnostics);
        Assert.StartsWith("fentry probes can be compiled but not attached here: ", warning.Message, StringComparison.Ordinal);
        Assert.Null(BindHelper.Bind("fentry:vfs_read { }", catalog: catalog).Program);
        Assert.Null(BindHelper.Bind("fentry:nope_nope { } begin { }", list, catalog).Program);
    }

    [Theory]
    [InlineData("kprobe:nope { @a = 1; } begin { @b = 1; }")]
    [InlineData("tracepoint:sched:sched_switch { @a = args.nope; } begin { @b = 1; }")]
    [InlineData("begin { @a = ((struct nope_s *)1)->x; } begin { @b = 1; }")]
    [InlineData("begin { @a = kaddr(\"nope\"); } begin { @b = 1; }")]
    [InlineData("uprobe:/no/such/file:f { @a = 1; } begin { @b = 1; }")]
    public void AnErrorWithAHintWhenRun_AWarningAndLeftOutWhenCompiledOnly(string script)
    {
        BindResult run = BindHelper.Bind(script);
        Assert.False(run.Success);
        Assert.Contains(run.Diagnostics, static d => d.IsError && d.IsLack && d.Hints.Any(static h => h.Contains("missing_probes", StringComparison.Ordinal)));

        BindResult compiled = BindHelper.Bind(script, s_compileOnly);
        BoundProbe left = Assert.Single(compiled.Program!.Probes);
        Assert.StartsWith("begin", left.Name, StringComparison.Ordinal);
        Assert.Equal("@b", Assert.Single(compiled.Program.Maps).Name);
        Assert.Contains(compiled.Diagnostics, static d => !d.IsError && d.IsLack && d.Location is not null);

        // The script may choose the same for when it runs.
        Assert.True(BindHelper.Bind("config = { missing_probes = warn } " + script).Success);
    }

    [Fact]
    public void IgnoredMeansUnsaid()
    {
        BindResult bound = BindHelper.Bind("config = { missing_probes = ignore } kprobe:nope { @a = 1; } begin { @b = kaddr(\"nope\"); } begin { @c = 1; }");
        Assert.Equal("@c", Assert.Single(bound.Program!.Maps).Name);
        Assert.Empty(bound.Diagnostics);
    }

    [Fact]
    public void WhatIsLeftOutStillSaysWhatItsMapsHold()
    {
        // The probe that stores the name does not exist here: the one that reads it is compiled as if it did.
        BoundProgram program = BindHelper.Program("kprobe:nope { @name[tid] = comm; @calls = count(); } kretprobe:f { printf(\"%s\", @name[tid]); print(@calls); }", s_compileOnly);
        Assert.Equal("kretprobe_f_2", Assert.Single(program.Probes).Name);
        Assert.Equal(new StringType(16), program.Maps.Single(static m => m.Name == "@name").ValueType);
        Assert.Equal("count_t", program.Maps.Single(static m => m.Name == "@calls").ValueType.DisplayName);
        Assert.Equal(0, program.Probes[0].FirstTargetIndex);
    }

    [Fact]
    public void WhatDependsOnAnUnknownTypeIsLeftOutToo()
    {
        BindResult bound = BindHelper.Bind("kprobe:vfs_read { @start = ((struct nope_s *)arg0)->x; } kretprobe:vfs_read { print(@start); } begin { @b = 1; }", s_compileOnly);
        Assert.Equal("@b", Assert.Single(bound.Program!.Maps).Name);
        Assert.Single(bound.Program.Probes);
    }

    [Fact]
    public void TheScriptsOwnNamesAreErrorsAlways()
    {
        Assert.False(BindHelper.Bind("struct S { int a; } begin { @a = ((struct S *)1)->b; } begin { @b = 1; }", s_compileOnly).Success);
        Assert.False(BindHelper.Bind("kprobe:nope { } begin { @a = cmm; }", s_compileOnly).Success);
        Assert.False(BindHelper.Bind("begin { @a = (x=1).y; } begin { @b = 1; }", s_compileOnly).Success);
    }

    [Fact]
    public void NothingLeftIsAnError()
    {
        BindResult bound = BindHelper.Bind("kprobe:nope { @a = 1; } kprobe:vfs_raed { @a = 2; }", s_compileOnly);
        Assert.Contains(bound.Diagnostics, static d => d.IsError && d.Id == DiagnosticIds.NoProbes);
        Assert.Contains(bound.Diagnostics, static d => d.Message == "No matches for kprobe vfs_raed. Skipping." && d.Hints.Contains("Did you mean 'vfs_read'?"));
    }

    [Theory]
    [InlineData("kmem_cache_alloc", "kmem_cache_alloc_noprof")]
    [InlineData("__vfs_write", "vfs_write")]
    [InlineData("finish_task_switch", "finish_task_switch.isra.0")]
    public void ARenamedFunctionIsFound(string old, string now)
    {
        var catalog = new FakeKernelCatalog();
        catalog.Functions.AddRange([("vmlinux", "kmem_cache_alloc_noprof"), ("vmlinux", "finish_task_switch.isra.0")]);
        foreach (bool allowUnsafe in (ReadOnlySpan<bool>)[false, true])
        {
            BindResult bound = BindHelper.Bind($"kprobe:{old} {{ }} begin {{ }}", s_compileOnly with { AllowUnsafe = allowUnsafe }, catalog);
            Assert.Contains(bound.Diagnostics, d => d.IsLack && d.Hints.Contains($"Did you mean '{now}'?"));
        }
    }

    [Fact]
    public void AKindOfProbeTheKernelCannotAttachIsCompiled()
    {
        var catalog = new FakeKernelCatalog { Unsupported = BpfTrace.Language.Probes.ProbeType.Kprobe };
        Assert.False(BindHelper.Bind("kprobe:vfs_read { @ = 1; }", null, catalog).Success);
        BindResult bound = BindHelper.Bind("kprobe:vfs_read { @ = 1; } kprobe:vfs_write { @ = 1; }", s_compileOnly, catalog);
        Assert.Equal(2, bound.Program!.Probes.Length);
        Assert.Single(bound.Diagnostics, static d => d.Message == "kprobe probes can be compiled but not attached here: not in this table");
    }
}
