using System.Runtime.InteropServices;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf.Symbols;

/// <summary>Files that are built or installed anew while processes have them mapped: names of the new one are not those of the old.</summary>
public sealed class ReplacedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bpft-replaced-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_read_before_counts_and_else_nothing()
    {
        string path = Copy("libc.so.6", "lib.so");
        ProcessMapping mapping = MappingOf(path);
        var early = new UserModuleCache(demangle: false);
        UserModule old = early.Get(Environment.ProcessId, mapping, [""]);
        Assert.NotSame(UserModule.None, old);

        File.Move(Copy("libm.so.6", "new.so"), path, overwrite: true);

        Assert.Same(old, early.Get(Environment.ProcessId, mapping, [""]));
        Assert.Same(UserModule.None, new UserModuleCache(demangle: false).Get(Environment.ProcessId, mapping, [""]));
        Assert.NotSame(UserModule.None, new UserModuleCache(demangle: false).Get(Environment.ProcessId, MappingOf(path), [""]));
    }

    /// <summary>overlayfs: mappings have the device and number of the file below.</summary>
    [Fact]
    public void A_file_of_another_device_is_taken_by_its_path()
    {
        string path = Copy("libc.so.6", "lib.so");
        ProcessMapping mapping = MappingOf(path) with { Device = 0xfff00001, Inode = 1 };
        Assert.NotSame(UserModule.None, new UserModuleCache(demangle: false).Get(Environment.ProcessId, mapping, [""]));
    }

    [Fact]
    public void A_living_process_still_has_the_old_one()
    {
        string path = Copy("libm.so.6", "libold.so");
        nint library = NativeLibrary.Load(path);
        ulong address = (ulong)NativeLibrary.GetExport(library, "frexpf");
        ProcessMapping mapping = ProcessMaps.Read(Environment.ProcessId).Mappings.First(m => m.Contains(address));
        Assert.Equal((path, false), (mapping.Path, mapping.IsDeleted));
        File.Move(Copy("libc.so.6", "new.so"), path, overwrite: true);
        if (!File.Exists($"/proc/self/map_files/{mapping.Start:x}-{mapping.End:x}"))
            return; // Without CAP_SYS_ADMIN nobody may follow that link.

        UserModule module = new UserModuleCache(demangle: false).Get(Environment.ProcessId, mapping, [""]);

        Assert.True(module.TryGetFileAddress(mapping, address, out ulong inFile));
        Assert.True(module.TryFind(inFile, out string name, out ulong offset));
        Assert.Equal(("frexpf", 0UL), (name.TrimStart('_'), offset));
    }

    [Fact]
    public void A_number_that_was_given_anew_does_not_name_the_build_that_had_it()
    {
        (ProcessMapping first, _) = LoadAndDelete("libm.so.6", "libfirst.so", "frexpf");
        (ProcessMapping second, ulong address) = LoadAndDelete("libgcc_s.so.1", "libsecond.so", "_Unwind_Backtrace");
        if (!File.Exists($"/proc/self/map_files/{first.Start:x}-{first.End:x}"))
            return; // Without CAP_SYS_ADMIN nobody may follow that link.
        var modules = new UserModuleCache(demangle: false);
        Assert.NotSame(UserModule.None, modules.Get(Environment.ProcessId, first, [""]));

        UserModule module = modules.Get(Environment.ProcessId, second with { Device = first.Device, Inode = first.Inode }, [""]);

        Assert.True(module.TryGetFileAddress(second, address, out ulong inFile));
        Assert.True(module.TryFind(inFile, out string name, out _));
        Assert.Equal("_Unwind_Backtrace", name);

        // Without a way to the file it is one of the two, and nobody knows which.
        ProcessMapping gone = first with { Start = 0x1000, End = 0x2000 };
        Assert.Same(UserModule.None, modules.Get(Environment.ProcessId, gone, [""]));
    }

    [Fact]
    public void What_was_read_by_the_mapping_counts_when_the_process_is_gone()
    {
        (ProcessMapping mapping, _) = LoadAndDelete("libm.so.6", "libgone.so", "frexpf");
        var modules = new UserModuleCache(demangle: false);
        UserModule known = modules.Get(Environment.ProcessId, mapping, [""]);

        Assert.Same(known, modules.Get(Environment.ProcessId, mapping with { Start = 0x1000, End = 0x2000 }, [""]));
    }

    [Fact]
    public void A_process_of_32_bits_has_another_vdso()
    {
        var mapping = new ProcessMapping(0xf7fc4000, 0xf7fc6000, true, false, 0, 0, 0, "[vdso]", false);
        Assert.Same(UserModule.None, new UserModuleCache(demangle: false).Get(Environment.ProcessId, mapping, [""]));
    }

    /// <summary>A library that this process has mapped, and whose file is deleted, with the address of one of its functions.</summary>
    private (ProcessMapping Mapping, ulong Address) LoadAndDelete(string library, string name, string function)
    {
        string path = Copy(library, name);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-name.Length));
        ulong address = (ulong)NativeLibrary.GetExport(NativeLibrary.Load(path), function);
        File.Delete(path);
        ProcessMapping mapping = ProcessMaps.Read(Environment.ProcessId).Mappings.First(m => m.Contains(address));
        Assert.Equal((path, true), (mapping.Path, mapping.IsDeleted));
        return (mapping, address);
    }

    private string Copy(string library, string name)
    {
        string mapped = ProcessMaps.Read(Environment.ProcessId).Mappings.Select(static m => m.Path).FirstOrDefault(p => p.EndsWith("/" + library, StringComparison.Ordinal))
            ?? LibraryPath.Resolve(library, null)[0];
        File.Copy(mapped, _folder + "/" + name);
        return _folder + "/" + name;
    }

    private static ProcessMapping MappingOf(string path)
    {
        FileIdentity file = FileIdentity.Of(path)!;
        ulong device = (ulong)(uint)file.Device << 20 | file.Device >> 32;
        return new ProcessMapping(0x1000, 0x2000, true, false, 0, device, file.Inode, path, false);
    }
}
