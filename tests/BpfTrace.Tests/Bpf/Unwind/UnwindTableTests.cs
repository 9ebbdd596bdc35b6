using System.Diagnostics;
using System.Globalization;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Unwind;

namespace BpfTrace.Tests.Bpf.Unwind;

public class UnwindTableTests
{
    private const ulong Load = 0x400000;
    private const ulong Section = 0x401000;

    // def_cfa rsp+8; ra at cfa-8
    private static readonly byte[] s_usual = [0x0c, 7, 8, 0x90, 1];

    [Fact]
    public void Rows_of_a_function_with_a_frame_pointer()
    {
        // push rbp; mov rbp, rsp; …; leave; ret
        UnwindTable table = Read(EhFrame(s_usual, [0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x02, 100, 0x0c, 7, 8, 0x00, 0x00]));

        Assert.Equal(1, table.FunctionCount);
        Assert.Equal("", UnwindText.At(table, 0x1fff));
        Assert.Equal("rsp+8 ra=c-8", UnwindText.At(table, 0x2000));
        Assert.Equal("rsp+16 rbp=c-16 ra=c-8", UnwindText.At(table, 0x2001));
        Assert.Equal("rsp+16 rbp=c-16 ra=c-8", UnwindText.At(table, 0x2003));
        Assert.Equal("rbp+16 rbp=c-16 ra=c-8", UnwindText.At(table, 0x2004));
        Assert.Equal("rsp+8 rbp=c-16 ra=c-8", UnwindText.At(table, 0x2004 + 100));
        Assert.Equal("rsp+8 rbp=c-16 ra=c-8", UnwindText.At(table, 0x20ff));
        Assert.Equal("", UnwindText.At(table, 0x2100)); // behind the function
        Assert.Equal(5, table.RowCount);
    }

    [Fact]
    public void A_remembered_state_comes_back_and_restore_is_to_the_start()
    {
        UnwindTable table = Read(EhFrame(s_usual, [0x41, 0x0e, 16, 0x83, 2, 0x0a, 0x41, 0xc3, 0x0e, 8, 0x41, 0x0b]));

        Assert.Equal("rsp+16 rbx=c-16 ra=c-8", UnwindText.At(table, 0x2001));
        Assert.Equal("rsp+8 ra=c-8", UnwindText.At(table, 0x2002));
        Assert.Equal("rsp+16 rbx=c-16 ra=c-8", UnwindText.At(table, 0x2003));
    }

    [Fact]
    public void Each_kind_of_rule()
    {
        UnwindTable table = Read(EhFrame(s_usual,
        [
            0x07, 0,                      // undefined rax
            0x09, 1, 2,                   // rdx in rcx
            0x14, 3, 2,                   // val_offset rbx
            0x11, 4, 0x7e,                // offset_extended_sf rsi, 2 (of the factor -8)
            0x10, 5, 2, 0x77, 0x28,       // expression rdi: rsp+40
            0x16, 6, 3, 0x23, 0x10, 0x06, // val_expression rbp: cfa+16, read
            0x2f, 12, 3,                  // GNU_negative_offset_extended r12
            0x05, 40, 1,                  // a vector register
            0x2e, 16,                     // GNU_args_size
        ]));

        Assert.Equal(
            "rsp+8 rax=u rdx=rcx rbx=v-16 rsi=c+16 rdi=[FrameAddress rsp+40] rbp=(FrameAddress add+16 Read) r12=c+24 ra=c-8",
            UnwindText.At(table, 0x2000));
    }

    [Fact]
    public void The_expression_of_a_procedure_linkage_table()
    {
        // breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus
        UnwindTable table = Read(EhFrame(s_usual, [0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22]));

        Assert.Equal("[rsp+8 ra+0 15 And 11 GreaterOrEqual 3 ShiftLeft Add] ra=c-8", UnwindText.At(table, 0x2000));
    }

