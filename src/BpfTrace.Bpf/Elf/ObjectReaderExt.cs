using System.Buffers.Binary;

namespace BpfTrace.Bpf;

/// <summary>.BTF.ext: which BTF function and which source line instructions belong to (Documentation/bpf/btf.rst, section 4).</summary>
internal sealed class BpfElfBtfExt
{
    private readonly Dictionary<string, FuncInfo[]> _functions = [];
    private readonly Dictionary<string, LineInfo[]> _lines = [];

    /// <summary>A section's functions, ascending, offsets in instructions of the section.</summary>
    public ReadOnlySpan<FuncInfo> FunctionsOf(string section) => _functions.GetValueOrDefault(section);

    /// <summary>A section's lines, ascending, offsets in instructions of the section.</summary>
    public ReadOnlySpan<LineInfo> LinesOf(string section) => _lines.GetValueOrDefault(section);

    /// <exception cref="BpfException">Malformed, or it holds CO-RE relocations.</exception>
    public static BpfElfBtfExt Parse(ReadOnlySpan<byte> ext, ReadOnlySpan<byte> btf)
    {
        var result = new BpfElfBtfExt();
        result.Read(ext, btf);
        return result;
    }

    private void Read(ReadOnlySpan<byte> ext, ReadOnlySpan<byte> btf)
    {
        if (ext.Length == 0)
            return;
        int header = checked((int)U32(ext, 4));
        // Offsets of the three tables count from the header's end: func_info, line_info and, in a longer header, core_relo.
        if (header >= 32 && U32(ext, 28) > sizeof(uint))
            throw new BpfException("the BPF object needs CO-RE relocations, which this loader does not apply");
        ReadTable(ext.Slice(header + (int)U32(ext, 8), (int)U32(ext, 12)), btf, 8, (section, records, size) =>
        {
            var list = new FuncInfo[records.Length / size];
            for (int i = 0; i < list.Length; i++, records = records[size..])
                list[i] = new FuncInfo(U32(records, 0) / 8, U32(records, 4));
            Array.Sort(list, (x, y) => x.InstructionOffset.CompareTo(y.InstructionOffset));
            _functions[section] = list;
        });
        ReadTable(ext.Slice(header + (int)U32(ext, 16), (int)U32(ext, 20)), btf, 16, (section, records, size) =>
        {
            var list = new LineInfo[records.Length / size];
            for (int i = 0; i < list.Length; i++, records = records[size..])
                list[i] = new LineInfo(U32(records, 0) / 8, U32(records, 4), U32(records, 8), U32(records, 12));
            Array.Sort(list, (x, y) => x.InstructionOffset.CompareTo(y.InstructionOffset));
            _lines[section] = list;
        });
    }

    private delegate void RecordReader(string section, ReadOnlySpan<byte> records, int recordSize);

    private static void ReadTable(ReadOnlySpan<byte> table, ReadOnlySpan<byte> btf, int minimumSize, RecordReader reader)
    {
        if (table.Length == 0)
            return;
        int recordSize = checked((int)U32(table, 0));
        if (recordSize < minimumSize)
            throw new BpfException($"the BPF object's .BTF.ext has records of {recordSize} bytes");
        table = table[4..];
        while (table.Length > 0)
        {
            string section = BtfBlob.StringAt(btf, U32(table, 0));
            int length = checked((int)U32(table, 4) * recordSize);
            reader(section, table.Slice(8, length), recordSize);
            table = table[(8 + length)..];
        }
    }

    private static uint U32(ReadOnlySpan<byte> span, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(span[offset..]);
}
