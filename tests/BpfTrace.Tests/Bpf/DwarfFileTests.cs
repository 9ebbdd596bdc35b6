using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Elf;

namespace BpfTrace.Tests.Bpf;

public class DwarfFileTests
{
    private static string Shapes => NativeProgram.Build("shapes.c", "shapes", "-g", "-O1");

    private static string Classes => NativeProgram.Build("shapes.cpp", "classes", "-g", "-O0");

    private static DwarfFile Open(string path, string? directories = null)
    {
        DwarfFile? file = DwarfFile.Open(path, directories);
        Assert.NotNull(file);
        return file;
    }

    private static ulong AddressOf(string path, string symbol)
    {
        using ElfFile elf = ElfFile.Open(path);
        Assert.True(elf.TryFindSymbol(symbol, out ElfSymbol found), symbol);
        return found.Address;
    }

    private static DwarfFunction Function(DwarfFile file, string symbol)
    {
        DwarfFunction? function = file.FindFunction(AddressOf(file.Path, symbol));
        Assert.NotNull(function);
        return function;
    }

    private static string[] Signature(DwarfFunction function) =>
        [.. function.Parameters.Select(p => $"{DwarfType.Describe(p.Type)} {p.Name}")];

    [DwarfFact("gcc")]
    public void Parameters_are_spelled_as_bpftrace_does()
    {
        using DwarfFile file = Open(Shapes);
        Assert.Equal(["char c", "unsigned char u", "short int s", "_Bool b", "enum color hue", "word_t w"], Signature(Function(file, "scalars")));
        Assert.Equal(["const struct flags* f", "char** list", "int (*)(int) fn", "void* any"], Signature(Function(file, "pointers")));
        Assert.Equal("struct wide", DwarfType.Describe(Function(file, "returns_wide").ReturnType));
        Assert.Null(file.FindFunction(AddressOf(Shapes, "scalars") + 1));
    }

    [DwarfFact("gcc")]
    public void Types_without_end_end()
    {
        using DwarfFile file = Open(NativeProgram.Build("endless.c", "endless"));
        DwarfFunction function = Function(file, "itself");
        Assert.Equal(["array", "number", "deep"], function.Parameters.Select(static p => p.Name));
        Assert.False(function.Parameters[1].Type!.IsSigned);
        Assert.False(function.Parameters[2].Type!.IsPassedByReference);
        Assert.Equal([1, 1, 0], DwarfArguments.Locate(function).Select(static a => a.Registers.Length)); // nobody knows what is in the last
    }

    [DwarfFact("gcc")]
    public void Structures_have_their_members_where_the_compiler_put_them()
    {
        using DwarfFile file = Open(Shapes);
        DwarfType flags = file.FindType("flags", kind => kind == DwarfTypeKind.Structure)!;
        Assert.Equal(88, flags.Size);
        Assert.Equal(
            ["lo 0:3", "mid 3:7", "bytes 16:0", "raw 48:0", "name 88:0", "grid 192:0", "u 384:0", " 416:0", "hue 448:0", "next 512:0", "fn 576:0", "w 640:0"],
            flags.Members.Select(m => $"{m.Name} {m.BitOffset}:{m.BitSize}"));
        Assert.Equal([2L, 3L], flags.Members[5].Type.Dimensions.ToArray());
        Assert.Equal(["RED=1", "GREEN=-2", "BLUE=7"], flags.Members[8].Type.Enumerators.Select(e => $"{e.Name}={e.Value}"));
        Assert.Same(flags, flags.Members[9].Type.Target);
        Assert.Null(file.FindType("flags", kind => kind == DwarfTypeKind.Union));
        Assert.Equal(-2, file.FindEnumerator("GREEN")!.Value.Value.Value);
        Assert.Equal(8, file.FindType("word_t", kind => kind == DwarfTypeKind.Typedef)!.Resolve()!.Size);
    }

