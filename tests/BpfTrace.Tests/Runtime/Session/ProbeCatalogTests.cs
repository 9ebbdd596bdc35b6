using BpfTrace.Language.Probes;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.Tests.Runtime.Session;

public class ProbeCatalogTests
{
    private static string[] Find(string? pattern, int? pid = null) => [.. ProbeCatalog.Find(pattern, pid, new TableCatalog()).Select(p => p.FullName)];

    [Fact]
    public void Without_a_pattern_all_kernel_kinds_are_listed_but_no_return_and_user_probes()
    {
        string[] kinds = [.. ProbeCatalog.Find(null, null, new TableCatalog()).Select(p => p.Type).Distinct()];
        Assert.Equal(["fentry", "hardware", "kprobe", "rawtracepoint", "software", "tracepoint"], kinds);
    }

    [Theory]
    [InlineData("*nanosleep", "fentry:vmlinux:do_nanosleep kprobe:do_nanosleep tracepoint:syscalls:sys_enter_nanosleep")]
    [InlineData("tracepoint:syscalls:*", "tracepoint:syscalls:sys_enter_nanosleep tracepoint:syscalls:sys_enter_read")]
    [InlineData("t:sched_*", "tracepoint:sched:sched_switch")]
    [InlineData("tracepoint:*:*switch", "tracepoint:sched:sched_switch")]
    [InlineData("kprobe:vfs_*", "kprobe:vfs_read kprobe:vfs_write")]
    [InlineData("kretprobe:vfs_w*", "kretprobe:vfs_write")]
    [InlineData("kprobe:ext4:*", "kprobe:ext4:ext4_read")]
    [InlineData("k*:vfs_read", "kprobe:vfs_read")]
    [InlineData("fexit:vfs_read", "fexit:vmlinux:vfs_read")]
    [InlineData("*ware:c*", "hardware:cache-misses: hardware:cache-references: hardware:cpu-cycles: hardware:cycles: software:context-switches: software:cpu: software:cpu-clock: software:cpu-migrations: software:cs:")]
    [InlineData("software:cpu:", "software:cpu:")]
    [InlineData("interval:*", "interval:hz: interval:ms: interval:s: interval:us:")]
    [InlineData("self:", "self:signal:SIGUSR1")]
    [InlineData("rt:*", "rawtracepoint:vmlinux:sys_enter")]
    [InlineData("uprobe:/bin/bash:readline*", "uprobe:/bin/bash:readline uprobe:/bin/bash:readline_set")]
    [InlineData("U:/bin/x:*", "usdt:/bin/x:libc:setjmp")]
    [InlineData("usdt:/bin/x:libc:*", "usdt:/bin/x:libc:setjmp")]
    [InlineData("uprobe:main", "uprobe:*:main")]
    [InlineData("nothing:*", "")]
    [InlineData("kprobe:vfs_read,kprobe:vfs_write", "kprobe:vfs_read kprobe:vfs_write")]
    public void Patterns_mean_what_they_mean_to_bpftrace(string pattern, string expected) =>
        Assert.Equal(expected, string.Join(' ', Find(pattern)));

    [Fact]
    public void A_process_adds_the_functions_of_its_files()
    {
        Assert.Equal(["uprobe:/bin/mapped:main"], Find("uprobe:main", 1));
        Assert.Contains("usdt:/bin/mapped:libc:setjmp", Find("*", 1));
    }

    [Fact]
    public void Parameters_are_typed_and_declared_as_C_does()
    {
        ProbeInfo probe = Assert.Single(ProbeCatalog.Find("tracepoint:sched:sched_switch", null, new TableCatalog()));
        Assert.Equal(("tracepoint", "sched", "sched_switch"), (probe.Type, probe.Target, probe.Name));
        Assert.Equal(
            [new ProbeParameter("const char *", "filename", "const char * filename"), new ProbeParameter("char[16]", "comm", "char comm[16]")],
            probe.Parameters.AsEnumerable());
    }

    [Theory]
    [InlineData("struct path", true)]
    [InlineData("enum *", true)]
    [InlineData("structure", false)]
    [InlineData("kprobe:struct", false)]
    public void Type_patterns_are_told_apart(string pattern, bool expected) => Assert.Equal(expected, ProbeCatalog.IsTypePattern(pattern));

    [Fact]
    public void Static_probes_of_a_file_are_read_once_until_it_changes()
    {
        string path = Path.GetTempFileName();
        try
        {
            var elf = new ElfBuilder(true);
            elf.Add(".note.stapsdt", 7, elf.StapNote(0x400010, 0, 0, "python", "gc", ""));
            File.WriteAllBytes(path, elf.Build());
            var cache = new StaticProbeCache();

            UserStaticProbe[] first = cache.Get(path);
            Assert.Equal([("python", "gc")], first.Select(p => (p.Provider, p.Name)));
            Assert.Same(first, cache.Get(path));

            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-7));
            Assert.NotSame(first, cache.Get(path));
            File.WriteAllText(path, "#!/bin/sh");
            Assert.Empty(cache.Get(path));
            Assert.Empty(cache.Get(path + ".missing"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_binary_is_told_from_a_script()
    {
        Assert.True(ProbeCatalog.IsBinary("/proc/self/exe"));
        Assert.False(ProbeCatalog.IsBinary("/proc/self/cmdline"));
        Assert.False(ProbeCatalog.IsBinary("/no/such/file"));
    }
}
