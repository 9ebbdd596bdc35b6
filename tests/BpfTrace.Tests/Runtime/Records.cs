using System.Text;
using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Runtime;

/// <summary>Hand-made programs, records and values.</summary>
internal static class Records
{
    public static OutputSite Site(OutputKind kind, params (string Name, BpfType Type)[] values) => new()
    {
        Id = 0,
        Kind = kind,
        Span = new TextSpan(8, 10),
        ValueTypes = [.. values.Select(v => v.Type)],
        ValueNames = [.. values.Select(v => v.Name)],
    };

    public static OutputSite Printf(string format, params (string Name, BpfType Type)[] values) =>
        Site(OutputKind.Printf, values) with { Format = Formats.Parse(format) };

    public static BoundProgram Program(params OutputSite[] sites) => new(
        new SourceText("begin { printf(\"...\"); }\n"), [], [], [.. sites.Select((s, i) => s with { Id = i })], new TraceConfig())
    {
        TimeFormats = ["%H:%M:%S", "%s.%f %k %l"],
        CgroupFilters = ["", "uni*"],
    };

    public static EventDecoder Decoder(params OutputSite[] sites) => new(Program(sites), new TestResolver());

    /// <summary>A record of a site: header, slots, packed bytes. A value is the bytes of its slot, or of a packed value the bytes alone.</summary>
    public static byte[] Make(OutputSite site, params byte[][] values) => Make(site, 7, 3, 1_000_000_000, values);

    public static byte[] Make(OutputSite site, int target, int cpu, ulong time, params byte[][] values)
    {
        EventLayout layout = EventLayout.Create(site);
        var record = new List<byte>(new byte[layout.FixedSize]);
        Put(record, EventHeader.SiteId, BitConverter.GetBytes(site.Id));
        Put(record, EventHeader.Cpu, BitConverter.GetBytes(cpu));
        Put(record, EventHeader.Time, BitConverter.GetBytes(time));
        Put(record, EventHeader.Target, BitConverter.GetBytes(target));
        for (int i = 0; i < values.Length; i++)
        {
            EventField field = layout.Fields[i];
            Put(record, field.Offset, field.IsPacked ? BitConverter.GetBytes(values[i].Length) : values[i]);
            if (field.IsPacked)
                record.AddRange(values[i]);
        }

        return [.. record];
    }

    public static byte[] I8(int value) => [(byte)value];

    public static byte[] I16(int value) => BitConverter.GetBytes((short)value);

    public static byte[] I32(long value) => BitConverter.GetBytes((int)value);

    public static byte[] I64(long value) => BitConverter.GetBytes(value);

    public static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    public static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);

    /// <summary>A string in a slot.</summary>
    public static byte[] Slot(string value, int capacity)
    {
        var slot = new byte[capacity];
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        bytes.AsSpan(0, Math.Min(bytes.Length, capacity)).CopyTo(slot);
        return slot;
    }

    /// <summary>A tuple's, record's or structure's bytes.</summary>
    public static byte[] Composite(BpfType type, params byte[][] fields)
    {
        var value = new List<byte>(new byte[type.Size]);
        int[] offsets = type is TupleType tuple ? [.. tuple.Fields.Select(f => f.Offset)] : [.. ((StructType)type).Fields.Select(f => f.Offset)];
        for (int i = 0; i < fields.Length; i++)
            Put(value, offsets[i], fields[i]);
        return [.. value];
    }

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static string Text(EventDecoder decoder, byte[] record)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.True(decoder.TryWriteText(record, output, out _));
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    public static TraceEvent Event(EventDecoder decoder, byte[] record)
    {
        Assert.True(decoder.TryDecode(record, out TraceEvent? made, out _));
        return made;
    }

    public static object? Get(object made, string property)
    {
        System.Reflection.PropertyInfo? info = made.GetType().GetProperty(property);
        Assert.NotNull(info);
        return info.GetValue(made);
    }

    private static void Put(List<byte> bytes, int offset, byte[] value)
    {
        for (int i = 0; i < value.Length; i++)
            bytes[offset + i] = value[i];
    }
}