    /// <summary>Debug information has no size for pointers to members, nor for a type that is only named.</summary>
    [DwarfFact("g++")]
    public void Pointers_to_members_have_the_sizes_of_the_ABI()
    {
        using DwarfFile file = Open(Classes);
        DwarfType members = file.FindType("Members", kind => kind == DwarfTypeKind.Structure)!;
        Assert.Equal([("data", 0L, 8L), ("method", 64L, 16L), ("where", 192L, 8L), ("last", 256L, 1L)], members.Members.Select(m => (m.Name, m.BitOffset, m.Type.Size)));
        DwarfType elsewhere = members.Members[2].Type.Target!;
        Assert.Equal((true, 0L), (elsewhere.IsDeclaration, elsewhere.Size));
    }

    [DwarfFact("gcc")]
    public void Bit_fields_of_old_debug_information_are_at_the_same_place()
    {
        using DwarfFile file = Open(NativeProgram.Build("shapes.c", "shapes-dwarf3", "-gdwarf-3", "-gstrict-dwarf", "-O1"));
        DwarfType flags = file.FindType("flags", kind => kind == DwarfTypeKind.Structure)!;
        Assert.Equal(["lo 0:3", "mid 3:7"], flags.Members.Take(2).Select(m => $"{m.Name} {m.BitOffset}:{m.BitSize}"));
    }

    [DwarfFact("gcc")]
    public void Parameters_are_where_the_calling_convention_passes_them()
    {
        using DwarfFile file = Open(Shapes);
        Assert.Equal(["p [0] -1", "s [1,2] -1", "big [] 0", "last [3] -1"], Places("by_value"));
        Assert.Equal(["a [0] -1", "d [-1] -1", "b [1] -1"], Places("floats"));
        Assert.Equal(["m [-1,0] -1", "after [1] -1"], Places("mixes"));
        Assert.Equal(["a [1] -1"], Places("returns_wide"));
        Assert.Equal("g [] 0", Places("seven")[^1]);

        string[] Places(string name) =>
            [.. DwarfArguments.Locate(Function(file, name)).Select(a => $"{a.Parameter.Name} [{string.Join(',', a.Registers)}] {a.StackOffset}")];
    }

    [DwarfFact("g++")]
    public void Classes_have_bases_methods_and_ways_of_being_passed()
    {
        using DwarfFile file = Open(Classes);
        DwarfFunction cost = Function(file, "_ZNK4shop4Item4costEi");
        Assert.Equal(["const class Item* const this", "int amount"], Signature(cost));
        Assert.Equal("cost", cost.Name);
        Assert.Equal("_ZNK4shop4Item4costEi", cost.LinkageName);
        DwarfType item = cost.Parameters[0].Type!.Resolve()!.Target!.Resolve()!;
        Assert.Equal(["", "price"], item.Members.Select(m => m.Name));
        Assert.Equal("Base", item.Members[0].Type.Name);
        Assert.Equal(["const class Item& a", "class Item&& b"], Signature(Function(file, "_ZN4shop4Item5totalERKS0_OS0_")));
        Assert.Equal([true, false], DwarfArguments.Locate(Function(file, "_ZN4shop6passedENS_5OwnerEb")).Select(a => a.IsAddress));
        Assert.Same(item, file.FindType("Item", kind => kind == DwarfTypeKind.Class));
    }

    [DwarfFact("gcc", "g++")]
    public void A_line_is_found_in_every_function_it_became_part_of()
    {
        using DwarfFile c = Open(Shapes);
        int line = NativeProgram.LineOf("shapes.c", "line of inlined()");
        IReadOnlyList<ulong> inlined = c.FindLine("shapes.c", line);
        ulong outer = AddressOf(Shapes, "outer"), end = AddressOf(Shapes, "main");
        Assert.Equal(2, inlined.Count);
        Assert.All(inlined, address => Assert.InRange(address, outer, end - 1));
        Assert.Equal(inlined, c.FindLine("Data/shapes.c", line));

        using DwarfFile cxx = Open(Classes);
        IReadOnlyList<ulong> instances = cxx.FindLine("shapes.cpp", NativeProgram.LineOf("shapes.cpp", "line of doubled()"));
        ulong[] functions = [AddressOf(Classes, "_ZN4shop7doubledIiEET_S1_"), AddressOf(Classes, "_ZN4shop7doubledIlEET_S1_")];
        Assert.Equal(functions.Order(), instances.Select(address => functions.Where(f => f <= address).Max()).Order());
    }

