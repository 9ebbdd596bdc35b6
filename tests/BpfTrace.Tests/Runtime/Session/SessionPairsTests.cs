using BpfTrace.Language.Binding;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Runtime.Session;

/// <summary>Which kprobe and kretprobe become one program: bpftrace's rules, src/ast/passes/ap_probe_expansion.cpp.</summary>
public class SessionPairsTests
{
    private static readonly FakeKernelCatalog s_kernel = new() { HasKprobeSession = true };

    [Theory]
    [InlineData("kprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; }", "1-2")]
    [InlineData("kretprobe:vfs_read { @b = 1; } kprobe:vfs_read { @a = 1; }", "2-1")]
    [InlineData("kprobe:vfs_* { @a = 1; } kretprobe:vfs_* { @b = 1; }", "1-2")]
    [InlineData("kprobe:vfs_read { @a = 1; } kretprobe:vfs_write { @b = 1; }", "")]
    [InlineData("kprobe:vfs_read { @a = 1; } kretprobe:vfs_* { @b = 1; }", "")]
    [InlineData("kprobe:vfs_read+4 { @a = 1; } kretprobe:vfs_read { @b = 1; }", "")]
    [InlineData("kprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; } kretprobe:vfs_read { @c = 1; }", "")]
    [InlineData("kprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; } kprobe:vfs_read { @c = 1; }", "1-2")]
    [InlineData("kprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; } kprobe:vfs_write { @c = 1; } kretprobe:vfs_write { @d = 1; }", "1-2 3-4")]
    public void Probes_on_the_same_functions_are_one_where_it_is_clear_which(string script, string pairs)
    {
        BoundProgram program = BindHelper.Program(script, new BindOptions { AllowUnsafe = true }, s_kernel);
        SessionPairs? found = SessionPairs.Find(program, s_kernel);
        Assert.Equal(pairs.Length == 0, found is null);
        Assert.Equal(pairs, string.Join(' ', Enumerable.Range(0, program.Probes.Length)
            .Select(i => found?.ReturnOf(program.Probes[i]) is { } exit ? $"{i + 1}-{program.Probes.IndexOf(exit) + 1}" : "")
            .Where(static p => p.Length > 0)));
        Assert.All(program.Probes, p => Assert.Equal(program.Probes.Any(entry => ReferenceEquals(found?.ReturnOf(entry), p)), found?.IsReturn(p) == true));
    }

    [Fact]
    public void A_kernel_without_sessions_has_no_pairs()
    {
        BoundProgram program = BindHelper.Program("kprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; }", catalog: s_kernel);
        Assert.NotNull(SessionPairs.Find(program, s_kernel));
        Assert.Null(SessionPairs.Find(program, new FakeKernelCatalog()));
    }
}
