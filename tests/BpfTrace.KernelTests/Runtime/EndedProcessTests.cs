using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>User stacks of processes that have ended when they are printed, before anybody has looked at them.</summary>
[Collection(KernelCollection.Name)]
public class EndedProcessTests
{
    private const string Take = "shop::Till<double>::take(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&, int)";

    private static string Calls => NativeProgram.Build("calls.cpp", "calls", "-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls");

    private static string[][] Stacks(IEnumerable<TraceRecord> records) =>
        [.. records.OfType<MapRecord>().Single().Entries.Select(static e => ((StackTrace)e.Key!).Frames.Select(static f => f.Symbol ?? "?").ToArray())];

    [RequiresDwarfFact("g++")]
    public void A_command_that_ends_at_once_is_known()
    {
        List<TraceRecord> records = Trace.Run(
            "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[ustack(4)] = count(); }", new TraceOptions { Command = Calls });
        Assert.Equal(["getppid", Take, "main"], Assert.Single(Stacks(records)).Take(3));
    }

    [RequiresDwarfFact("g++")]
    public void Processes_that_a_shell_starts_one_after_another_are_known()
    {
        using ChildProcess shell = ChildProcess.Start($"{Calls}; {Calls}; {Calls}");
        using TraceSession session = Trace.Start(
            string.Create(CultureInfo.InvariantCulture, $"tracepoint:syscalls:sys_enter_getppid /ppid == {shell.Id}/ {{ @[ustack(4)] = count(); }}"));
        shell.RunToEnd();
        session.RequestStop();
        string[][] stacks = Stacks(session.ReadRecords());
        Assert.Equal(3, stacks.Length);
        Assert.All(stacks, stack => Assert.Equal(["getppid", Take, "main"], stack.Take(3)));
    }

    [RequiresDwarfFact("g++")]
    public void What_a_process_ran_before_is_known()
    {
        string other = NativeProgram.Build("calls.cpp", "calls-other", "-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-DOTHER");
        List<TraceRecord> records = Trace.Run(
            "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[ustack(4)] = count(); }", new TraceOptions { Command = $"{Calls} {other}" });
        Assert.All(Stacks(records), stack => Assert.Equal(["getppid", Take, "main"], stack.Take(3)));
        Assert.Equal(
            [Calls, other],
            records.OfType<MapRecord>().Single().Entries.Select(static e => ((StackTrace)e.Key!).Frames[1].Module).Order(StringComparer.Ordinal));
    }

