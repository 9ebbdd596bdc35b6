using System.Diagnostics;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf;

/// <summary>Functions of stripped programs: packed symbols in the binary, debug files by build id and by name; code of JIT compilers.</summary>
public sealed class StrippedSymbolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bpftrace-stripped").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [FactWithTools("gcc", "objcopy", "strip", "xz")]
    public void Functions_come_from_the_symbols_packed_into_the_binary()
    {
        string program = Compile();
        Run("objcopy", "--only-keep-debug", program, program + ".mini");
        Run("xz", program + ".mini");
        Run("strip", program);
        Run("objcopy", $"--add-section=.gnu_debugdata={program}.mini.xz", program);

        Assert.Equal("hidden_function", NameInside(program));
        Assert.Contains("hidden_function", LinuxKernelCatalog.Shared.UserFunctions(program, "hidden_*").Select(static f => f.Name));
        Assert.Equal("hidden_function", Assert.Single(LinuxKernelCatalog.Shared.UserFunctions(program, "hidden_function")).Name);
    }

    [FactWithTools("gcc", "objcopy", "strip")]
    public void Functions_come_from_the_debug_file_the_binary_names()
    {
        string program = Compile();
        Directory.CreateDirectory(_directory + "/.debug");
        string debug = _directory + "/.debug/program.debug";
        Run("objcopy", "--only-keep-debug", program, debug);
        Run("strip", program);
        Run("objcopy", "--add-gnu-debuglink=" + debug, program);

        Assert.Equal("hidden_function", NameInside(program));

        // Elsewhere only where that is said.
        Directory.Move(_directory + "/.debug", _directory + "/elsewhere");
        Assert.NotEqual("hidden_function", NameInside(program));
        Assert.Equal("hidden_function", NameInside(program, _directory + "/elsewhere"));
        Directory.Move(_directory + "/elsewhere", _directory + "/.debug");

        // A file of that name that is another's is not believed.
        File.AppendAllText(debug, "x");
        Assert.NotEqual("hidden_function", NameInside(program));
    }

    [FactWithTools("gcc", "objcopy", "strip")]
    public void Functions_come_from_the_debug_file_of_the_build_id()
    {
        string program = Compile();
        string id;
        using (ElfFile file = ElfFile.Open(program))
            id = file.BuildId!;
        Directory.CreateDirectory($"{_directory}/usr/lib/debug/.build-id/{id[..2]}");
        Run("objcopy", "--only-keep-debug", program, $"{_directory}/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug");
        Run("strip", program);

        using ElfFile stripped = ElfFile.Open(program);
        using ElfFile? symbols = ElfDebugFile.OpenSymbols(stripped, "/program", _directory);
        Assert.True(symbols!.TryFindSymbol("hidden_function", out _));
        Assert.Null(ElfDebugFile.OpenSymbols(stripped, "/program", _directory + "/nowhere"));

        // The same in a directory that was given (--debuginfo).
        using ElfFile? given = ElfDebugFile.OpenSymbols(stripped, program, "", "/nowhere:" + _directory + "/usr/lib/debug");
        Assert.True(given!.TryFindSymbol("hidden_function", out _));
    }

    [FactWithTools("sleep")]
    public void Jitted_code_of_an_ended_process_is_still_named_by_its_map()
    {
        using Process child = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        string map = $"/tmp/perf-{child.Id}.map";
        try
        {
            UserSymbolizer symbolizer = new();
            while (!ProcessMaps.Read(child.Id).Mappings.Any(static m => m.Path == "[heap]"))
                Thread.Sleep(10);
            Assert.True(symbolizer.Remember(child.Id));
            ulong address = ProcessMaps.Read(child.Id).Mappings.First(static m => m.Path == "[heap]").Start;
            File.WriteAllText(map, $"{address:x} 40 int App::Compiled(int)\n");
            child.Kill();
            child.WaitForExit();

            BpfTrace.Bpf.Symbols.Symbol symbol = symbolizer.Resolve(child.Id, address + 4);
            Assert.Equal(("int App::Compiled(int)", 4UL), (symbol.Name, symbol.Offset));
        }
        finally
        {
            File.Delete(map);
        }
    }

    private string Compile()
    {
        string source = _directory + "/program.c";
        string program = _directory + "/program";
        File.WriteAllText(source, "#include <unistd.h>\n__attribute__((noinline)) static int hidden_function(int x) { return write(1, &x, 1) + x; }\n"
            + "int main(int argc, char **argv) { int r = hidden_function(argc); for (;;) { pause(); r++; } return r; }\n");
        Run("gcc", "-O1", "-Wl,--build-id", "-o", program, source);
        return program;
    }

    /// <summary>What a running program's address in the function resolves to. Its place is taken from a copy with all symbols.</summary>
    private string NameInside(string program, string? directories = null)
    {
        string copy = _directory + "/with-symbols";
        Run("gcc", "-O1", "-Wl,--build-id", "-o", copy, _directory + "/program.c");
        ulong offset;
        using (ElfFile file = ElfFile.Open(copy))
        {
            Assert.True(file.TryFindSymbol("hidden_function", out ElfSymbol symbol));
            Assert.True(file.TryGetFileOffset(symbol.Address, out offset));
        }

        using Process child = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        try
        {
            child.StandardOutput.Read(); // it is there now
            ProcessMapping code = ProcessMaps.Read(child.Id).Mappings.First(m => m.IsExecutable && m.Path == program);
            return new UserSymbolizer(debugDirectories: directories).Resolve(child.Id, code.Start + offset - code.Offset + 1).Name;
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    private static void Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
