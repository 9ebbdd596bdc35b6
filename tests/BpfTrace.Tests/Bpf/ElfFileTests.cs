using System.Diagnostics;
using System.Text;
using BpfTrace.Bpf.Elf;

namespace BpfTrace.Tests.Bpf;

public class ElfFileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Headers_symbols_and_addresses(bool is64Bit)
    {
        ElfBuilder b = new(is64Bit);
        b.Add(".text", 1, new byte[64]);
        b.AddSymbols(("main", 0x400100, 32, 0x12, 1), ("data", 0x400200, 8, 0x11, 1), ("puts", 0, 0, 0x12, 0));
        byte[] data = b.Build();
        using ElfFile elf = ElfFile.Parse(data);

        Assert.Equal((is64Bit, ElfType.Shared, is64Bit ? 62 : 3, 0x400010UL), (elf.Is64Bit, elf.Type, elf.Machine, elf.EntryPoint));
        Assert.Equal(["", ".text", ".symtab", ".strtab", ".shstrtab"], elf.Sections.Select(s => s.Name));
        Assert.Equal(64, elf.ReadSection(elf.FindSection(".text")!).Length);
        ElfSegment segment = Assert.Single(elf.Segments);
        Assert.True(segment.IsLoaded && segment.IsExecutable);
        Assert.Equal(["main", "data", "puts"], elf.ReadSymbols().Select(s => s.Name));
        Assert.True(elf.TryFindSymbol("main", out ElfSymbol main));
        Assert.Equal((0x400100UL, 32UL, ElfSymbolType.Function, ElfSymbolBinding.Global, true), (main.Address, main.Size, main.Type, main.Binding, main.IsDefined));
        Assert.False(elf.TryFindSymbol("puts", out _));
        Assert.False(elf.TryFindSymbol("mai", out _));
        Assert.True(elf.TryGetFileOffset(0x400100, out ulong offset));
        Assert.Equal(0x100UL, offset);
        Assert.True(elf.TryGetAddress(0x100, out ulong address));
        Assert.Equal(0x400100UL, address);
        Assert.False(elf.TryGetFileOffset(0x3FFFFF, out _));
        Assert.False(elf.TryGetFileOffset(segment.Address + segment.FileSize, out _));
    }

    [Fact]
    public async Task A_named_pipe_is_not_waited_for()
    {
        string directory = Directory.CreateTempSubdirectory("bpftrace-pipe-").FullName;
        try
        {
            string pipe = Path.Combine(directory, "pipe.bt");
            using (Process make = Process.Start("mkfifo", [pipe]))
                make.WaitForExit();
            string link = File.CreateSymbolicLink(Path.Combine(directory, "link.bt"), pipe).FullName;
            foreach (string path in new[] { pipe, link })
            {
                await Assert.ThrowsAsync<ElfFormatException>(() => Task.Run(() => ElfFile.Open(path)).WaitAsync(Patience.Limit));
                Assert.False(await Task.Run(() => ElfFile.TryReadType(path, out _)).WaitAsync(Patience.Limit));
                Assert.False(ScriptTools.Exists(path));
            }

            string script = Path.Combine(directory, "real.bt");
            File.WriteAllText(script, "BEGIN { }");
            Assert.Equal(["real"], ScriptTools.FindFiles([directory]).Keys);
            Assert.Equal([script], ScriptTools.FindFiles([script, pipe]).Values);
            Assert.Throws<FileNotFoundException>(() => ElfFile.Open(Path.Combine(directory, "nosuch")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A file can be as long as it says without taking any room, and any process can map one.</summary>
    [Fact]
    public void Symbol_tables_larger_than_any_linker_makes_are_not_read()
    {
        string path = Path.GetTempFileName();
        try
        {
            ElfBuilder b = new(true);
            b.AddSymbols(("main", 0x400100, 32, 0x12, 1));
            byte[] data = b.Build();
            using (ElfFile small = ElfFile.Parse(data))
                Assert.Single(small.ReadSymbols());

            // The second section, its sh_size.
            BitConverter.TryWriteBytes(data.AsSpan((int)BitConverter.ToUInt64(data, 40) + 64 + 32), 3UL << 29);
            using (FileStream file = File.OpenWrite(path))
            {
                file.Write(data);
                file.SetLength(2L << 30);
            }

            using ElfFile elf = ElfFile.Open(path);
            Assert.Contains("more than", Assert.Throws<ElfFormatException>(() => ElfSymbolTable.Read(elf)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_symbol_whose_name_is_the_tail_of_another_is_found()
    {
        ElfBuilder b = new(true);
        b.Add(".text", 1, new byte[64]);
        b.AddSymbols(("__libc_open", 0x400100, 8, 0x12, 1), ("x", 0x400200, 8, 0x12, 1));
        byte[] data = b.Build();

        // The linker lets "open" begin inside of "__libc_open".
        using ElfFile before = ElfFile.Parse(data);
        ElfSection table = before.FindSection(".symtab")!;
        data[(int)table.Offset + 48] = 1 + 7;
        using ElfFile elf = ElfFile.Parse(data);

        Assert.True(elf.TryFindSymbol("open", out ElfSymbol open));
        Assert.Equal(0x400200UL, open.Address);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Notes_build_id_debug_link_and_static_probes(bool is64Bit)
    {
        ElfBuilder b = new(is64Bit);
        b.Add(".note.gnu.build-id", 7, ElfBuilder.Note("GNU", 3, [0xAB, 0xCD, 0x01, 0x02, 0x03]));
        b.Add(".note.stapsdt", 7,
        [
            .. b.StapNote(0x401000, 0x402000, 0x403000, "python", "function__entry", "8@%rdi -4@8(%rbp)"),
            .. ElfBuilder.Note("other", 3, [1, 2, 3]),
            .. ElfBuilder.Note("stapsdt", 3, [1, 2, 3]), // Too short: left out.
            .. b.StapNote(0x401010, 0x402000, 0, "python", "gc", ""),
        ]);
        b.Add(".stapsdt.base", 1, new byte[1], address: 0x402100);
        b.Add(".gnu_debuglink", 1, [.. "ab.debug\0\0\0\0"u8, 0x78, 0x56, 0x34, 0x12]);
        using ElfFile elf = ElfFile.Parse(b.Build());

        Assert.Equal("abcd010203", elf.BuildId);
        Assert.Equal(new ElfDebugLink("ab.debug", 0x12345678), elf.DebugLink);
        Assert.Equal(
            [
                new ElfUsdtNote("python", "function__entry", 0x401100, 0x402000, 0x403100, "8@%rdi -4@8(%rbp)"),
                new ElfUsdtNote("python", "gc", 0x401110, 0x402000, 0, ""),
            ],
            elf.ReadUsdtNotes());
    }

    [Fact]
    public void Innermost_best_named_symbol_wins()
    {
        ElfBuilder b = new(true);
        b.Add(".text", 1, new byte[64]);
        b.AddSymbols(
            ("outer", 0x1000, 0x100, 0x12, 1),
            ("inner", 0x1010, 0x10, 0x02, 1),
            ("__alias", 0x2000, 0x10, 0x12, 1),
            ("alias", 0x2000, 0x10, 0x12, 1),
            ("local_alias", 0x2000, 0x10, 0x02, 1),
            ("weak_alias", 0x2000, 0x10, 0x22, 1),
            ("no_size", 0x3000, 0, 0x12, 1),
            ("tls", 0x4000, 8, 0x16, 1),
            ("undefined", 0x5000, 8, 0x12, 0));
        using ElfFile elf = ElfFile.Parse(b.Build());
        ElfSymbolTable table = ElfSymbolTable.Read(elf);

        string? At(ulong address) => table.TryFind(address, out string name, out _) ? name : null;
        Assert.Equal("outer", At(0x1000));
        Assert.Equal("inner", At(0x1010));
        Assert.Equal("inner", At(0x101F));
        Assert.Equal("outer", At(0x1020));
        Assert.Equal("outer", At(0x10FF));
        Assert.Null(At(0x1100));
        Assert.Null(At(0xFFF));
        Assert.Equal("alias", At(0x2008));
        Assert.Equal("no_size", At(0x3000));
        Assert.Null(At(0x3001));
        Assert.Null(At(0x4000));
        Assert.Null(At(0x5000));
        Assert.Equal(["__alias", "alias", "inner", "local_alias", "no_size", "outer", "weak_alias"], table.FunctionNames());
    }

    [Fact]
    public void Mutated_files_never_escape_the_format_exception()
    {
        ElfBuilder b = new(true);
        b.Add(".note.stapsdt", 7, b.StapNote(1, 2, 3, "p", "n", "8@%rdi"));
        b.Add(".gnu_debuglink", 1, [.. "ab.debug\0\0\0\0"u8, 1, 2, 3, 4]);
        b.AddSymbols(("main", 0x400100, 32, 0x12, 1), ("data", 0x400200, 8, 0x11, 1));
        byte[] sample = b.Build();
        Random random = new(7);
        int opened = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] data = [.. sample];
            for (int n = random.Next(1, 5); n > 0; n--)
                data[random.Next(data.Length)] = (byte)random.Next(256);
            if (random.Next(8) == 0)
                data = data[..random.Next(data.Length)];
            try
            {
                using ElfFile elf = ElfFile.Parse(data);
                opened++;
                _ = elf.BuildId + elf.DebugLink + elf.ReadUsdtNotes().Count;
                elf.TryFindSymbol("main", out _);
                elf.TryGetFileOffset(0x400100, out _);
                ElfSymbolTable table = ElfSymbolTable.Read(elf);
                table.TryFind(0x400110, out _, out _);
                _ = table.FunctionNames().Count + elf.ReadSymbols().Count();
            }
            catch (ElfFormatException)
            {
                // The one exception that is allowed.
            }
        }

        Assert.InRange(opened, 5_000, 20_000);
    }

    [Fact]
    public void What_is_not_elf_is_refused()
    {
        Assert.Throws<ElfFormatException>(() => ElfFile.Parse(Encoding.ASCII.GetBytes("#!/bin/sh\n")));
        Assert.Throws<ElfFormatException>(() => ElfFile.Parse(ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ElfFormatException>(() => ElfFile.Parse(new byte[100]));
        Assert.ThrowsAny<IOException>(() => ElfFile.Open("/no/such/file"));
    }

    [Fact]
    public void Checksum_of_a_debug_link()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "123456789");
            Assert.Equal(0xCBF43926, ElfDebugFile.Crc32(path)); // The check value of CRC-32.
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>By the root of its process a file goes when that ends: it is not found then, and never one of the wrong kind, which would be remembered.</summary>
    [Fact]
    public async Task A_file_that_goes_meanwhile_is_not_found()
    {
        string directory = Directory.CreateTempSubdirectory("bpftrace-elf-").FullName;
        try
        {
            string path = Path.Combine(directory, "here"), away = Path.Combine(directory, "away");
            File.Copy(Environment.ProcessPath!, path);
            using var done = new CancellationTokenSource();
            Task comesAndGoes = Task.Factory.StartNew(
                () =>
                {
                    while (!done.IsCancellationRequested)
                    {
                        File.Move(path, away);
                        File.Move(away, path);
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning, // the pool's threads may all be busy with other tests
                TaskScheduler.Default);
            int found = 0, missed = 0;
            bool wereBoth = Patience.Until(() =>
            {
                for (int i = 0; i < 20_000; i++)
                {
                    try
                    {
                        ElfFile.Open(path).Dispose();
                        found++;
                    }
                    catch (FileNotFoundException)
                    {
                        missed++;
                    }
                }

                return found > 0 && missed > 0;
            });

            await done.CancelAsync();
            await comesAndGoes;
            Assert.True(wereBoth, $"{found} found, {missed} missed");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
