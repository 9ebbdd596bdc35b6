using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Symbols;
using BpfTrace.Compiler;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>Reads recorded stacks from the program's stack maps and resolves their frames. Equal stacks are resolved once.</summary>
internal sealed class StackResolver
{
    // A stack of 127 frames takes some 10 kB with its names: this bounds what a trace with endless different stacks keeps.
    private const int Capacity = 4096;

    // A stack with frames that nothing is known of is looked at again after this time.
    private const long RetryMilliseconds = 1000;

    private readonly Func<string, BpfMap?> _findMap;
    private readonly Lazy<KernelSymbols?> _kernelSymbols;
    private readonly UserSymbolizer _userSymbols;
    private readonly SourceFrames? _sources;
    private readonly Dictionary<StackKey, KnownStack> _known = [];
    private readonly Lock _lock = new();

    /// <param name="findMap">The kernel's map of a name; null when there is none.</param>
    /// <param name="kernelSymbols">The kernel's symbols; null when they cannot be read.</param>
    /// <param name="userSymbols">Where user symbols are read.</param>
    /// <param name="sources">Where source lines of user frames are read; null for none.</param>
    public StackResolver(Func<string, BpfMap?> findMap, Lazy<KernelSymbols?> kernelSymbols, UserSymbolizer userSymbols, SourceFrames? sources)
    {
        _findMap = findMap;
        _kernelSymbols = kernelSymbols;
        _userSymbols = userSymbols;
        _sources = sources;
    }

    /// <summary>A stack by its key; without frames when it was not taken or is no longer there.</summary>
    public StackTrace Resolve(StackType type, ulong id, int frameCount, int processId)
    {
        lock (_lock)
        {
            var key = new StackKey(type, id, frameCount, processId);
            long now = Environment.TickCount64;
            if (_known.TryGetValue(key, out KnownStack? known) && now < known.Until)
                return known.Stack;
            if (_known.Count >= Capacity)
                _known.Clear();
            var stack = new StackTrace(Frames(type, Read(type, id, frameCount), processId), type.Mode, type.IsUser);
            _known[key] = new KnownStack(stack, IsFinal(stack) ? long.MaxValue : now + RetryMilliseconds);
            return stack;
        }
    }

    /// <summary>The kernel proper is no module to anyone who reads it.</summary>
    internal static string? ModuleOf(Bpf.Symbols.Symbol symbol) => symbol.Module is null or "" or "vmlinux" ? null : symbol.Module;

    /// <summary>Whether all is known that will be: what a JIT compiler made may be named a moment later.</summary>
    private static bool IsFinal(StackTrace stack)
    {
        if (!stack.IsUser || stack.Mode is StackMode.Raw or StackMode.BuildId)
            return true;
        foreach (StackFrame frame in stack.Frames)
        {
            if (frame.Symbol is null)
                return false;
        }

        return true;
    }

    private sealed record KnownStack(StackTrace Stack, long Until);

    private sealed record StackKey(StackType Type, ulong Id, int Count, int Process);

    private ulong[] Read(StackType type, ulong id, int frameCount)
    {
        if (id == 0 || frameCount <= 0 || _findMap(KernelMaps.Stacks(type.Words)) is not { } map)
            return [];
        var value = new byte[map.ValueBufferSize];
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(key, id);
        if (!map.TryLookup(key, value))
            return [];
        ReadOnlySpan<ulong> addresses = MemoryMarshal.Cast<byte, ulong>(value);
        return addresses[..Math.Min(frameCount * (type.Words / type.Limit), addresses.Length)].ToArray();
    }

    private StackFrame[] Frames(StackType type, ulong[] addresses, int processId)
    {
        if (type.Mode is StackMode.Raw)
            return Array.ConvertAll(addresses, static a => new StackFrame(a));
        if (type.HasBuildIds)
            return BuildIdFrames(MemoryMarshal.AsBytes(addresses.AsSpan()));
        return type.IsUser ? UserFrames(addresses, processId) : Array.ConvertAll(addresses, KernelFrame);
    }

    /// <summary>struct bpf_stack_build_id (include/uapi/linux/bpf.h): s32 status, 20 bytes of id, then the offset in the file or the address.</summary>
    private static StackFrame[] BuildIdFrames(ReadOnlySpan<byte> entries)
    {
        const int EntrySize = 32;
        const int IdSize = 20;
        const int BPF_STACK_BUILD_ID_VALID = 1;
        var frames = new StackFrame[entries.Length / EntrySize];
        for (int i = 0; i < frames.Length; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * EntrySize, EntrySize);
            ulong place = BinaryPrimitives.ReadUInt64LittleEndian(entry[(sizeof(int) + IdSize)..]);
            frames[i] = BinaryPrimitives.ReadInt32LittleEndian(entry) == BPF_STACK_BUILD_ID_VALID
                ? new StackFrame(0, null, place) { BuildId = Convert.ToHexStringLower(entry.Slice(sizeof(int), IdSize)) }
                : new StackFrame(place);
        }

        return frames;
    }

    private StackFrame KernelFrame(ulong address) =>
        _kernelSymbols.Value is { } symbols && symbols.TryResolve(address, out Bpf.Symbols.Symbol found)
            ? new StackFrame(address, found.Name, found.Offset, ModuleOf(found))
            : new StackFrame(address);

    private StackFrame[] UserFrames(ulong[] addresses, int processId)
    {
        var symbols = new Bpf.Symbols.Symbol[addresses.Length];
        _userSymbols.Resolve(processId, addresses, symbols);
        var frames = new List<StackFrame>(addresses.Length);
        for (int i = 0; i < addresses.Length; i++)
        {
            StackFrame frame = symbols[i].IsResolved
                ? new StackFrame(addresses[i], symbols[i].Name, symbols[i].Offset, symbols[i].Module)
                : new StackFrame(addresses[i], null, 0, string.IsNullOrEmpty(symbols[i].Module) ? null : symbols[i].Module);
            if (_sources is null || !symbols[i].IsResolved)
                frames.Add(frame);
            else
                _sources.Add(frames, frame, processId, isReturn: i > 0);
        }

        return [.. frames];
    }
}
