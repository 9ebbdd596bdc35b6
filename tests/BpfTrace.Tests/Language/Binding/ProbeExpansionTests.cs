using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Attach points and the places they stand for (bpftrace docs/language.md, "Probes").</summary>
public class ProbeExpansionTests
{
    [Theory]
    [InlineData("BEGIN", "begin")]
    [InlineData("k:vfs_read", "kprobe:vfs_read")]
    [InlineData("kprobe:vfs_read+0x10", "kprobe:vfs_read+16")]
    [InlineData("kr:vfs_read", "kretprobe:vfs_read")]
    [InlineData("kprobe:vfs_r*", "kprobe:vfs_read kprobe:vfs_readv")]
    [InlineData("kprobe:nf_tables:*", "kprobe:nf_tables:nf_tables_newtable")]
    [InlineData("f:vfs_read", "fentry:vmlinux:vfs_read")]
    [InlineData("kfunc:vfs_rea*", "fentry:vmlinux:vfs_read fentry:vmlinux:vfs_readv")]
    [InlineData("fr:vmlinux:vfs_read", "fexit:vmlinux:vfs_read")]
    [InlineData("t:sched:sched_wakeup*", "tracepoint:sched:sched_wakeup tracepoint:sched:sched_wakeup_new")]
    [InlineData("t:*:sys_exit_*", "tracepoint:syscalls:sys_exit_openat")]
    [InlineData("rt:sched_switch", "rawtracepoint:vmlinux:sched_switch")]
    [InlineData("u:/bin/sh:main", "uprobe:/bin/sh:main")]
    [InlineData("u:sh:readline*", "uprobe:/bin/sh:readline uprobe:/bin/sh:readline_callback")]
    [InlineData("u:/bin/sh:cpp:add", "uprobe:/bin/sh:cpp:_Z3addii uprobe:/bin/sh:cpp:_Z3addv")]
    [InlineData("u:/bin/sh:cpp:\"add(int, int)\"", "uprobe:/bin/sh:cpp:_Z3addii")]
    [InlineData("u:/bin/sh:cpp:\"add(int, int)\"+4", "uprobe:/bin/sh:cpp:_Z3addii+4")]
    [InlineData("U:/bin/sh:testprobe", "usdt:/bin/sh:tracetest:testprobe")]
    [InlineData("U:/bin/sh:tracetest:test*", "usdt:/bin/sh:tracetest:testprobe usdt:/bin/sh:tracetest:testprobe2")]
    [InlineData("i:s:1", "interval:s:1")]
    [InlineData("i:10ms", "interval:us:10000")]
    [InlineData("p:hz:99", "profile:hz:99")]
    [InlineData("s:cs:100", "software:cs:100")]
    [InlineData("h:cache-misses:", "hardware:cache-misses")]
    [InlineData("w:0x1000:8:wr", "watchpoint:4096:8:rw")]
    [InlineData("self:signal:SIGUSR1", "self:signal:SIGUSR1")]
    [InlineData("test:abc", "test:abc")]
    [InlineData("mine=k:vfs_read", "mine")]
    [InlineData("k:vfs_read, k:vfs_write,", "kprobe:vfs_read kprobe:vfs_write")]
    public void Names(string attachPoints, string expected)
    {
        BoundProgram program = BindHelper.Program(attachPoints + " { }");
        Assert.Equal(expected, string.Join(' ', program.Targets.Select(t => t.FullName)));
    }

    /// <summary>What a listing shows does not depend on what the script calls it.</summary>
    [Fact]
    public void A_place_keeps_its_name()
    {
        AttachTarget[] targets = [.. BindHelper.Program("mine=k:vfs_read, k:vfs_write { }").Targets];
        Assert.Equal([("mine", "kprobe:vfs_read"), ("kprobe:vfs_write", null)], targets.Select(t => (t.FullName, t.PlaceName)));
    }

    [Fact]
    public void Targets_that_share_code_are_one_program()
    {
        BoundProgram program = BindHelper.Program("kprobe:vfs_*, kprobe:f { @[func] = count(); }");
        BoundProbe probe = Assert.Single(program.Probes);
        Assert.Equal(5, probe.Targets.Length);
    }

