using System.Text;

namespace BpfTrace.Tests.Bpf;

/// <summary>Makes a small ELF file by hand: sections one after another, one loaded segment over all, 64 or 32 bits.</summary>
internal sealed class ElfBuilder(bool is64Bit, ushort type = 3)
{
    private readonly List<(string Name, uint Type, ulong Address, byte[] Data, uint Link, ulong EntrySize)> _sections = [("", 0, 0, [], 0, 0)];

    /// <summary>The virtual address at which the file's first byte is loaded.</summary>
    public ulong LoadAddress { get; init; } = 0x400000;

    public int HeaderSize => is64Bit ? 64 : 52;

    public int Add(string name, uint type, byte[] data, uint link = 0, ulong entrySize = 0, ulong address = 0)
    {
        _sections.Add((name, type, address, data, link, entrySize));
        return _sections.Count - 1;
    }

    public void AddSymbols(params (string Name, ulong Address, ulong Size, byte Info, ushort Section)[] symbols)
    {
        MemoryStream strings = new();
        strings.WriteByte(0);
        Writer table = new(is64Bit);
        table.Zero(is64Bit ? 24 : 16);
        foreach ((string name, ulong address, ulong size, byte info, ushort section) in symbols)
        {
            uint offset = (uint)strings.Length;
            strings.Write([.. Encoding.UTF8.GetBytes(name), 0]);
            table.U32(offset);
            if (is64Bit)
                table.U8(info).U8(0).U16(section).U64(address).U64(size);
            else
                table.U32((uint)address).U32((uint)size).U8(info).U8(0).U16(section);
        }

        Add(".symtab", 2, table.ToArray(), (uint)_sections.Count + 1, is64Bit ? 24u : 16u);
        Add(".strtab", 3, strings.ToArray());
    }

    public static byte[] Note(string name, uint type, byte[] content)
    {
        Writer w = new(true);
        byte[] bytes = [.. Encoding.UTF8.GetBytes(name), 0];
        w.U32((uint)bytes.Length).U32((uint)content.Length).U32(type).Bytes(bytes).Align(4).Bytes(content).Align(4);
        return w.ToArray();
    }

    public byte[] StapNote(ulong location, ulong linkBase, ulong semaphore, string provider, string name, string arguments)
    {
        Writer w = new(is64Bit);
        w.Word(location).Word(linkBase).Word(semaphore);
        w.Bytes([.. Encoding.UTF8.GetBytes($"{provider}\0{name}\0{arguments}\0")]);
        return Note("stapsdt", 3, w.ToArray());
    }

    public byte[] Build()
    {
        MemoryStream names = new();
        List<uint> nameOffsets = [];
        _sections.Add((".shstrtab", 3, 0, [], 0, 0));
        foreach (var section in _sections)
        {
            nameOffsets.Add((uint)names.Length);
            names.Write([.. Encoding.UTF8.GetBytes(section.Name), 0]);
        }

        _sections[^1] = (".shstrtab", 3, 0, names.ToArray(), 0, 0);
        int segmentSize = is64Bit ? 56 : 32;
        int sectionSize = is64Bit ? 64 : 40;
        ulong dataStart = (ulong)((HeaderSize + segmentSize + 7) & ~7);
        ulong sectionTable = dataStart + (ulong)_sections.Sum(s => (s.Data.Length + 7) & ~7);

        Writer w = new(is64Bit);
        w.Bytes([0x7F, (byte)'E', (byte)'L', (byte)'F', (byte)(is64Bit ? 2 : 1), 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        w.U16(type).U16(is64Bit ? (ushort)62 : (ushort)3).U32(1).Word(LoadAddress + 0x10).Word((ulong)HeaderSize).Word(sectionTable).U32(0);
        w.U16((ushort)HeaderSize).U16((ushort)segmentSize).U16(1).U16((ushort)sectionSize).U16((ushort)_sections.Count).U16((ushort)(_sections.Count - 1));
        if (is64Bit)
            w.U32(1).U32(5).U64(0).U64(LoadAddress).U64(LoadAddress).U64(sectionTable).U64(sectionTable + 0x100).U64(4096);
        else
            w.U32(1).U32(0).U32((uint)LoadAddress).U32((uint)LoadAddress).U32((uint)sectionTable).U32((uint)sectionTable + 0x100).U32(5).U32(4096);

        w.Align(8);
        List<ulong> offsets = [];
        foreach (var section in _sections)
        {
            offsets.Add((ulong)w.Length);
            w.Bytes(section.Data).Align(8);
        }

        for (int i = 0; i < _sections.Count; i++)
        {
            var s = _sections[i];
            w.U32(nameOffsets[i]).U32(s.Type).Word(0).Word(s.Address).Word(i == 0 ? 0 : offsets[i]).Word((ulong)s.Data.Length).U32(s.Link).U32(0).Word(1).Word(s.EntrySize);
        }

        return w.ToArray();
    }

    internal sealed class Writer(bool is64Bit)
    {
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public Writer U8(byte value)
        {
            _bytes.Add(value);
            return this;
        }

        public Writer U16(ushort value) => U8((byte)value).U8((byte)(value >> 8));

        public Writer U32(uint value) => U16((ushort)value).U16((ushort)(value >> 16));

        public Writer U64(ulong value) => U32((uint)value).U32((uint)(value >> 32));

        public Writer Word(ulong value) => is64Bit ? U64(value) : U32((uint)value);

        public Writer Bytes(ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public Writer Zero(int count) => Bytes(new byte[count]);

        public Writer Align(int unit) => Zero((unit - (Length % unit)) % unit);

        public byte[] ToArray() => [.. _bytes];
    }
}
