using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Compiler;

/// <summary>Bound probes, compiled, loaded into the kernel and run there.</summary>
internal sealed class CompiledTrace : IDisposable
{
    private readonly BpfCollection _collection;
    private readonly RingBufferReader _reader;

    public CompiledTrace(BoundProbe probe, IEnumerable<MapSymbol>? maps = null, IEnumerable<OutputSite>? sites = null, CompileOptions? options = null, TraceConfig? config = null)
        : this(Program([probe], maps, sites, config), options)
    {
    }

    public CompiledTrace(BoundProgram program, CompileOptions? options = null)
    {
        Result = ProgramCompiler.Compile(program, options);
        Assert.Empty(Result.Diagnostics);
        _collection = BpfCollection.Load(Result.Collection!);
        _reader = new RingBufferReader(_collection.GetMap(KernelMaps.RingBuffer));
    }

    public CompilationResult Result { get; }

    public static BoundProgram Program(
        IEnumerable<BoundProbe> probes, IEnumerable<MapSymbol>? maps = null, IEnumerable<OutputSite>? sites = null, TraceConfig? config = null) =>
        new(new SourceText("BEGIN { }"), [.. probes], [.. maps ?? []], [.. sites ?? []], config ?? new TraceConfig());

    public BpfMap KernelMap(string name) => _collection.GetMap(name);

    public uint Run() => _collection.Programs[0].TestRun();

    /// <summary>Runs the program and returns the records it left.</summary>
    public List<Record> RunForRecords()
    {
        Run();
        var records = new List<Record>();
        _reader.Consume(bytes => records.Add(new Record(bytes.ToArray(), Result.Events)));
        return records;
    }

    public byte[]? Lookup(MapSymbol map, params byte[] key)
    {
        BpfMap kernel = KernelMap(MapLayout.Create(map).KernelName);
        byte[] value = new byte[kernel.ValueBufferSize];
        return kernel.TryLookup(key.Length == 0 ? new byte[4] : key, value) ? value : null;
    }

    public long LookupInt64(MapSymbol map, params byte[] key) =>
        BinaryPrimitives.ReadInt64LittleEndian(Lookup(map, key) ?? throw new InvalidOperationException("no such key"));

    /// <summary>The sum over the CPUs of the u64 at an offset of a per-CPU value.</summary>
    public long Sum(MapSymbol map, byte[] key, int offset = 0)
    {
        byte[] all = Lookup(map, key) ?? throw new InvalidOperationException("no such key");
        int stride = KernelMap(MapLayout.Create(map).KernelName).CpuValueStride;
        long sum = 0;
        for (int at = offset; at < all.Length; at += stride)
            sum += BinaryPrimitives.ReadInt64LittleEndian(all.AsSpan(at));
        return sum;
    }

    public List<byte[]> Keys(MapSymbol map)
    {
        BpfMap kernel = KernelMap(MapLayout.Create(map).KernelName);
        var keys = new List<byte[]>();
        byte[] next = new byte[kernel.KeySize];
        ReadOnlySpan<byte> from = default;
        while (kernel.TryGetNextKey(from, next))
        {
            keys.Add([.. next]);
            from = keys[^1];
        }

        return keys;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _collection.Dispose();
    }
}

/// <summary>A record of the ring buffer, read by its layout.</summary>
internal sealed class Record(byte[] bytes, ImmutableArray<EventLayout> layouts)
{
    public byte[] Bytes { get; } = bytes;

    public int SiteId => BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(EventHeader.SiteId));

    public int Cpu => BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(EventHeader.Cpu));

    public long Time => BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(EventHeader.Time));

    public int Target => BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(EventHeader.Target));

    public EventLayout Layout => layouts[SiteId];

    public long Int(int index)
    {
        EventField field = Layout.Fields[index];
        ReadOnlySpan<byte> at = Bytes.AsSpan(field.Offset);
        return field.Type.Size switch
        {
            1 => at[0],
            2 => BinaryPrimitives.ReadInt16LittleEndian(at),
            4 => BinaryPrimitives.ReadInt32LittleEndian(at),
            _ => BinaryPrimitives.ReadInt64LittleEndian(at),
        };
    }

    public ReadOnlySpan<byte> Fixed(int index) => Bytes.AsSpan(Layout.Fields[index].Offset, Layout.Fields[index].Type.Size);

    public string Text(int index) => Encoding.UTF8.GetString(Packed(index));

    public ReadOnlySpan<byte> Packed(int index)
    {
        int at = Layout.FixedSize;
        for (int i = 0; i < Layout.Fields.Length; i++)
        {
            if (!Layout.Fields[i].IsPacked)
                continue;
            int length = BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(Layout.Fields[i].Offset));
            if (i == index)
                return Bytes.AsSpan(at, length);
            at += length;
        }

        throw new InvalidOperationException("not a packed value");
    }
}