    [DwarfFact("gcc")]
    public void A_line_that_is_not_there_says_so_in_bpftraces_words()
    {
        using DwarfFile file = Open(Shapes);
        Assert.Equal("DWARF error: Unable to map 'shapes.c:99999' to address", Message("shapes.c", 99999, 0));
        Assert.Equal("DWARF error: Unable to map 'shapes.c:1:7' to address", Message("shapes.c", 1, 7));
        Assert.Equal("DWARF error: No compilation unit matches hapes.c", Message("hapes.c", 1, 0));

        string Message(string source, int line, int column) => Assert.Throws<DwarfLineException>(() => file.FindLine(source, line, column)).Message;
    }

    [DwarfFact("gcc")]
    public void Frames_name_inlined_functions_with_the_lines_of_their_calls()
    {
        using DwarfFile file = Open(Shapes);
        ulong[] places = [.. file.FindLine("shapes.c", NativeProgram.LineOf("shapes.c", "line of inlined()"))];
        Assert.Equal(["first call", "second call"], places.Select(address =>
        {
            IReadOnlyList<DwarfFrame> frames = file.FindFrames(address);
            Assert.Equal(["inlined", "outer"], frames.Select(f => f.Function));
            Assert.All(frames, f => Assert.Equal(NativeProgram.Source("shapes.c"), f.File));
            Assert.Equal(NativeProgram.LineOf("shapes.c", "line of inlined()"), frames[0].Line);
            return frames[1].Line == NativeProgram.LineOf("shapes.c", "first call") ? "first call"
                : frames[1].Line == NativeProgram.LineOf("shapes.c", "second call") ? "second call" : frames[1].ToString();
        }));
        Assert.Empty(file.FindFrames(1));
    }

    [DwarfFact("gcc", "objcopy")]
    public void Separate_files_are_found_by_build_id_and_by_name()
    {
        string full = NativeProgram.Build("shapes.c", "separate/full", "-g", "-O1", "-gz=zlib");
        NativeProgram.Run("objcopy", "--only-keep-debug", full, full + "-elsewhere.debug");
        NativeProgram.Run("objcopy", "--strip-debug", full, full + "-stripped");
        Directory.CreateDirectory(Path.Combine(NativeProgram.Folder, "separate/debug"));
        File.Move(full + "-elsewhere.debug", Path.Combine(NativeProgram.Folder, "separate/debug/full-stripped.debug"), overwrite: true);
        Assert.Null(DwarfFile.Open(full + "-stripped"));
        foreach (string directory in (string[])["./debug", Path.Combine(NativeProgram.Folder, "separate/debug"), "/nowhere:debug"])
        {
            using DwarfFile file = Open(full + "-stripped", directory);
            Assert.Equal("int x", Signature(Function(file, "outer")).Single());
        }
    }

    [DwarfFact("gcc", "dwz")]
    public void A_shared_part_of_several_files_is_read_and_its_absence_is_no_debug_information()
    {
        string a = NativeProgram.Build("shapes.c", "dwz/a", "-g", "-O1"), b = NativeProgram.Build("shapes.c", "dwz/b", "-g", "-O0");
        NativeProgram.Run("dwz", "-m", Path.Combine(NativeProgram.Folder, "dwz/common"), a, b);
        using (DwarfFile file = Open(a))
            Assert.Equal("int x", Signature(Function(file, "outer")).Single());
        File.Delete(Path.Combine(NativeProgram.Folder, "dwz/common"));
        Assert.Null(DwarfFile.Open(a));
    }

