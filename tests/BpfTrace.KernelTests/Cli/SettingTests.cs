using BpfTrace.KernelTests.Support;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Cli;

/// <summary>What each setting does, set in the script's block and by the environment, and the variables that are no settings of a script.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class SettingTests
{
    private const string Refused = "rawtracepoint:sched_switch { print(socket_cookie((struct sock *)arg0)); }";
    private const string Opens = "tracepoint:syscalls:sys_enter_openat /pid == cpid/ { printf(\"<%s>\\n\", str(args.filename)); exit(); }";

    /// <summary>Both ways; what is printed then and was not before.</summary>
    private static void Check(string key, string value, string shown, params string[] arguments)
    {
        static string All(Bpft.Result result) => result.Output + result.Errors;
        int script = Array.IndexOf(arguments, "-e") + 1;
        string[] withBlock = [.. arguments];
        withBlock[script] = $"config = {{ {key} = {value} }} {arguments[script]}";
        Assert.DoesNotContain(shown, All(Bpft.Run(arguments)), StringComparison.Ordinal);
        Assert.Contains(shown, All(Bpft.Run(withBlock)), StringComparison.Ordinal);
        Assert.Contains(shown, All(Bpft.RunWithVariable("BPFTRACE_" + key.ToUpperInvariant(), value.Trim('"'), arguments)), StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("max_map_keys", "2", "WARNING: Map full; can't update element.", "-e", "begin { @[1] = 1; @[2] = 1; @[3] = 1; }")]
    [InlineData("max_cat_bytes", "3", "Lin\n", "-e", "begin { cat(\"/proc/version\"); printf(\"\\n\"); }")]
    [InlineData("max_probes", "1", "ERROR: Can't attach to 2 probes because it exceeds the current limit of 1 probes.", "-e", "begin { } end { }")]
    [InlineData("max_bpf_progs", "1", "ERROR: Your program is trying to generate more than 2 BPF programs, which exceeds the current limit of 1", "-e", "begin { } end { }")]
    [InlineData("max_strlen", "4", "</etc..>", "-c", "/bin/true", "-e", Opens)]
    [InlineData("license", "\"Dual MIT/GPL\"", "license: Dual MIT/GPL\n", "-d", "libbpf", "--mode", "codegen", "-e", "begin { }")]
    [InlineData("perf_rb_pages", "100", "map ringbuf: BPF_MAP_TYPE_RINGBUF, key 0 bytes, value 0 bytes, 524288 entries", "-d", "libbpf", "--mode", "codegen", "-e", "begin { }")]
    [InlineData("on_stack_limit", "0", "map scratch: ", "-d", "libbpf", "--mode", "codegen", "-e", "begin { @[pid, tid] = 1; }")]
    [InlineData("stack_mode", "raw", "\nffffffff", "-e", "begin { print(kstack(1)); }")]
    [InlineData("missing_probes", "warn", "WARNING: No matches for tracepoint no:such. Skipping.", "-e", "begin { } tracepoint:no:such { }")]
    [InlineData("unstable_tseries", "error", "ERROR: tseries feature is not enabled by default.", "-e", "begin { @ = tseries(1, 1s, 2); }")]
    [InlineData("unstable_typeinfo", "warn", "WARNING: Script is using an unstable feature: typeinfo.", "-e", "begin { print(typeinfo(1)); }")]
    public void A_setting_is_seen(string key, string value, string shown, params string[] arguments) => Check(key, value, shown, arguments);

    [RequiresRootFact]
    public void Maps_need_not_be_printed()
    {
        const string Script = "begin { @here = 1; }";
        Assert.DoesNotContain("@here", Bpft.Run("-e", "config = { print_maps_on_exit = false } " + Script).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("@here", Bpft.RunWithVariable("BPFTRACE_PRINT_MAPS_ON_EXIT", "0", "-e", Script).Output, StringComparison.Ordinal);
        Assert.Contains("@here: 1\n", Bpft.RunWithVariable("BPFTRACE_PRINT_MAPS_ON_EXIT", "1", "-e", "config = { print_maps_on_exit = false } " + Script).Output, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void The_end_of_a_cut_text_can_be_another()
    {
        Assert.Contains("</etc!!>\n", Bpft.Run("-c", "/bin/true", "-e", "config = { max_strlen = 4; str_trunc_trailer = \"!!\" } " + Opens).Output, StringComparison.Ordinal);
        Assert.Contains("</etc>\n", Bpft.RunWithVariable("BPFTRACE_STR_TRUNC_TRAILER", "", "-c", "/bin/true", "-e", "config = { max_strlen = 4 } " + Opens).Output, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void The_verifiers_log_has_a_size()
    {
        // 64 KB are always kept.
        const string Script = "begin { unroll(100) { @[rand] = 1; } }";
        static int Length(Bpft.Result result) => result.Output.Length;
        string[] arguments = ["-d", "verifier", "--dry-run", "-e"];
        int whole = Length(Bpft.Run([.. arguments, Script]));
        Assert.True(whole > 100_000, $"{whole}");
        Assert.InRange(Length(Bpft.Run([.. arguments, "config = { log_size = 100 } " + Script])), 1, 70_000);
        Assert.InRange(Length(Bpft.RunWithVariable("BPFTRACE_LOG_SIZE", "100", [.. arguments, Script])), 1, 70_000);
    }

    [RequiresRootFact]
    public void A_missing_probe_can_be_passed_over()
    {
        Bpft.Result result = Bpft.RunWithVariable("BPFTRACE_MISSING_PROBES", "ignore", "-q", "-e", "begin { exit(5); } tracepoint:no:such { }");
        Assert.Equal((5, ""), (result.ExitCode, result.Errors));
    }

    [RequiresRootFact]
    public void Names_of_user_code_can_be_left_out()
    {
        const string Script = "uprobe:libc:exit { printf(\"<%s>\\n\", usym(reg(\"ip\"))); print(ustack(1)); }";
        Assert.Contains("<exit>\n", Bpft.Run("-c", "/bin/true", "-e", Script).Output, StringComparison.Ordinal);
        Assert.Contains("<exit>\n", Bpft.RunWithVariable("BPFTRACE_NO_USER_SYMBOLS", "0", "-c", "/bin/true", "-e", Script).Output, StringComparison.Ordinal);
        string without = Bpft.RunWithVariable("BPFTRACE_NO_USER_SYMBOLS", "1", "-c", "/bin/true", "-e", Script).Output;
        Assert.Matches("^<0x[0-9a-f]+>\n\n        0x[0-9a-f]+\n", without);
    }

    [RequiresRootTheory]
    [InlineData("STRLEN", "4", "max_strlen", "</etc..>")]
    [InlineData("MAP_KEYS_MAX", "1", "max_map_keys", "Map full")]
    [InlineData("CAT_BYTES_MAX", "3", "max_cat_bytes", "[Lin]")]
    public void Names_of_0_17_have_their_effect_and_a_warning(string old, string value, string name, string shown)
    {
        const string Script = "tracepoint:syscalls:sys_enter_openat /pid == cpid/ { @[1] = 1; @[2] = 2; printf(\"<%s>\\n[\", str(args.filename)); cat(\"/proc/version\"); printf(\"]\\n\"); exit(); }";
        Bpft.Result result = Bpft.RunWithVariable("BPFTRACE_" + old, value, "-c", "/bin/true", "-e", Script);
        Assert.Contains(shown, result.Output + result.Errors, StringComparison.Ordinal);
        Assert.Contains($"WARNING: {old.ToLowerInvariant()} has been renamed, please use {name}\n", result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("BPFTRACE_NODE_MAX", "1")]
    [InlineData("BPFTRACE_MAX_TYPE_RES_ITERATIONS", "0")]
    [InlineData("BPFTRACE_VERIFY_LLVM_IR", "1")]
    [InlineData("BPFTRACE_SYMBOL_SOURCE", "x")]
    [InlineData("BPFTRACE_SOMEBODY_ELSES", "x")]
    public void Variables_without_a_meaning_any_more_are_passed_over(string name, string value)
    {
        Bpft.Result result = Bpft.RunWithVariable(name, value, "-q", "-e", "begin { exit(5); }");
        Assert.Equal((5, ""), (result.ExitCode, result.Errors));
    }

    [RequiresRootTheory]
    [InlineData("always", true)]
    [InlineData("never", false)]
    [InlineData("auto", false)] // no terminal here
    public void Colours(string mode, bool isColoured)
    {
        string errors = Bpft.RunWithVariable("BPFTRACE_COLOR", mode, "-e", "begin { undefined(); }").Errors;
        Assert.Contains("ERROR: Unknown function: 'undefined'", errors, StringComparison.Ordinal);
        Assert.Equal(isColoured, errors.Contains("\u001b[31m", StringComparison.Ordinal));
    }

    [RequiresRootFact]
    public void Other_type_information_can_be_named()
    {
        const string Script = "begin { print(offsetof(struct task_struct, comm) > 0); }";
        Assert.Contains("true\n", Bpft.RunWithVariable("BPFTRACE_BTF", "/sys/kernel/btf/vmlinux", "-e", Script).Output, StringComparison.Ordinal);
        Bpft.Result without = Bpft.RunWithVariable("BPFTRACE_BTF", "/dev/null", "-e", Script);
        Assert.NotEqual(0, without.ExitCode);
        Assert.DoesNotContain("true", without.Output, StringComparison.Ordinal);
    }

    [RequiresClangFact]
    public void Headers_are_found_where_the_variables_say()
    {
        string directory = Directory.CreateTempSubdirectory("bpft-").FullName;
        try
        {
            string kernel = Path.Combine(directory, "kernel"), build = Path.Combine(directory, "build");
            Directory.CreateDirectory(Path.Combine(kernel, "include"));
            Directory.CreateDirectory(Path.Combine(build, "include"));
            File.WriteAllText(Path.Combine(kernel, "include", "from_source.h"), "struct from_source { int a[3]; };\n");
            File.WriteAllText(Path.Combine(build, "include", "from_build.h"), "struct from_build { int a[5]; };\n");
            File.WriteAllText(Path.Combine(directory, "from_path.h"), "struct from_path { int a[7]; };\n");
            string Size(string name, params string[] variables)
            {
                string[] wrapper = ["/usr/bin/env", .. variables];
                return Bpft.RunThrough(wrapper, "-q", "-e", $"#include <{name}.h>\nbegin {{ print(sizeof(struct {name})); }}").Output.TrimEnd('\n');
            }

            Assert.Equal("", Size("from_source"));
            Assert.Equal("12", Size("from_source", "BPFTRACE_KERNEL_SOURCE=" + kernel));
            Assert.Equal("20", Size("from_build", "BPFTRACE_KERNEL_SOURCE=" + kernel, "BPFTRACE_KERNEL_BUILD=" + build));
            Assert.Equal("12", Size("from_source", "BPFTRACE_KERNEL_SOURCE=" + kernel, "BPFTRACE_KERNEL_BUILD=" + build));
            Assert.Equal("28", Size("from_path", "CPATH=" + directory));
            Assert.Equal("28", Size("from_path", "C_INCLUDE_PATH=" + directory));
            Assert.Equal("28", Bpft.Run("-q", "-I", directory, "-e", "#include <from_path.h>\nbegin { print(sizeof(struct from_path)); }").Output.TrimEnd('\n'));
            Assert.Equal("28", Bpft.Run("-q", "--include", Path.Combine(directory, "from_path.h"), "-e", "begin { print(sizeof(struct from_path)); }").Output.TrimEnd('\n'));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [RequiresProgramFact]
    public void An_image_of_the_kernel_says_how_long_its_functions_are()
    {
        string image = NativeProgram.Build("targets.c", "kernelimage", "-O1", "-shared", "-fPIC", "-Dmain=vfs_read");
        Bpft.Result outside = Bpft.RunWithVariable("BPFTRACE_VMLINUX", image, "--mode", "codegen", "-e", "kprobe:vfs_read+0x400 { }");
        Assert.Matches("WARNING: Offset outside the function bounds \\('vfs_read' size is [0-9]+\\)\nstdin:1:1-22: WARNING: Unable to attach probe: kprobe:vfs_read\\+1024\\. ", outside.Errors);
        Assert.Equal(0, outside.ExitCode);
        Assert.Equal(0, Bpft.Run("--mode", "codegen", "-e", $"uprobe:{image}:vfs_read+0x400 {{ }}").ExitCode);

        // bpftrace says so when it attaches.
        Bpft.Result user = Bpft.Run("-e", $"uprobe:{image}:vfs_read+0x400 {{ }}");
        Assert.Equal(255, user.ExitCode);
        Assert.Contains($"ERROR: Unable to attach probe: uprobe:{image}:vfs_read+1024. ", user.Errors, StringComparison.Ordinal);
        Assert.Equal(1, Bpft.Run("-e", $"uprobe:{image}:vfs_read+0x400 {{ nothing_of_the_kind(); }}").ExitCode);
        Assert.Equal(0, Bpft.RunWithVariable("BPFTRACE_VMLINUX", image, "--mode", "codegen", "-e", "kprobe:vfs_read+1 { }").ExitCode);
        Assert.Equal(0, Bpft.RunWithVariable("BPFTRACE_VMLINUX", "/no/such/image", "--mode", "codegen", "-e", "kprobe:vfs_read+0x400 { }").ExitCode);
    }
}
