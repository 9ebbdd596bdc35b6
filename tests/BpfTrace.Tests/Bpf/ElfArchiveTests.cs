using System.IO.Compression;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf;

public class ElfArchiveTests
{
    private static string Create(CompressionLevel level, string binary)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("bpftrace-archive-").FullName, "app.apk");
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        archive.CreateEntryFromFile("/proc/version", "META-INF/version", CompressionLevel.Optimal);
        archive.CreateEntryFromFile(binary, "lib/libx.so", level);
        archive.Comment = "a comment after the directory";
        return path;
    }

    [FactWith("/lib/x86_64-linux-gnu/libc.so.6")]
    public void Functions_of_a_stored_entry_are_found_where_they_are_in_the_archive()
    {
        const string Library = "/lib/x86_64-linux-gnu/libc.so.6";
        string archive = Create(CompressionLevel.NoCompression, Library);
        try
        {
            string path = archive + "!/lib/libx.so";
            using ElfFile plain = ElfFile.Open(Library), inside = ElfFile.Open(path);
            Assert.True(plain.TryFindSymbol("malloc", out ElfSymbol symbol));
            Assert.True(inside.TryFindSymbol("malloc", out ElfSymbol same));
            Assert.Equal(symbol.Address, same.Address);
            Assert.True(plain.TryGetFileOffset(symbol.Address, out ulong offset));
            Assert.True(inside.TryGetFileOffset(symbol.Address, out ulong offsetInside));
            Assert.Equal(offset + inside.Start, offsetInside);
            byte[] expected = File.ReadAllBytes(Library)[(int)offset..(int)(offset + 16)];
            Assert.Equal(expected, File.ReadAllBytes(archive)[(int)offsetInside..(int)(offsetInside + 16)]);
            Assert.Equal(archive, ElfArchive.FileOf(path));
            Assert.Equal([path], LibraryPath.Resolve(path));
            Assert.Empty(LibraryPath.Resolve(archive + "!/lib/liby.so"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(archive)!, recursive: true);
        }
    }

    [FactWith("/lib/x86_64-linux-gnu/libc.so.6")]
    public void A_compressed_entry_and_what_is_no_archive_are_refused()
    {
        string archive = Create(CompressionLevel.Optimal, "/lib/x86_64-linux-gnu/libc.so.6");
        try
        {
            Assert.Contains("is compressed in", Assert.Throws<ElfFormatException>(() => ElfFile.Open(archive + "!/lib/libx.so")).Message, StringComparison.Ordinal);
            Assert.Contains("has no entry", Assert.Throws<ElfFormatException>(() => ElfFile.Open(archive + "!/other")).Message, StringComparison.Ordinal);
            Assert.Throws<ElfFormatException>(() => ElfFile.Open("/lib/x86_64-linux-gnu/libc.so.6!/other"));
            Assert.Equal("/nowhere!/other", ElfArchive.FileOf("/nowhere!/other"));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(archive)!, recursive: true);
        }
    }
}