    [DwarfFact("gcc")]
    public void Split_units_are_read_and_missed()
    {
        string path = NativeProgram.Build("shapes.c", "split/shapes", "-g", "-O1", "-gsplit-dwarf");
        using (DwarfFile file = Open(path))
        {
            Assert.Equal("int x", Signature(Function(file, "outer")).Single());
            Assert.Null(file.Warning);
        }

        foreach (string unit in Directory.GetFiles(Path.Combine(NativeProgram.Folder, "split"), "*.dwo"))
            File.Delete(unit);
        using DwarfFile without = Open(path);
        Assert.Null(without.FindFunction(AddressOf(path, "outer")));
        Assert.Single(without.FindLine("shapes.c", NativeProgram.LineOf("shapes.c", "int y = inlined")).Take(1));
        Assert.Matches("^Unable to find split debug file '.*shapes.*.dwo' or 'shapes.dwp' for '.*/split/shapes', debugging information may be incomplete!$", without.Warning);
    }

    [DwarfFact("gcc", "dwp")]
    public void A_package_of_split_units_is_read() => ReadPackage("dwp", "-gdwarf-4", "-O1");

    [DwarfFact("gcc", "llvm-dwp")]
    public void A_package_of_version_5_is_read() => ReadPackage("llvm-dwp", "-gdwarf-5", "-O0");

    private static void ReadPackage(string tool, string version, string level)
    {
        string folder = tool + "-package";
        string path = NativeProgram.Build("shapes.c", folder + "/shapes", "-g", version, level, "-gsplit-dwarf");
        NativeProgram.Run(tool, "-e", path, "-o", path + ".dwp");
        foreach (string unit in Directory.GetFiles(Path.Combine(NativeProgram.Folder, folder), "*.dwo"))
            File.Delete(unit);
        using DwarfFile file = Open(path);
        Assert.Equal(["const struct flags* f", "char** list", "int (*)(int) fn", "void* any"], Signature(Function(file, "pointers")));
        Assert.Equal(88, file.FindType("flags", kind => kind == DwarfTypeKind.Structure)!.Size);
        Assert.Null(file.Warning);
    }

    [DwarfFact("gcc")]
    public void What_has_no_debug_information_gives_none()
    {
        Assert.Null(DwarfFile.Open(NativeProgram.Build("shapes.c", "bare", "-O1")));
        Assert.Null(DwarfFile.Open(NativeProgram.Source("shapes.c")));
        Assert.Throws<FileNotFoundException>(() => DwarfFile.Open("/nowhere/at/all"));
    }

    [DwarfFact("gcc")]
    public void A_binary_that_is_cut_while_it_is_read_does_no_harm()
    {
        string path = NativeProgram.Build("shapes.c", "cut", "-g", "-O1");
        using DwarfFile file = Open(path);
        ulong address = AddressOf(path, "outer");
        using (FileStream stream = File.OpenWrite(path))
            stream.SetLength(64);
        Assert.Equal("outer", file.FindFunction(address)!.Name);
    }

    [Fact]
    public void A_missing_library_says_what_to_install()
    {
        LibDwNotFoundException error = Assert.Throws<LibDwNotFoundException>(() => LibDw.Load("/nowhere/libdw.so.1"));
        Assert.Equal("BPFTRACE_LIBDW names '/nowhere/libdw.so.1', which cannot be loaded.", error.Message);
    }

    [Theory]
    [InlineData("/src/a/main.c", "main.c", true)]
    [InlineData("/src/a/main.c", "a/main.c", true)]
    [InlineData("/src/a/main.c", "/src/a/main.c", true)]
    [InlineData("/src/a/main.c", "/a/main.c", false)]
    [InlineData("/src/a/main.c", "ain.c", false)]
    [InlineData("/src/a/main.c", "", false)]
    public void Paths_end_by_whole_names(string path, string end, bool expected) => Assert.Equal(expected, DwarfFile.EndsWithPath(path, end));
}
