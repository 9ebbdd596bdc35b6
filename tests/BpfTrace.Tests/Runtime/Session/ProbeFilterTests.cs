using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Runtime.Session;

/// <summary>Probes left out by a pattern.</summary>
public class ProbeFilterTests
{
    private const string Script = "begin { } interval:ms:100 { } kprobe:vfs_* { print(probe); } interval:ms:300 { } end { }";

    [Fact]
    public void Begin_and_end_stay_and_targets_are_counted_anew()
    {
        BoundProgram program = ProbeFilter.Apply(BindHelper.Program(Script), "vfs_w|:300$", out Diagnostic? error);
        Assert.Null(error);
        Assert.Equal(
            ["begin@0", "kprobe:vfs_write@1", "interval:ms:300@2", "end@3"],
            program.Probes.Select(p => $"{string.Join(',', p.Targets.Select(t => t.FullName))}@{p.FirstTargetIndex}"));
    }

    [Fact]
    public void What_is_no_pattern_is_an_error()
    {
        ProbeFilter.Apply(BindHelper.Program(Script), "(", out Diagnostic? error);
        Assert.Equal(SessionDiagnosticIds.InvalidProbeFilter, error?.Id);
    }
}