    [Fact]
    public void A_constant_of_64_bits_takes_two_words()
    {
        UnwindTable table = Read(EhFrame(s_usual, [0x0f, 9, 0x0e, 0x78, 0x56, 0x34, 0x12, 0xf0, 0xde, 0xbc, 0x1a]));

        Assert.Equal($"[{0x12345678} high{0x1abcdef0}] ra=c-8", UnwindText.At(table, 0x2000));
    }

    [Theory]
    [InlineData(0x13)] // DW_OP_drop: an operation nobody uses
    [InlineData(0x22)] // DW_OP_plus of nothing
    public void An_expression_that_cannot_be_had_makes_the_place_unknown(byte operation)
    {
        UnwindTable table = Read(EhFrame(s_usual, [0x0a, 0x0f, 1, operation, 0x44, 0x0b]));

        Assert.Equal(1, table.UnsupportedCount);
        Assert.Equal("", UnwindText.At(table, 0x2000));
        Assert.Equal("rsp+8 ra=c-8", UnwindText.At(table, 0x2004));
    }

    [Fact]
    public void The_end_of_a_stack_and_the_frame_of_a_signal()
    {
        Assert.Equal("rsp+8 ra=u", UnwindText.At(Read(EhFrame(s_usual, [0x07, 16])), 0x2000));
        Assert.Equal("rsp+8 ra=c-8 signal", UnwindText.At(Read(EhFrame(s_usual, [], "zRS")), 0x2000));
    }

    [Fact]
    public void Debug_frame_has_the_same()
    {
        ElfBuilder.Writer w = new(true);
        byte[] common = [.. new ElfBuilder.Writer(true).U32(uint.MaxValue).U8(4).U8(0).U8(8).U8(0).U8(1).U8(0x78).U8(16).Bytes(s_usual).Align(8).ToArray()];
        byte[] function = [.. new ElfBuilder.Writer(true).U32(0).U64(Load + 0x2000).U64(0x100).Bytes([0x44, 0x0e, 32]).Align(8).ToArray()];
        w.U32((uint)common.Length).Bytes(common).U32((uint)function.Length).Bytes(function);
        ElfBuilder b = new(true) { LoadAddress = Load };
        b.Add(".debug_frame", 1, w.ToArray());
        using ElfFile elf = ElfFile.Parse(b.Build());
        UnwindTable table = UnwindTable.Read(elf);

        Assert.Equal("rsp+8 ra=c-8", UnwindText.At(table, 0x2003));
        Assert.Equal("rsp+32 ra=c-8", UnwindText.At(table, 0x2004));
        Assert.True(table.TryGetBias(0x7f0000000000, 0, out ulong bias));
        Assert.Equal(0x2004UL, 0x7f0000002004 - bias);
        Assert.False(table.TryGetBias(0x7f0000000000, 1 << 20, out _));
    }

    [Fact]
    public void A_file_without_says_so()
    {
        ElfBuilder b = new(true);
        b.Add(".text", 1, new byte[16]);
        using ElfFile elf = ElfFile.Parse(b.Build());
        Assert.Equal("It has neither .eh_frame nor .debug_frame.", Assert.Throws<ElfFormatException>(() => UnwindTable.Read(elf)).Message);

        using ElfFile other = ElfFile.Parse(new ElfBuilder(false).Build());
        Assert.Equal("Not a file of 64-bit x86.", Assert.Throws<ElfFormatException>(() => UnwindTable.Read(other)).Message);
    }

