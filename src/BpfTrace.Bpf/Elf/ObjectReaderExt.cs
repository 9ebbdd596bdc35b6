using System.Buffers.Binary;

namespace BpfTrace.Bpf;

/// <summary>.BTF.ext: which BTF function and which source line instructions belong to (Documentation/bpf/btf.rst, section 4).</summary>
internal sealed class BpfElfBtfExt
{
    private readonly Dictionary<string, BpfFuncInfo[]> _functions = [];
    private readonly Dictionary<string, BpfLineInfo[]> _lines = [];

    private delegate void RecordReader(string section, ReadOnlySpan<byte> records, int recordSize);

    /// <summary>A section's functions, ascending, offsets in instructions of the section.</summary>
    public BpfFuncInfo[] FunctionsOf(string section) => _functions.TryGetValue(section, out BpfFuncInfo[]? list) ? list : [];

    /// <summary>A section's lines, ascending, offsets in instructions of the section.</summary>
    public BpfLineInfo[] LinesOf(string section) => _lines.TryGetValue(section, out BpfLineInfo[]? list) ? list : [];

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
        ReadTable(ext.Slice(checked(header + (int)U32(ext, 8)), checked((int)U32(ext, 12))), btf, BpfFuncInfo.Size, (section, records, size) =>
        {
            var list = new BpfFuncInfo[records.Length / size];
            for (int i = 0; i < list.Length; i++, records = records[size..])
                list[i] = new BpfFuncInfo(U32(records, 0) / BpfInstruction.Size, U32(records, 4));
            // Sorted already by any compiler; insertion sort, because Array.Sort over a struct would need the JIT.
            for (int i = 1; i < list.Length; i++)
            {
                for (int j = i; j > 0 && list[j].InstructionOffset < list[j - 1].InstructionOffset; j--)
                    (list[j], list[j - 1]) = (list[j - 1], list[j]);
            }

            _functions[section] = list;
        });
        ReadTable(ext.Slice(checked(header + (int)U32(ext, 16)), checked((int)U32(ext, 20))), btf, BpfLineInfo.Size, (section, records, size) =>
        {
            var list = new BpfLineInfo[records.Length / size];
            for (int i = 0; i < list.Length; i++, records = records[size..])
            {
                BpfLineInfo record = BpfLineInfo.Read(records);
                list[i] = record with { InstructionOffset = record.InstructionOffset / BpfInstruction.Size };
            }

            for (int i = 1; i < list.Length; i++)
            {
                for (int j = i; j > 0 && list[j].InstructionOffset < list[j - 1].InstructionOffset; j--)
                    (list[j], list[j - 1]) = (list[j - 1], list[j]);
            }

            _lines[section] = list;
        });
    }

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
            table = table[checked(8 + length)..];
        }
    }

    private static uint U32(ReadOnlySpan<byte> span, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(span[offset..]);
}
