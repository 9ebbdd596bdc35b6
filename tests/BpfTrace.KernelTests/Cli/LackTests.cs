using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary>
/// What a user is told where something is missing: the kernel's features by what this kernel has, the rest by taking it away from one process:
/// capabilities with setpriv, type information and tracefs by a mount namespace in which something empty lies over them.
/// </summary>
[Collection(KernelCollection.Name)]
public class LackTests
{
    private const string Counts = "{ @ = count(); }";

    private static string Without(string[] wrapper, string script, int exitCode = 1)
    {
        Bpft.Result result = Bpft.RunThrough(wrapper, "-e", script);
        Assert.True(exitCode == result.ExitCode, $"{result}");
        return result.Errors;
    }

    private static string[] WithoutCapabilities(params string[] capabilities)
    {
        string dropped = string.Join(',', capabilities.Select(static c => "-" + c));
        return ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped];
    }

    private static string[] UnderEmpty(params string[] directories) =>
        ["unshare", "--mount", "/bin/sh", "-c", string.Concat(directories.Select(static d => $"mount -t tmpfs none {d} || exit 9; ")) + "exec \"$@\"", "sh"];

    [RequiresRootTheory]
    [InlineData("CAP_BPF", "sys_admin bpf")]
    [InlineData("CAP_BPF", "sys_admin bpf perfmon")]
    [InlineData("CAP_PERFMON", "sys_admin perfmon")]
    public void A_capability_that_is_missing_is_named(string named, string dropped) =>
        Assert.Equal($"ERROR: Missing {named} capability, please run bpft as the root user.\n", Without(WithoutCapabilities(dropped.Split(' ')), "begin { exit(); }"));

    [RequiresRootFact(KernelNeed.PerfmonEvents)]
    public void The_two_capabilities_are_enough() =>
        Assert.Contains("Attached 2 probes", Without(WithoutCapabilities("sys_admin"), "rawtracepoint:sys_enter { } interval:ms:5 { exit(); }", 0), StringComparison.Ordinal);

    /// <summary>In a user namespace the capabilities are there, and mean nothing to the kernel.</summary>
    [RequiresRootFact]
    public void A_user_namespace_is_named() => Assert.Contains(
        "the process has CAP_BPF and CAP_PERFMON, so a security module, a seccomp filter, a container or the user namespace forbids it",
        Without(["unshare", "--user", "--map-root-user"], "begin { exit(); }"),
        StringComparison.Ordinal);

    [RequiresRootTheory]
    [InlineData("fentry:vfs_read " + Counts, "stdin:1:1-16: ERROR: fentry probes are not available: the kernel has no type information (CONFIG_DEBUG_INFO_BTF); instead: ")]
    [InlineData("iter:task " + Counts, "stdin:1:1-10: ERROR: iter probes are not available: the kernel has no type information (CONFIG_DEBUG_INFO_BTF).\n")]
    [InlineData("rawtracepoint:sys_enter { print(args.id); }", "in BTF: the kernel has no type information (CONFIG_DEBUG_INFO_BTF). arg0, arg1, ... are there without it")]
    [InlineData("begin { print(((struct task_struct *)curtask)->pid); }", "HINT: The kernel has no type information (CONFIG_DEBUG_INFO_BTF, /sys/kernel/btf/vmlinux): its types have to be defined in the script")]
    public void Without_type_information_what_needs_it_says_so(string script, string message) =>
        Assert.Contains(message, Without(UnderEmpty("/sys/kernel/btf"), script), StringComparison.Ordinal);

    [RequiresRootFact]
    public void Without_type_information_the_rest_works()
    {
        using ChildProcess child = ChildProcess.StartKilling(3);
        using Bpft bpft = Bpft.StartThrough(
            UnderEmpty("/sys/kernel/btf"), "-p", $"{child.Id}", "-e", "tracepoint:syscalls:sys_enter_kill { @[args.sig] = count(); } rawtracepoint:sys_enter /arg1 == 62/ { @raw = count(); }");
        bpft.WaitUntilAttached();
        child.RunToEnd();
        Assert.Equal("@[0]: 3\n@raw: 3", bpft.Finish().Output.Trim('\n'));
    }

    [RequiresRootFact]
    public void A_library_that_cannot_make_programs_is_named() => Assert.Equal(
        "ERROR: 'libc.so.6' is not libLLVM, or one without the BPF target; BPFTRACE_LIBLLVM can name another.\n", Without(["env", "BPFTRACE_LIBLLVM=libc.so.6"], "begin { }"));

    [RequiresRootFact]
    public void Type_information_that_cannot_be_read_is_told() => Assert.Equal(
        "ERROR: Input/output error : '/proc/self/mem'\n", Without(["env", "BPFTRACE_BTF=/proc/self/mem"], "begin { print(((struct task_struct *)curtask)->pid); }"));

    [RequiresRootFact]
    public void A_file_that_is_no_type_information_is_named() => Assert.Equal(
        "ERROR: /dev/null: BTF header truncated: 0 bytes.\n", Without(["env", "BPFTRACE_BTF=/dev/null"], "begin { print(((struct task_struct *)curtask)->pid); }"));

    [RequiresRootFact]
    public void Without_the_list_of_processors_its_file_is_named() => Assert.Equal(
        "ERROR: reading the list of CPUs: Could not find file '/sys/devices/system/cpu/possible'.\n", Without(UnderEmpty("/sys/devices/system/cpu"), "begin { }"));

    [RequiresRootFact]
    public void Without_tracefs_tracepoints_say_how_to_have_it_and_what_does_without()
    {
        // With CAP_SYS_ADMIN tracefs is mounted for us alone, whatever lies over its place.
        string[] wrapper = [.. UnderEmpty("/sys/kernel/tracing", "/sys/kernel/debug"), .. WithoutCapabilities("sys_admin")];
        string errors = Without(wrapper, "tracepoint:syscalls:sys_enter_kill " + Counts);
        Assert.StartsWith("stdin:1:1-35: ERROR: tracepoint probes are not available: tracefs is not mounted; as root: mount -t tracefs tracefs /sys/kernel/tracing; instead: ", errors, StringComparison.Ordinal);
        Assert.Contains("rawtracepoint.\n", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n'), static line => line.Contains("tracefs is not mounted", StringComparison.Ordinal) && line.StartsWith("stdin", StringComparison.Ordinal));
    }

    /// <summary>From the limit at which nothing can be loaded to the one at which the last probe cannot be attached, each descriptor more lets something else fail.</summary>
    [RequiresRootFact]
    public void Whatever_there_is_no_descriptor_for_is_told_as_such()
    {
        const string Last = "Unable to attach probe: profile:hz:99";
        var failures = new List<string>();
        for (int limit = 40; limit < 200 && !failures.Exists(static failure => failure.Contains(Last, StringComparison.Ordinal)); limit++)
        {
            string[] wrapper = ["prlimit", $"--nofile={limit}:{limit}", .. WithoutCapabilities("sys_resource")];
            Bpft.Result result = Bpft.RunThrough(wrapper, "-e", "interval:ms:5 { @ = count(); exit(); } profile:hz:99 { @ = count(); }");
            Assert.DoesNotContain("BpfException", result.Errors, StringComparison.Ordinal); // the runtime itself ends in an abort when there is none for an assembly
            Assert.DoesNotContain("verifier", result.Errors, StringComparison.Ordinal);
            failures.Add(result.Errors);
        }

        Assert.Contains(failures, static failure => failure.Contains("ERROR: loading program 'interval_ms_5_1': Too many open files (EMFILE): the process has", StringComparison.Ordinal));
        Assert.Contains(failures, static failure => failure.StartsWith("ERROR: epoll_create1: Too many", StringComparison.Ordinal) || failure.StartsWith("ERROR: eventfd: Too many", StringComparison.Ordinal));
    }

    /// <summary>A script that is formatted in place takes more room than before.</summary>
    [RequiresRootFact]
    public void A_full_disk_leaves_a_script_as_it_was()
    {
        string script = $"BEGIN {{{string.Concat(Enumerable.Repeat("@x=1;", 800))}}}";
        const string Fill = "mount -t tmpfs -o size=64k none /mnt || exit 9; printf %s \"$1\" >/mnt/a.bt; head -c 64k /dev/zero >/mnt/rest 2>/dev/null; shift; \"$@\"; cat /mnt/a.bt";
        Bpft.Result result = Bpft.RunThrough(["unshare", "--mount", "/bin/sh", "-c", Fill, "sh", script], "--fmt", "-o", "/mnt/a.bt", "/mnt/a.bt");
        Assert.Contains("No space left on device", result.Errors, StringComparison.Ordinal);
        Assert.Equal(script, result.Output.TrimEnd('\n'));
    }

    [RequiresRootFact]
    public void Lockdown_is_named()
    {
        const string Lay = "mount -t tmpfs none /sys/kernel/security || exit 9; echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown; exec \"$@\"";
        Assert.Contains(
            "kernel lockdown is in 'confidentiality' mode, in which programs cannot read kernel memory: boot with lockdown=integrity or none",
            Without(["unshare", "--mount", "/bin/sh", "-c", Lay, "sh"], "begin { }"),
            StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("kprobe:vfs_read ", "kprobe")]
    [InlineData("kretprobe:vfs_* ", "kretprobe")]
    [InlineData("fentry:vfs_read ", "fentry")]
    [InlineData("fexit:vfs_read ", "fexit")]
    public void What_the_kernel_cannot_do_names_what_it_can(string probe, string type)
    {
        bool isKprobe = type.StartsWith('k');
        if (isKprobe ? KernelFeatures.HasKprobe : KernelFeatures.HasFentry)
        {
            Assert.Equal(0, Bpft.Run("--dry-run", "-e", probe + Counts).ExitCode);
            return;
        }

        string errors = Without([], probe + Counts);
        Assert.StartsWith($"stdin:1:1-{probe.Length}: ERROR: {type} probes are not available: the kernel has no {(isKprobe ? "kprobes (CONFIG_KPROBE_EVENTS)" : "BPF trampolines, or refuses them")}; instead: ", errors, StringComparison.Ordinal);
        Assert.Contains("tracepoint, rawtracepoint.\n", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n'), static line => line.Contains("instead:", StringComparison.Ordinal));
    }

    [RequiresRootFact]
    public void A_counter_the_processor_lacks_names_what_counts_time()
    {
        Bpft.Result result = Bpft.Run("-e", "hardware:cpu-cycles:1000000 { @ = count(); exit(); } interval:s:2 { exit(); }");
        if (result.ExitCode == 0)
            return; // it has one
        Assert.Contains("HINT: this processor, or virtual machine, has no counter of cpu-cycles", result.Errors, StringComparison.Ordinal);
        Assert.Contains("instead: software:cpu-clock, profile:hz:99", result.Errors, StringComparison.Ordinal);
    }
}