    [Theory]
    [InlineData(new byte[] { 0x0b }, "restores a state")]
    [InlineData(new byte[] { 0x3f }, "instruction 0x3f")]
    [InlineData(new byte[] { 0x0f, 0x7f }, "ends early")]
    [InlineData(new byte[] { 0x05, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 }, "too many bytes")]
    public void Damaged_instructions_are_an_error(byte[] instructions, string message)
    {
        // Nothing behind them, as padding would be taken for more of them.
        byte[] section = EhFrame(s_usual, instructions, pad: false);
        Assert.Contains(message, Assert.Throws<ElfFormatException>(() => Read(section)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_remembering_is_an_error()
    {
        byte[] many = new byte[1000];
        Array.Fill(many, (byte)0x0a);
        Assert.Contains("too many states", Assert.Throws<ElfFormatException>(() => Read(EhFrame(s_usual, many))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Common_entries_that_overlap_are_not_taken()
    {
        // Two, the second within what the first has for its augmentation, and a function of each.
        ElfBuilder.Writer inner = new(true);
        inner.U32(0).U8(1).U8(0).U8(1).U8(0x78).U8(16).Bytes(s_usual).Align(4);
        ElfBuilder.Writer outer = new(true);
        outer.U32(0).U8(1).U8((byte)'z').U8(0).U8(1).U8(0x78).U8(16);
        outer.U8(100).Align(4);
        int second = outer.Length + 4;
        outer.U32((uint)inner.Length + 80).Bytes(inner.ToArray()).Bytes(new byte[80]);
        ElfBuilder.Writer w = new(true);
        w.U32((uint)outer.Length).Bytes(outer.ToArray());
        foreach (int common in (int[])[0, second])
            w.U32(24).U32((uint)(w.Length - common)).U64(Load + 0x2000).U64(0x100).U32(0);

        UnwindTable table = Read(w.ToArray());
        Assert.Equal((1, 1), (table.FunctionCount, table.DamagedCount));
    }

    /// <summary>A linker's or a hand-written entry that nobody understands takes only its own function away.</summary>
    [Fact]
    public void A_damaged_function_leaves_the_others()
    {
        byte[] good = EhFrame(s_usual, [0x41, 0x0e, 16]);
        ElfBuilder.Writer w = new(true);
        w.Bytes(good);
        AddFunction(w, 0x3000, [0x41, 0x0e, 32, 0x3f]); // a row, and then an instruction that there is not
        AddFunction(w, 0x4000, [0x41, 0x0e, 24]);
        UnwindTable table = Read(w.ToArray());

        Assert.Equal((2, 1), (table.FunctionCount, table.DamagedCount));
        Assert.Equal("rsp+16 ra=c-8", UnwindText.At(table, 0x2001));
        Assert.Equal("", UnwindText.At(table, 0x3000));
        Assert.Equal("", UnwindText.At(table, 0x3001));
        Assert.Equal("rsp+24 ra=c-8", UnwindText.At(table, 0x4001));

        static void AddFunction(ElfBuilder.Writer w, uint place, byte[] instructions)
        {
            int function = w.Length;
            byte[] entry = [.. new ElfBuilder.Writer(true).U32((uint)function + 4).U32((uint)(Load + place - (Section + (ulong)function + 8))).U32(0x100).U8(0).Bytes(instructions).ToArray()];
            w.U32((uint)entry.Length).Bytes(entry);
        }
    }

    [Fact]
    public void Rules_cannot_be_chosen_to_have_one_hash()
    {
        var hashes = new HashSet<int>();
        for (int i = 0; i < 100; i++)
        {
            var state = new FrameState();
            state.Set(3, RegisterRule.Offset, 1000 + i);
            state.Set(4, RegisterRule.Offset, 100_000 - (31 * i));
            hashes.Add(state.GetHashCode());
        }

        Assert.True(hashes.Count > 90, $"{hashes.Count} hashes");
    }

    [Fact]
    public void Damage_of_any_kind_is_a_table_or_an_error()
    {
        byte[] whole = EhFrame(s_usual, [0x41, 0x0e, 16, 0x86, 2, 0x0f, 3, 0x77, 8, 0x06, 0x0a, 0x43, 0x10, 3, 2, 0x77, 8, 0x0b, 0x02, 100, 0x0c, 7, 8]);
        int refused = 0;
        int taken = 0;
        for (int length = 0; length < whole.Length; length++)
            Try(whole[..length]);
        var random = new Random(5);
        for (int i = 0; i < 20000; i++)
        {
            byte[] damaged = [.. whole];
            for (int n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Try(damaged);
        }

        Assert.True(refused > 1000, $"{refused} refused");
        Assert.True(taken > 1000, $"{taken} taken");

        void Try(byte[] section)
        {
            try
            {
                UnwindTable table = Read(section);
                Assert.True(table.RowCount <= table.Words.Length);
                foreach (ulong row in table.Words.Span[..table.RowCount])
                    UnwindText.Rule(table, (int)(row >> 32)); // every index leads to a rule
                taken++;
            }
            catch (ElfFormatException)
            {
                refused++;
            }
        }
    }

    /// <summary>Every row of the C library, by readelf: the rules of the CFA and of the registers that calls preserve.</summary>
    [FactWithTools("readelf")]
    public void The_C_librarys_rows_are_those_that_readelf_reads()
    {
        string library = Array.Find(["/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib64/libc.so.6", "/lib/libc.so.6"], File.Exists) ?? Environment.ProcessPath!;
        using ElfFile elf = ElfFile.Open(library);
        UnwindTable table = UnwindTable.Read(elf);
        ulong first = elf.Segments.Where(s => s.IsLoaded).Min(s => s.Address);
        Dictionary<ulong, string> rules = [];
        foreach (ulong row in table.Words.Span[..table.RowCount])
            rules[(uint)row + first] = UnwindText.Rule(table, (int)(row >> 32));

        int compared = 0;
        string[] columns = [];
        using var readelf = Process.Start(new ProcessStartInfo("readelf", ["--debug-dump=frames-interp", library]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        readelf.ErrorDataReceived += static (_, _) => { };
        readelf.BeginErrorReadLine();
        ulong last = 0;
        while (readelf.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains(".debug_frame", StringComparison.Ordinal))
                break;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["LOC", ..])
                columns = words;
            if (line.Contains("CIE", StringComparison.Ordinal))
                columns = []; // rows of no place
            if (words.Length < 3 || words.Length != columns.Length || words[0].Length != 16 || !ulong.TryParse(words[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong at))
                continue;
            if (!rules.TryGetValue(at, out string? own) || at == last)
                continue; // a row that changes nothing we follow
            last = at;
            string cfa = own.Split(' ')[0];
            Assert.Equal($"{at:x} {words[1]}", $"{at:x} {(cfa.StartsWith('[') ? "exp" : cfa)}");
            for (int i = 2; i < columns.Length && cfa != "exp" && !own.Contains('[', StringComparison.Ordinal); i++)
            {
                string? rule = Array.Find(own.Split(' '), w => w.StartsWith(columns[i] + "=", StringComparison.Ordinal));
                Assert.Equal($"{at:x} {columns[i]}={words[i]}", $"{at:x} {rule ?? columns[i] + "=u"}");
            }

            compared++;
        }

        readelf.Kill();
        readelf.WaitForExit();
        Assert.True(compared > 1000, $"{compared} rows");
        Assert.True(compared > table.RowCount / 2, $"{compared} of {table.RowCount} rows");
    }

    private static UnwindTable Read(byte[] section)
    {
        ElfBuilder b = new(true) { LoadAddress = Load };
        b.Add(".eh_frame", 1, section, address: Section);
        using ElfFile elf = ElfFile.Parse(b.Build());
        return UnwindTable.Read(elf);
    }

    /// <summary>A common entry and a function from 0x402000 to 0x402100, in the form compilers write: addresses relative to their place, of 4 bytes.</summary>
    private static byte[] EhFrame(byte[] common, byte[] instructions, string augmentation = "zR", bool pad = true)
    {
        ElfBuilder.Writer w = new(true);
        ElfBuilder.Writer c = new(true);
        c.U32(0).U8(1);
        foreach (char letter in augmentation)
            c.U8((byte)letter);
        c.U8(0).U8(1).U8(0x78).U8(16).U8(1).U8(0x1b).Bytes(common).Align(4);
        w.U32((uint)c.Length).Bytes(c.ToArray());
        int function = w.Length;
        ElfBuilder.Writer f = new(true);
        f.U32((uint)function + 4).U32((uint)(Load + 0x2000 - (Section + (ulong)function + 8))).U32(0x100).U8(0).Bytes(instructions);
        if (pad)
            f.Align(4);
        w.U32((uint)f.Length).Bytes(f.ToArray());
        return w.ToArray();
    }
}
