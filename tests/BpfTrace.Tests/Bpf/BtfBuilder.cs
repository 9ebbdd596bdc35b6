using System.Buffers.Binary;
using System.Text;

namespace BpfTrace.Tests.Bpf;

/// <summary>Makes BTF by hand, byte by byte, so that the reader is tested against the format and not against a writer of ours.</summary>
internal sealed class BtfBuilder
{
    private readonly List<byte> _types = [];
    private readonly List<byte> _strings = [];
    private readonly int _firstString;
    private int _nextId;

    public BtfBuilder(int firstId = 1, int firstString = 0)
    {
        _nextId = firstId;
        _firstString = firstString;
        if (firstString == 0)
            _strings.Add(0);
    }

    public int StringsLength => _strings.Count;

    public uint String(string text)
    {
        if (text.Length == 0)
            return 0;
        uint offset = (uint)(_firstString + _strings.Count);
        _strings.AddRange(Encoding.UTF8.GetBytes(text));
        _strings.Add(0);
        return offset;
    }

    /// <summary>A type with raw fields and the words that follow; gives its id.</summary>
    public int Add(string name, int kind, uint sizeOrType, int count = 0, bool flag = false, params uint[] extra)
        => AddRaw(String(name), kind, sizeOrType, count, flag, extra);

    public int AddRaw(uint name, int kind, uint sizeOrType, int count, bool flag, params uint[] extra)
    {
        Word(name);
        Word((uint)count | (uint)kind << 24 | (flag ? 0x8000_0000 : 0));
        Word(sizeOrType);
        foreach (uint word in extra)
            Word(word);
        return _nextId++;
    }

    public int Int(string name, uint size, bool signed = false, uint bits = 0, uint encoding = 0)
        => Add(name, 1, size, extra: ((signed ? 1u : 0) | encoding) << 24 | (bits == 0 ? size * 8 : bits));

    public int Ptr(int to) => Add("", 2, (uint)to);

    public int Array(int of, int index, uint length) => Add("", 3, 0, extra: [(uint)of, (uint)index, length]);

    public int Struct(string name, uint size, params (string Name, int Type, uint BitOffset)[] members)
        => Composite(name, 4, size, false, members.Select(m => (m.Name, m.Type, m.BitOffset, 0u)).ToArray());

    public int Composite(string name, int kind, uint size, bool flag, params (string Name, int Type, uint BitOffset, uint Bits)[] members)
        => Add(name, kind, size, members.Length, flag,
            members.SelectMany(m => new[] { String(m.Name), (uint)m.Type, m.BitOffset | m.Bits << 24 }).ToArray());

    public int Proto(int returns, params (string Name, int Type)[] parameters)
        => Add("", 13, (uint)returns, parameters.Length, extra: parameters.SelectMany(p => new[] { String(p.Name), (uint)p.Type }).ToArray());

    public int Func(string name, int proto, int linkage = 0) => Add(name, 12, (uint)proto, linkage);

    public byte[] Build()
    {
        byte[] data = new byte[24 + _types.Count + _strings.Count];
        BinaryPrimitives.WriteUInt16LittleEndian(data, 0xEB9F);
        data[2] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(4), 24);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(12), _types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(16), _types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(20), _strings.Count);
        _types.CopyTo(data, 24);
        _strings.CopyTo(data, 24 + _types.Count);
        return data;
    }

    private void Word(uint value)
    {
        for (int shift = 0; shift < 32; shift += 8)
            _types.Add((byte)(value >> shift));
    }
}
