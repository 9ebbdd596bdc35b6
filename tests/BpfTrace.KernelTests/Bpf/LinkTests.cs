using System.Globalization;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed partial class LinkTests
{
    private const int SYS_kill = 62;

    private static readonly MapSpec s_counts = new() { Name = "counts", Type = BpfMapType.BPF_MAP_TYPE_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 };

    [LibraryImport("libc")]
    private static partial int getppid();

    /// <summary>Code that ends the program unless it runs in the process; R6 keeps the context.</summary>
    private static IEnumerable<BpfInstruction> OnlyProcess(int pid) =>
    [
        Mov(R6, R1), Call(BpfHelper.get_current_pid_tgid), RshImm(R0, 32), JumpIfEqual(R0, pid, 2), MovImm(R0, 0), Exit(),
    ];

    /// <summary>Code that adds R7 to the only element of the map.</summary>
    private static IEnumerable<BpfInstruction> AddR7() =>
    [
        Store32Imm(R10, -4, 0), Mov(R2, R10), AddImm(R2, -4), LoadMap(R1), LoadMapEnd(), Call(BpfHelper.map_lookup_elem),
        JumpIfEqual(R0, 0, 1), AtomicAdd64(R0, 0, R7), MovImm(R0, 0), Exit(),
    ];

    private static BpfCollection LoadCounter(BpfProgramType type, int pid, BpfAttachType attachType = BpfAttachType.None, params BpfInstruction[] value)
    {
        if (value.Length == 0)
            value = [MovImm(R7, 1)];
        ProgramSpec program = Program("counter", type, [.. OnlyProcess(pid), .. value, .. AddR7()], "counts") with { ExpectedAttachType = attachType };
        return BpfCollection.Load(new CollectionSpec { Programs = [program], Maps = [s_counts] });
    }

    private static long Count(BpfCollection collection)
    {
        byte[] value = new byte[8];
        Assert.True(collection.GetMap("counts").TryLookup([0, 0, 0, 0], value));
        return BitConverter.ToInt64(value);
    }

    [RequiresRootFact]
    public void A_tracepoint_counts_exactly_and_stops_with_its_link()
    {
        int descriptors = OpenDescriptors.CountAtFirst();
        using (ChildProcess child = ChildProcess.StartKilling(500))
        using (BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, child.Id))
        {
            using (TracepointLink.Attach(collection.Programs[0], TracefsIds.Get("syscalls/sys_enter_kill")))
                child.RunToEnd();
            Assert.Equal(500, Count(collection));
        }

        using (ChildProcess child = ChildProcess.StartKilling(10))
        using (BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, child.Id))
        {
            TracepointLink.Attach(collection.Programs[0], TracefsIds.Get("syscalls/sys_enter_kill")).Dispose();
            child.RunToEnd();
            Assert.Equal(0, Count(collection));
        }

        Assert.Equal(descriptors, OpenDescriptors.Count());
    }

    [RequiresRootFact]
    public void A_cookie_comes_back_in_the_program()
    {
        Assert.True(KernelFeatures.HasAttachCookie);
        using ChildProcess child = ChildProcess.StartKilling(3);
        using BpfCollection collection = LoadCounter(
            BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, child.Id, BpfAttachType.None, Mov(R1, R6), Call(BpfHelper.get_attach_cookie), Mov(R7, R0));
        using TracepointLink link = TracepointLink.Attach(collection.Programs[0], TracefsIds.Get("syscalls/sys_enter_kill"), cookie: 0x1_0000_0001);
        child.RunToEnd();
        Assert.Equal(0x3_0000_0003, Count(collection));
    }

    [RequiresRootFact]
    public void A_raw_tracepoint_sees_its_arguments()
    {
        using ChildProcess child = ChildProcess.StartKilling(200);
        // sys_enter's second argument is the system call's number.
        using BpfCollection collection = LoadCounter(
            BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT, child.Id, BpfAttachType.None,
            MovImm(R7, 1), Load64(R1, R6, 8), JumpIfEqual(R1, SYS_kill, 2), MovImm(R0, 0), Exit());
        using RawTracepointLink link = RawTracepointLink.Attach(collection.Programs[0], "sys_enter");
        child.RunToEnd();
        Assert.Equal(200, Count(collection));
    }

    [RequiresRootFact]
    public void An_unknown_raw_tracepoint_is_named()
    {
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT, 1);
        BpfException error = Assert.Throws<BpfException>(() => RawTracepointLink.Attach(collection.Programs[0], "no_such_event"));
        Assert.Equal("ENOENT", error.ErrnoName);
        Assert.Contains("no_such_event", error.Message, StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_uprobe_counts_calls_in_this_process(bool isReturn)
    {
        (string path, ulong offset) = FunctionInFile("libc.so.6", "getppid");
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, Environment.ProcessId);
        using (UprobeLink.Attach(collection.Programs[0], path, offset, isReturn, Environment.ProcessId))
        {
            for (int i = 0; i < 77; i++)
                Assert.True(getppid() >= 0);
        }

        _ = getppid();
        Assert.Equal(77, Count(collection));
    }

    /// <summary>
    /// A breakpoint that a thread in the background takes out stays for good when the end of the process kills that thread: the kernel gives up then.
    /// </summary>
    [RequiresRootFact]
    public unsafe void Breakpoints_in_user_code_are_gone_when_links_are_disposed_of_soon()
    {
        (string path, ulong offset) = FunctionInFile("libc.so.6", "getppid");
        byte* code = (byte*)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getppid");
        byte first = *code;
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, Environment.ProcessId);
        var links = new List<BpfLink>();
        for (int i = 0; i < 20; i++)
            links.Add(UprobeLink.Attach(collection.Programs[0], path, offset, processId: Environment.ProcessId));
        Assert.NotEqual(first, *code);
        BpfLink.DisposeAllSoon(links);
        Assert.Equal(first, *code);
    }

    [RequiresRootFact]
    public void A_uprobe_of_a_process_leaves_it_able_to_start_others()
    {
        (string path, ulong offset) = FunctionInFile("libc.so.6", "malloc");
        using ChildProcess child = ChildProcess.Start("a=$(echo one); b=$(echo two); [ $a$b = onetwo ] || exit 9");
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, child.Id);
        using UprobeLink link = UprobeLink.Attach(collection.Programs[0], path, offset, processId: child.Id);
        child.RunToEnd();
        Assert.Equal(0, child.ExitCode);
        Assert.True(Count(collection) > 0);
    }

    [RequiresRootFact]
    public void A_uprobe_of_a_process_sees_threads_it_starts_later()
    {
        (string path, ulong offset) = FunctionInFile("libc.so.6", "getppid");
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, Environment.ProcessId);
        using UprobeLink link = UprobeLink.Attach(collection.Programs[0], path, offset, processId: Environment.ProcessId);
        var later = new Thread(static () =>
        {
            for (int i = 0; i < 5; i++)
                _ = getppid();
        });
        later.Start();
        later.Join();
        Assert.Equal(5, Count(collection));
    }

    [RequiresRootFact]
    public void A_uprobe_cookie_comes_back()
    {
        (string path, ulong offset) = FunctionInFile("libc.so.6", "getppid");
        using BpfCollection collection = LoadCounter(
            BpfProgramType.BPF_PROG_TYPE_KPROBE, Environment.ProcessId, BpfAttachType.None, Mov(R1, R6), Call(BpfHelper.get_attach_cookie), Mov(R7, R0));
        using UprobeLink link = UprobeLink.Attach(collection.Programs[0], path, offset, cookie: 1000, processId: Environment.ProcessId);
        _ = getppid();
        _ = getppid();
        Assert.Equal(2000, Count(collection));
    }

    [RequiresRootFact(KernelNeed.UprobeMulti)]
    public void A_uprobe_multi_link_tells_its_places_apart_by_cookie()
    {
        (string path, ulong offset) = FunctionInFile("libc.so.6", "getppid");
        (_, ulong other) = FunctionInFile("libc.so.6", "getpgrp");
        using BpfCollection collection = LoadCounter(
            BpfProgramType.BPF_PROG_TYPE_KPROBE, Environment.ProcessId, BpfAttachType.BPF_TRACE_UPROBE_MULTI,
            Mov(R1, R6), Call(BpfHelper.get_attach_cookie), Mov(R7, R0));
        using UprobeMultiLink link = UprobeMultiLink.Attach(collection.Programs[0], path, [offset, other], [1, 100_000], processId: Environment.ProcessId);
        for (int i = 0; i < 30; i++)
            _ = getppid();
        Assert.Equal(30, Count(collection));
    }

    [RequiresRootFact]
    public void A_uprobe_in_a_missing_file_names_it()
    {
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, 1);
        BpfException error = Assert.Throws<BpfException>(() => UprobeLink.Attach(collection.Programs[0], "/no/such/file", 16));
        Assert.Equal("ENOENT", error.ErrnoName);
        Assert.Contains("/no/such/file+0x10", error.Message, StringComparison.Ordinal);
    }

    [RequiresRootFact(KernelNeed.UprobeMulti)]
    public void Many_places_of_a_file_that_is_not_there_or_no_file_are_refused()
    {
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, 1, BpfAttachType.BPF_TRACE_UPROBE_MULTI);
        foreach ((string path, string name) in (ReadOnlySpan<(string, string)>)[("/no/such/file", "ENOENT"), ("/proc", "EBADF")])
        {
            BpfException error = Assert.Throws<BpfException>(() => UprobeMultiLink.Attach(collection.Programs[0], path, [16]));
            Assert.Equal(name, error.ErrnoName);
            Assert.Contains($"'{path}'", error.Message, StringComparison.Ordinal);
        }
    }

    [RequiresRootFact]
    public void A_profile_fires_on_every_cpu_and_an_interval_on_one()
    {
        ProgramSpec body = Program("tick", BpfProgramType.BPF_PROG_TYPE_PERF_EVENT, [MovImm(R7, 1), .. AddR7()], "counts");
        using BpfCollection collection = BpfCollection.Load(new CollectionSpec { Programs = [body], Maps = [s_counts] });
        using (PerfEventLink profile = PerfEventLink.AttachProfile(collection.Programs[0], 199))
        {
            Assert.Equal(Cpus.GetOnline().Length, profile.Handles.Count);
            WaitFor(() => Count(collection) >= 20);
        }

        long before = Count(collection);
        using (PerfEventLink interval = PerfEventLink.AttachInterval(collection.Programs[0], TimeSpan.FromMilliseconds(5)))
        {
            Assert.Single(interval.Handles);
            WaitFor(() => Count(collection) >= before + 5);
        }

        before = Count(collection);
        Thread.Sleep(30);
        Assert.Equal(before, Count(collection));
    }

    [RequiresRootFact]
    public void A_rate_that_the_kernel_does_not_take_is_refused_and_not_another_one()
    {
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_PERF_EVENT, 1);
        ulong limit = ulong.Parse(File.ReadAllText("/proc/sys/kernel/perf_event_max_sample_rate"), CultureInfo.InvariantCulture);
        foreach (ulong frequency in (ulong[])[limit + 1, 10_000_000_000])
        {
            BpfException error = Assert.Throws<BpfException>(() => PerfEventLink.AttachProfile(collection.Programs[0], frequency));
            Assert.Equal("EINVAL", error.ErrnoName);
            Assert.Contains($"profile at {frequency} Hz", error.Message, StringComparison.Ordinal);
            Assert.EndsWith("kernel.perf_event_max_sample_rate", error.Message, StringComparison.Ordinal);
        }
    }

    [RequiresRootFact]
    public void A_software_event_counts_page_faults_of_a_child()
    {
        using ChildProcess child = ChildProcess.Start("i=0; while [ $i -lt 50 ]; do (:); i=$((i+1)); done");
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_PERF_EVENT, child.Id);
        using PerfEventLink link = PerfEventLink.AttachSoftware(collection.Programs[0], PerfSoftwareEvent.PERF_COUNT_SW_PAGE_FAULTS, 1);
        child.RunToEnd();
        // Each fork makes the shell's pages copy-on-write, so that it faults when it writes its variables again.
        Assert.True(Count(collection) >= 50, $"{Count(collection)} page faults");
    }

    [RequiresRootFact]
    public void Many_links_detach_at_once_and_leave_nothing()
    {
        int descriptors = OpenDescriptors.CountAtFirst();
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, 1);
        ulong id = TracefsIds.Get("syscalls/sys_enter_kill");
        var links = new List<BpfLink>();
        // A tracepoint takes a program once, whatever the cookie: each link needs an instance of its own.
        for (int i = 0; i < 40; i++)
            links.Add(TracepointLink.Attach(collection.LoadProgram(collection.Programs[0].Spec), id));
        Assert.Equal("EEXIST", Assert.Throws<BpfException>(() => TracepointLink.Attach(collection.Programs[1], id)).ErrnoName);
        Assert.Equal(descriptors + 122, OpenDescriptors.Count()); // an event and a link for each
        BpfLink.DetachAll(links);
        Assert.Equal(descriptors + 82, OpenDescriptors.Count());
        BpfLink.DisposeAll(links);
        Assert.Equal(descriptors + 42, OpenDescriptors.Count());
    }

    [RequiresRootFact(KernelNeed.Kprobe)]
    public void A_kprobe_and_a_kretprobe_count_in_a_child()
    {
        using ChildProcess child = ChildProcess.StartKilling(50);
        using BpfCollection collection = LoadCounter(BpfProgramType.BPF_PROG_TYPE_KPROBE, child.Id);
        using KprobeLink entry = KprobeLink.Attach(collection.Programs[0], "__x64_sys_kill");
        using KprobeLink exit = KprobeLink.Attach(collection.Programs[0], "__x64_sys_kill", isReturn: true);
        child.RunToEnd();
        Assert.Equal(100, Count(collection));
    }

    [RequiresRootFact(KernelNeed.KprobeMulti)]
    public void A_kprobe_multi_link_counts_in_a_child()
    {
        using ChildProcess child = ChildProcess.StartKilling(50);
        using BpfCollection collection = LoadCounter(
            BpfProgramType.BPF_PROG_TYPE_KPROBE, child.Id, BpfAttachType.BPF_TRACE_KPROBE_MULTI, Mov(R1, R6), Call(BpfHelper.get_attach_cookie), Mov(R7, R0));
        using KprobeMultiLink link = KprobeMultiLink.Attach(collection.Programs[0], ["__x64_sys_kill", "__x64_sys_getpgrp"], [1, 1000]);
        child.RunToEnd();
        Assert.Equal(50, Count(collection));
        Assert.Equal(0UL, link.GetMissedCount());
    }

    [RequiresRootFact(KernelNeed.Fentry)]
    public void Fentry_and_fexit_count_in_a_child()
    {
        using ChildProcess child = ChildProcess.StartKilling(50);
        BpfInstruction[] code = [.. OnlyProcess(child.Id), MovImm(R7, 1), .. AddR7()];
        ProgramSpec body = Program("kill", BpfProgramType.BPF_PROG_TYPE_TRACING, code, "counts");
        using BpfCollection collection = BpfCollection.Load(
            new CollectionSpec { Programs = [body], Maps = [s_counts] }, new LoadOptions { ProgramFilter = _ => false });
        BpfProgram entry = collection.LoadProgram(body, new ProgramOverrides { AttachTarget = "__x64_sys_kill", ExpectedAttachType = BpfAttachType.BPF_TRACE_FENTRY });
        BpfProgram exit = collection.LoadProgram(body, new ProgramOverrides { AttachTarget = "vmlinux:__x64_sys_kill", ExpectedAttachType = BpfAttachType.BPF_TRACE_FEXIT });
        using TracingLink first = TracingLink.Attach(entry);
        using TracingLink second = TracingLink.Attach(exit);
        child.RunToEnd();
        Assert.Equal(100, Count(collection));
    }

    private static void WaitFor(Func<bool> condition) => Assert.True(Patience.Until(condition), "the event did not fire often enough");

    /// <summary>Where a function of a loaded library lies in the library's file.</summary>
    private static (string Path, ulong Offset) FunctionInFile(string library, string function)
    {
        nint address = NativeLibrary.GetExport(NativeLibrary.Load(library), function);
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = parts[0].Split('-');
            ulong start = Convert.ToUInt64(range[0], 16), end = Convert.ToUInt64(range[1], 16);
            if ((ulong)address >= start && (ulong)address < end)
                return (parts[5], (ulong)address - start + Convert.ToUInt64(parts[2], 16));
        }

        throw new InvalidOperationException($"{function} is not mapped");
    }
}