    [Fact]
    public void The_name_of_the_probe_makes_programs_differ()
    {
        BoundProgram program = BindHelper.Program("kprobe:vfs_* { @[probe] = count(); }");
        Assert.Equal(4, program.Probes.Length);
        Assert.Equal([0, 1, 2, 3], program.Probes.Select(p => p.FirstTargetIndex));
    }

    [Fact]
    public void Tracepoints_share_code_where_their_records_are_alike()
    {
        BoundProgram program = BindHelper.Program("t:sched:sched_wakeup, t:sched:sched_wakeup_new { @ = args.pid; } t:syscalls:sys_enter_open* { @f = str(args.filename); }");
        Assert.Equal([2, 1, 1], program.Probes.Select(p => p.Targets.Length));
    }

    [Fact]
    public void A_process_is_filtered_where_the_kernel_can_not_do_it()
    {
        BoundProgram program = BindHelper.Program("kprobe:f { @++; } uprobe:/bin/sh:main { @++; } i:s:1 { @++; }", new BindOptions { ProcessId = 42 });
        Assert.Equal([[42], [], []], program.Probes.Select(p => p.FilterProcessIds.ToArray()));
    }

    [Fact]
    public void Places_are_resolved()
    {
        BoundProgram program = BindHelper.Program("uprobe:/bin/sh:main+16 { } interval:ms:20 { } s:faults: { } usdt:/bin/sh:testprobe { }");
        AttachTarget[] targets = [.. program.Targets];
        Assert.Equal(("/bin/sh", "main", 16UL, 0x4010UL), (targets[0].Target, targets[0].Name, targets[0].Offset, targets[0].Address));
        Assert.Equal(("ms", 20_000_000UL), (targets[1].Target, targets[1].Count));
        Assert.Equal(("page-faults", 100UL), (targets[2].Name, targets[2].Count));
        Assert.Equal(("tracetest", 0x5000UL, "8@%rdi -4@%esi"), (targets[3].Provider, targets[3].Address, targets[3].Arguments));
    }

    [Fact]
    public void An_address_is_a_place_in_a_function()
    {
        Assert.Equal([0x4010UL, 0x4100UL], BindHelper.Program("uprobe:/bin/sh:0x4010 { } uretprobe:/bin/sh:0x4100 { }").Targets.Select(t => t.Address));
        Assert.Equal(10UL, BindHelper.Program("uprobe:/bin/sh:10 { }", new BindOptions { AllowUnsafe = true }).Targets.Single().Address);
    }

    [Theory]
    [InlineData("uprobe:/bin/sh:10 { }", "Could not resolve address: /bin/sh:0xa")]
    [InlineData("uretprobe:/bin/sh:0x4010 { }", "uretprobes cannot be attached at function offset. (address resolved to: main+16)")]
    public void An_address_where_no_probe_can_be_is_an_error(string script, string reason)
    {
        BindResult result = BindHelper.Bind(script);
        Assert.Null(result.Program);
        Assert.Equal("ERROR: " + reason, result.Diagnostics[0].ToString());
        Assert.StartsWith("Unable to attach probe: ", result.Diagnostics[1].Message, StringComparison.Ordinal);
        Assert.Equal("Unable to attach probe: uprobe:/bin/sh:10. Skipping.", BindHelper.Bind("config = { missing_probes = warn } uprobe:/bin/sh:10 { } begin { }").Diagnostics[1].Message);
    }

    [Fact]
    public void Positional_parameters_name_places()
    {
        BoundProgram program = BindHelper.Program("uprobe:$1:$2 { }", new BindOptions { Arguments = ["/bin/sh", "main"] });
        Assert.Equal("uprobe:/bin/sh:main", program.Targets.Single().FullName);
    }

    [Fact]
    public void Program_names_are_unique_C_identifiers()
    {
        BoundProgram program = BindHelper.Program("begin { } begin { } t:sched:* { @ = args.pid; } u:/bin/sh:main { }");
        Assert.Equal(program.Probes.Length, program.Probes.Select(p => p.Name).Distinct().Count());
        Assert.All(program.Probes, p => Assert.Matches("^[A-Za-z_][A-Za-z0-9_]*$", p.Name));
    }
}
