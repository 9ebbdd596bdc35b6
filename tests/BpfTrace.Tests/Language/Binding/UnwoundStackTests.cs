using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary><c>dw_ustack</c>.</summary>
public class UnwoundStackTests
{
    [Theory]
    [InlineData("dw_ustack", StackMode.Bpftrace, 127)]
    [InlineData("dw_ustack()", StackMode.Bpftrace, 127)]
    [InlineData("dw_ustack(5)", StackMode.Bpftrace, 5)]
    [InlineData("dw_ustack(perf, 6)", StackMode.Perf, 6)]
    [InlineData("dw_ustack(build_id)", StackMode.BuildId, 127)]
    public void It_is_a_user_stack(string call, StackMode mode, int limit)
    {
        BoundProgram program = BindHelper.Program($"config = {{ unstable_dw_ustack=enable }} begin {{ @[{call}] = count(); }}");
        Assert.Equal(new StackType(true, mode, limit), Assert.Single(program.Maps).KeyType);
    }

    [Fact]
    public void It_warns_once_until_it_is_enabled()
    {
        BindResult result = BindHelper.Bind("begin { print(dw_ustack); print(dw_ustack(perf)); }");
        Diagnostic warning = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticIds.UnstableFeature, DiagnosticSeverity.Warning), (warning.Id, warning.Severity));
    }

    [Fact]
    public void On_another_processor_it_is_an_error()
    {
        Diagnostic error = Assert.Single(
            BindHelper.Bind("config = { unstable_dw_ustack=enable } begin { print(dw_ustack(3)); }", new BindOptions { CanUnwind = false }).Diagnostics);
        Assert.Equal((DiagnosticIds.NotSupported, "dw_ustack is not available on this machine (requires x86_64)"), (error.Id, error.Message));
    }
}