    [RequiresDwarfFact("g++", "unshare", "mount")]
    public void A_program_that_was_only_there_in_its_own_mounts_is_known()
    {
        string folder = Directory.CreateTempSubdirectory("bpftrace-mounts-").FullName;
        try
        {
            string inside = $"mount -t tmpfs none {folder} && cp {Calls} {folder}/hidden && {folder}/hidden; echo done; read line";
            using ChildProcess shell = ChildProcess.Start($"unshare -m -p -f sh -c '{inside}'");
            using TraceSession session = Trace.Start("tracepoint:syscalls:sys_enter_getppid /comm == \"hidden\"/ { @[ustack(4)] = count(); }");
            shell.Go();
            Assert.Equal("done", shell.ReadLine());
            session.ReadMap("@"); // it has ended; its mounts are there until this has been seen
            shell.RunToEnd();
            session.RequestStop();
            Assert.Equal(["getppid", Take, "main"], Assert.Single(Stacks(session.ReadRecords())).Take(3));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [RequiresDwarfFact("g++")]
    public void Nothing_is_kept_when_nothing_is_to_be()
    {
        const string Script = "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[ustack(2)] = count(); }";
        Assert.All(Stacks(Trace.Run("config = { cache_user_symbols = \"NONE\" } " + Script, new TraceOptions { Command = Calls })), stack => Assert.Equal(["?", "?"], stack));
        Assert.All(Stacks(Trace.Run("config = { cache_user_symbols = \"PER_PROGRAM\" } " + Script, new TraceOptions { Command = Calls })), stack => Assert.Equal(["getppid", Take], stack));
    }

    [RequiresDwarfFact("g++")]
    public void Variables_of_an_ended_process_have_names()
    {
        // Only code is told of; the variable lies as far from it as in the file.
        string text = Trace.Text($"uprobe:{Calls}:cpp:\"shop::leaf()\" {{ @[usym(uaddr(\"shared_counter\"))] = count(); }}", new TraceOptions { Command = Calls });
        Assert.Contains("@[shared_counter]: 1", text, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Watching_holds_nothing_open_afterwards()
    {
        int before = OpenDescriptors.CountAtFirst();
        using (var symbolizer = new UserSymbolizer())
        {
            Assert.True(symbolizer.Watch());
            Assert.True(OpenDescriptors.Count() > before);
            using ChildProcess child = ChildProcess.Start("true");
            symbolizer.Update();
            child.RunToEnd();
        }

        Assert.Equal(before, OpenDescriptors.Count());
    }

    /// <summary>A compiler's map lies in the process's own mounts, under the pid that the process itself has.</summary>
    [RequiresDwarfFact("unshare", "mount", "sleep")]
    public void Jitted_code_in_other_namespaces_has_names()
    {
        using ChildProcess shell = ChildProcess.Start("exec unshare -m -p -f sh -c 'mount -t tmpfs none /tmp && exec sleep 600'");
        shell.Go();
        string children = string.Create(CultureInfo.InvariantCulture, $"/proc/{shell.Id}/task/{shell.Id}/children");
        int pid = 0;
        for (int i = 0; i < 12_000 && !(int.TryParse(File.ReadAllText(children).Trim(), out pid) && File.ReadAllText($"/proc/{pid}/comm") == "sleep\n" && HeapOf(pid) != 0); i++)
            Thread.Sleep(10);
        ulong heap = HeapOf(pid);
        Assert.NotEqual(0UL, heap);
        File.WriteAllText($"/proc/{pid}/root/tmp/perf-1.map", $"{heap:x} 40 int App::Compiled(int)\n");

        using var symbolizer = new UserSymbolizer();
        Assert.True(symbolizer.Remember(pid));
        System.Diagnostics.Process.GetProcessById(pid).Kill();
        for (int i = 0; i < 12_000 && HeapOf(pid) != 0; i++)
            Thread.Sleep(10);
        BpfTrace.Bpf.Symbols.Symbol symbol = symbolizer.Resolve(pid, heap + 4);
        Assert.Equal(("int App::Compiled(int)", 4UL, "/tmp/perf-1.map"), (symbol.Name, symbol.Offset, symbol.Module));
    }

    /// <summary>Its mappings are read with the names that we have for its files, its events tell those that it has itself.</summary>
    [RequiresRootFact]
    public void A_process_with_another_root_has_its_symbols()
    {
        string folder = Directory.CreateTempSubdirectory("bpftrace-root-").FullName;
        try
        {
            using (ChildProcess outside = ChildProcess.Start("exec sleep 600"))
            {
                outside.Go();
                WaitForSleep(outside.Id);
                foreach (string file in ProcessMaps.Read(outside.Id).Files().Append("/lib64/ld-linux-x86-64.so.2"))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(folder + file)!);
                    File.Copy(file, folder + file, overwrite: true);
                }

                File.Copy(ProcessIdentity.Executable(outside.Id)!, folder + "/sleep");
            }

            using ChildProcess inside = ChildProcess.Start($"exec chroot {folder} /sleep 600");
            inside.Go();
            int pid = inside.Id;
            ProcessMapping libc = WaitForSleep(pid);
            Assert.StartsWith(folder, libc.Path, StringComparison.Ordinal);
            using ElfFile elf = ElfFile.Open(libc.Path);
            Assert.True(elf.TryFindSymbol("getpid", out ElfSymbol getpid));
            Assert.True(elf.TryGetFileOffset(getpid.Address, out ulong offset));
            ulong address = libc.Start + offset - libc.Offset;

            using var symbolizer = new UserSymbolizer();
            BpfTrace.Bpf.Symbols.Symbol symbol = symbolizer.Resolve(pid, address + 1);
            Assert.EndsWith("getpid", symbol.Name, StringComparison.Ordinal);
            Assert.Equal((1UL, libc.Path[folder.Length..]), (symbol.Offset, symbol.Module));
            Assert.True(symbolizer.TryLocate(pid, address, out string path, out _));
            Assert.Equal(libc.Path, path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [RequiresRootFact]
    public void What_was_known_is_looked_at_again_after_something_was_lost()
    {
        using ChildProcess child = ChildProcess.Start("exec sleep 600");
        child.Go();
        ProcessMapping libc = WaitForSleep(child.Id);
        using var symbolizer = new UserSymbolizer();
        Assert.True(symbolizer.Watch());
        symbolizer.Follow(
        [
            new ProcessEvent(ProcessEventKind.Exec, 1, child.Id),
            new ProcessEvent(ProcessEventKind.Map, 2, child.Id, 0, libc with { Path = "/nowhere/before" }),
        ]);
        Assert.Equal("/nowhere/before", symbolizer.Resolve(child.Id, libc.Start).Module);
        symbolizer.Follow([new ProcessEvent(ProcessEventKind.Lost, 3, 0)]);
        Assert.Equal(libc.Path, symbolizer.Resolve(child.Id, libc.Start).Module);
    }

    /// <summary>Until it has its C library: the code of it.</summary>
    private static ProcessMapping WaitForSleep(int pid)
    {
        for (int i = 0; i < 12_000; i++)
        {
            if (File.ReadAllText($"/proc/{pid}/comm") == "sleep\n"
                && ProcessMaps.Read(pid).Mappings.FirstOrDefault(static m => m.IsExecutable && m.Path.EndsWith("/libc.so.6", StringComparison.Ordinal)) is { } libc)
            {
                return libc;
            }

            Thread.Sleep(10);
        }

        throw new InvalidOperationException("The child did not come that far in two minutes.");
    }

    private static ulong HeapOf(int pid)
    {
        try
        {
            return ProcessMaps.Read(pid).Mappings.FirstOrDefault(static m => m.Path == "[heap]")?.Start ?? 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
