using System.Text;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf;

public sealed class LibraryPathTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bpft-paths").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_c_library_is_found_by_its_short_and_its_full_name()
    {
        string? byShort = LibraryPath.FindLibrary("libc");
        Assert.NotNull(byShort);
        Assert.Equal(byShort, LibraryPath.FindLibrary("libc.so.6"));
        Assert.EndsWith("libc.so.6", byShort, StringComparison.Ordinal);
        Assert.Equal([byShort], LibraryPath.Resolve("libc"));
        Assert.Null(LibraryPath.FindLibrary("libnosuchlibrary"));
        Assert.EndsWith("libc.so.6", LibraryPath.FindLibrary("libc", Environment.ProcessId), StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_are_found_on_the_path_and_by_wildcards()
    {
        IReadOnlyList<string> found = LibraryPath.Resolve("sh");
        Assert.Contains(found, f => f is "/bin/sh" or "/usr/bin/sh");
        Assert.Equal(["/bin/sh"], LibraryPath.Resolve("/bin/sh"));
        Assert.Contains("/bin/sh", LibraryPath.Resolve("/bin/s*h"));
        Assert.Empty(LibraryPath.Resolve("/bin/no such program"));
        Assert.Empty(LibraryPath.Resolve("/etc/passwd"));
        Assert.Equal(["/etc/passwd"], LibraryPath.Resolve("/etc/passwd", requireElf: false));
        Assert.StartsWith($"/proc/{Environment.ProcessId}/root/", LibraryPath.MappedFiles(Environment.ProcessId)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a*", "a1,a2")]
    [InlineData("*", "a1,a2,b,sub")]
    [InlineData("?", "b")]
    [InlineData("a?", "a1,a2")]
    [InlineData(".*", ".hidden")]
    [InlineData("s*/x*z", "sub/xyz")]
    [InlineData("*/*", "sub/xyz")]
    [InlineData("none*", "none*")]
    [InlineData("sub/xyz", "sub/xyz")]
    public void Paths_expand_as_in_a_shell(string pattern, string expected)
    {
        Directory.CreateDirectory(_directory + "/sub");
        foreach (string file in (string[])["a2", "a1", "b", ".hidden", "sub/xyz"])
            File.WriteAllText($"{_directory}/{file}", "");

        Assert.Equal(expected.Split(',').Select(e => $"{_directory}/{e}"), Glob.Expand($"{_directory}/{pattern}"));
    }

    [Fact]
    public void The_linkers_cache_is_read_in_both_forms()
    {
        byte[] cache = Cache(("libz.so.1", "/x/libz.so.1", 0x0303, 0), ("libc.so.6", "/avx/libc.so.6", 0x0303, 5), ("libc.so.6", "/arm/libc.so.6", 0x0A03, 0),
            ("libc.so.6", "/lib/libc.so.6", 0x0303, 0), ("libc_extra.so.1", "/lib/libc_extra.so.1", 0x0303, 0));
        byte[] old = [.. "ld.so-1.7.0\0"u8, 1, 0, 0, 0, .. new byte[12], .. new byte[4], .. cache];

        foreach (byte[] data in (byte[][])[cache, old])
        {
            LdSoCache read = LdSoCache.Parse(data, System.Runtime.InteropServices.Architecture.X64);
            Assert.Equal("/lib/libc.so.6", read.Find("libc"));
            Assert.Equal("/lib/libc.so.6", read.Find("libc.so.6"));
            Assert.Equal("/x/libz.so.1", read.Find("libz"));
            Assert.Null(read.Find("lib"));
            Assert.Equal(4, read.Libraries.Count);
        }

        Assert.Equal("/arm/libc.so.6", LdSoCache.Parse(cache, System.Runtime.InteropServices.Architecture.Arm64).Find("libc"));
        for (int length = 0; length < old.Length; length++)
            LdSoCache.Parse(old.AsSpan(0, length), System.Runtime.InteropServices.Architecture.X64);
    }

    private static byte[] Cache(params (string Name, string Path, uint Flags, ulong Capability)[] libraries)
    {
        ElfBuilder.Writer w = new(true);
        List<byte> strings = [];
        int start = 48 + (24 * libraries.Length);
        w.Bytes("glibc-ld.so.cache1.1"u8).U32((uint)libraries.Length).U32(0).Zero(20);
        foreach ((string name, string path, uint flags, ulong capability) in libraries)
        {
            w.U32(flags).U32((uint)(start + strings.Count));
            strings.AddRange([.. Encoding.UTF8.GetBytes(name), 0]);
            w.U32((uint)(start + strings.Count)).U32(0).U64(capability);
            strings.AddRange([.. Encoding.UTF8.GetBytes(path), 0]);
        }

        return w.Bytes([.. strings]).ToArray();
    }
}
