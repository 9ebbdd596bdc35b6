using System.Diagnostics;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;
using BpfSymbol = BpfTrace.Bpf.Symbols.Symbol;

namespace BpfTrace.Tests.Bpf;

public class UserSymbolizerTests
{
    /// <summary>Whoever runs a process can put anything where its compiler's map is looked for.</summary>
    [Fact]
    public async Task A_named_pipe_in_the_place_of_a_compilers_map_is_not_waited_for()
    {
        string pipe = PerfMap.PathOf(Environment.ProcessId);
        using (Process make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();
        try
        {
            await Assert.ThrowsAsync<IOException>(() => Task.Run(() => PerfMap.Read(pipe)).WaitAsync(Patience.Limit));
            using var symbolizer = new UserSymbolizer();
            ulong nowhere = ProcessMaps.Read(Environment.ProcessId).Mappings.First(static m => m.IsExecutable && (m.Path.Length == 0 || m.Path.StartsWith("/memfd:", StringComparison.Ordinal))).Start;
            BpfSymbol found = await Task.Run(() => symbolizer.Resolve(Environment.ProcessId, nowhere)).WaitAsync(Patience.Limit);
            Assert.Equal("", found.Name ?? "");
        }
        finally
        {
            File.Delete(pipe);
        }
    }

    [Fact]
    public void A_compilers_map_that_no_compiler_makes_is_not_read()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path))
                file.SetLength(300L << 20); // takes no room on the disk
            Assert.Contains("more than", Assert.Throws<IOException>(() => PerfMap.Read(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Functions_of_our_own_libc_resolve()
    {
        nint libc = NativeLibrary.Load("libc.so.6");
        ulong getpid = (ulong)NativeLibrary.GetExport(libc, "getpid");
        UserSymbolizer symbolizer = new();

        BpfSymbol symbol = symbolizer.Resolve(Environment.ProcessId, getpid + 2);

        Assert.EndsWith("getpid", symbol.Name, StringComparison.Ordinal);
        Assert.Equal(2UL, symbol.Offset);
        Assert.EndsWith("/libc.so.6", symbol.Module, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_resolves_frame_by_frame()
    {
        nint libc = NativeLibrary.Load("libc.so.6");
        ulong malloc = (ulong)NativeLibrary.GetExport(libc, "malloc");
        BpfSymbol[] symbols = new BpfSymbol[3];

        new UserSymbolizer().Resolve(Environment.ProcessId, [malloc, 1, malloc + 1], symbols);

        Assert.EndsWith("malloc", symbols[0].Name, StringComparison.Ordinal);
        Assert.Equal(default, symbols[1]);
        Assert.False(symbols[1].IsResolved);
        Assert.Equal((symbols[0].Name, 1UL), (symbols[2].Name, symbols[2].Offset));
    }

    [Fact]
    public void The_kernels_code_page_resolves()
    {
        ProcessMapping? vdso = ProcessMaps.Read(Environment.ProcessId).Mappings.FirstOrDefault(m => m.Path == "[vdso]");
        if (vdso is null)
            return; // A kernel booted with vdso=0.
        UserSymbolizer symbolizer = new();
        HashSet<string> names = [];
        for (ulong address = vdso.Start; address < vdso.End; address += 16)
            names.Add(symbolizer.Resolve(Environment.ProcessId, address).Name);
        Assert.Contains(names, n => n.Contains("clock_gettime", StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_has_ended_resolves_if_it_was_remembered()
    {
        UserSymbolizer symbolizer = new();
        ulong address;
        int pid;
        using (Process child = Process.Start(new ProcessStartInfo("/bin/sleep", "600"))!)
        {
            pid = child.Id;
            string mapped = WaitForLibrary(pid, "libc.so.6");
            using ElfFile file = ElfFile.Open(mapped);
            Assert.True(file.TryFindSymbol("getpid", out ElfSymbol getpid));
            ProcessMapping code = ProcessMaps.Read(pid).Mappings.First(m => m.IsExecutable && m.Path == mapped);
            Assert.True(file.TryGetFileOffset(getpid.Address, out ulong offset));
            address = code.Start + offset - code.Offset;
            Assert.True(symbolizer.Remember(pid));
            child.Kill();
            child.WaitForExit();
        }

        Assert.EndsWith("getpid", symbolizer.Resolve(pid, address).Name, StringComparison.Ordinal);
        Assert.Equal(default, new UserSymbolizer().Resolve(pid, address));
    }

    [Fact]
    public void A_process_that_runs_another_program_is_looked_at_again()
    {
        UserSymbolizer symbolizer = new();
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("read x; exec sleep 600");
        using Process child = Process.Start(start)!;
        try
        {
            WaitForLibrary(child.Id, "libc.so.6");
            Assert.True(symbolizer.Remember(child.Id));
            child.StandardInput.WriteLine();
            WaitFor(() => ProcessIdentity.Executable(child.Id)!.EndsWith("/sleep", StringComparison.Ordinal) || ProcessIdentity.Executable(child.Id)!.Contains("coreutils", StringComparison.Ordinal));
            WaitForLibrary(child.Id, "libc.so.6");
            ProcessMapping program = ProcessMaps.Read(child.Id).Mappings.First(m => m.IsExecutable && m.Path == ProcessIdentity.Executable(child.Id));

            Assert.Equal(program.Path, symbolizer.Resolve(child.Id, program.Start + 0x100).Module);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Fact]
    public void Jitted_code_is_named_by_the_map_that_the_compiler_writes()
    {
        PerfMap map = PerfMap.Parse("1000 20 void Foo::Bar(int)\n1040 10 second\nnonsense\n0x1000 18 replaced it\n", 0);

        Assert.True(map.TryFind(0x1017, out string name, out ulong offset));
        Assert.Equal(("replaced it", 0x17UL), (name, offset));
        Assert.False(map.TryFind(0x1018, out _, out _));
        Assert.True(map.TryFind(0x1040, out name, out _));
        Assert.Equal("second", name);
        Assert.False(map.TryFind(0xFFF, out _, out _));
        Assert.False(map.TryFind(0x1050, out _, out _));
    }

    [Theory]
    [InlineData("_ZN3foo3barEi", "foo::bar(int)", "foo::bar")]
    [InlineData("_ZNKSt6vectorIiSaIiEE4sizeEv", "std::vector<int, std::allocator<int> >::size() const", "std::vector<int, std::allocator<int> >::size")]
    [InlineData("_ZTV3foo", "vtable for foo", "vtable for foo")]
    [InlineData("main", "main", "main")]
    [InlineData("_Zgarbage", "_Zgarbage", "_Zgarbage")]
    public void Cxx_names(string mangled, string readable, string withoutParameters)
    {
        if (!CxxDemangler.IsAvailable)
            return;
        Assert.Equal(readable, CxxDemangler.Demangle(mangled));
        Assert.Equal(withoutParameters, CxxDemangler.WithoutParameters(CxxDemangler.Demangle(mangled)));
    }

    private static string WaitForLibrary(int pid, string name)
    {
        string? found = null;
        WaitFor(() => (found = ProcessMaps.Read(pid).Mappings.FirstOrDefault(m => m.IsExecutable && m.Path.EndsWith("/" + name, StringComparison.Ordinal))?.Path) is not null);
        return found!;
    }

    private static void WaitFor(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 12_000, "The child did not come that far in two minutes.");
            Thread.Sleep(10);
        }
    }
}
