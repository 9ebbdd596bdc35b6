using BpfTrace.Compiler.Layout;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>The values of one record, found without copying. A packed value's place follows from the lengths before it.</summary>
internal readonly ref struct RecordValues
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly EventLayout _layout;
    private readonly DecodeContext _context;

    /// <summary>The values of a record that passed <see cref="IsWhole"/>.</summary>
    public RecordValues(ReadOnlySpan<byte> record, EventLayout layout, DecodeContext context)
    {
        _record = record;
        _layout = layout;
        _context = context;
    }

    /// <summary>Whether a record is as long as its layout and its packed values' lengths say.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> record, EventLayout layout)
    {
        if (record.Length < layout.FixedSize)
            return false;
        long end = layout.FixedSize;
        foreach (EventField field in layout.Fields)
        {
            if (!field.IsPacked)
                continue;
            uint length = RawValue.UInt32(record, field.Offset);
            if (length > field.Type switch { StringType s => s.Capacity, BufferType b => b.Capacity, _ => 0 })
                return false;
            end += length;
        }

        return end <= record.Length;
    }

    /// <summary>A value's bytes: those of its slot, or of a packed string or buffer the bytes alone.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        EventField field = _layout.Fields[index];
        if (!field.IsPacked)
            return _record.Slice(field.Offset, field.Type.Size);
        int start = _layout.FixedSize;
        for (int i = 0; i < index; i++)
        {
            if (_layout.Fields[i].IsPacked)
                start += (int)RawValue.UInt32(_record, _layout.Fields[i].Offset);
        }

        return _record.Slice(start, (int)RawValue.UInt32(_record, field.Offset));
    }

    /// <summary>Writes a value as <c>print</c> and <c>%s</c> show it.</summary>
    public void WriteText(Utf8Writer writer, int index)
    {
        ReadOnlySpan<byte> bytes = Bytes(index);
        switch (_layout.Fields[index].Type)
        {
            case StringType s:
                ValueWriter.WriteString(writer, bytes, s, _context);
                break;
            case BufferType:
                HexText.Write(writer, bytes);
                break;
            default:
                ValueWriter.Write(writer, _layout.Fields[index].Type, bytes, _context);
                break;
        }
    }

    /// <summary>Writes a value as JSON.</summary>
    public void WriteJson(Utf8Writer writer, int index)
    {
        ReadOnlySpan<byte> bytes = Bytes(index);
        switch (_layout.Fields[index].Type)
        {
            case StringType s:
                JsonValueWriter.WriteString(writer, bytes, s, _context);
                break;
            case BufferType:
                JsonValueWriter.WriteBytes(writer, bytes);
                break;
            case var type:
                JsonValueWriter.Write(writer, type, bytes, _context);
                break;
        }
    }

    /// <summary>A value as an object.</summary>
    public object? Object(int index)
    {
        ReadOnlySpan<byte> bytes = Bytes(index);
        return _layout.Fields[index].Type switch
        {
            StringType s => ValueDecoder.String(bytes, s, _context),
            BufferType => bytes.ToArray(),
            var type => ValueDecoder.Decode(type, bytes, _context),
        };
    }
}
