using BpfTrace.Bpf;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>Where a value lies: an address, bytes after it, and which memory that is.</summary>
/// <param name="Base">A pointer.</param>
/// <param name="Displacement">A constant number of bytes after it.</param>
/// <param name="Space">How it is read.</param>
/// <param name="IsDynamic">True when <paramref name="Base"/> itself was computed with a value the verifier does not know.</param>
internal readonly record struct Location(LLVMValueRef Base, long Displacement, AddressSpace Space, bool IsDynamic = false)
{
    public Location Plus(long bytes) => this with { Displacement = Displacement + bytes };
}

/// <content>Zeroing, copying and reading memory.</content>
internal sealed partial class ProgramEmitter
{
    // Up to here memory is cleared and copied by instructions, beyond by a helper. LLVM would expand up to 1 KB.
    private const int InlineLimit = 64;

    private LLVMValueRef AddressOf(in Location location) => Offset(location.Base, location.Displacement);

    /// <summary>Clears memory. <paramref name="pointer"/> must be 8-aligned unless the size is small.</summary>
    private void Zero(LLVMValueRef pointer, int size, uint alignment = 8)
    {
        if (size == 0)
            return;
        if (size <= InlineLimit)
            SetMemory(pointer, size, alignment);
        else
            Call(Helper.probe_read_kernel, pointer, Int(size), Null); // A read that fails leaves zeros.
    }

    /// <summary>Copies own memory.</summary>
    private void Copy(LLVMValueRef destination, LLVMValueRef source, int size, int alignment)
    {
        if (size == 0)
            return;
        if (size <= InlineLimit && (alignment >= 4 || size <= 16))
            CopyMemory(destination, source, size, (uint)alignment);
        else
            Call(Helper.probe_read_kernel, destination, Int(size), source);
    }

    /// <summary>Copies a value of memory type from wherever it lies; what cannot be read is zero.</summary>
    private void Read(LLVMValueRef destination, int size, int alignment, in Location source, TextSpan span)
    {
        if (size == 0)
            return;
        if (source.Space == AddressSpace.Program)
        {
            Copy(destination, AddressOf(source), size, alignment);
            return;
        }

        if (source.Space == AddressSpace.Context && IsPerfEvent && !source.IsDynamic && size % 8 == 0 && source.Displacement % 8 == 0)
        {
            for (int at = 0; at < size; at += 8)
                Store(LoadVolatile(_module.I64, AddressOf(source.Plus(at))), Offset(destination, at));
            return;
        }

        Helper helper = ReadHelper(source.Space);
        LLVMValueRef result = Call(helper, destination, Int(size), AddressOf(source));
        CheckRead(result, helper, span);
    }

    /// <summary>
    /// Whether the context is not what lies in memory: the verifier rewrites loads of a perf event's, so that helpers read something else there, and
    /// of its registers only whole ones can be loaded (kernel/trace/bpf_trace.c pe_prog_is_valid_access, pe_prog_convert_ctx_access).
    /// </summary>
    private bool IsPerfEvent => ProgramTypes.Of(_probe.Type) == BpfProgramType.BPF_PROG_TYPE_PERF_EVENT;

    /// <summary>Loads a value of register type from wherever it lies.</summary>
    private LLVMValueRef LoadScalar(in Location location, BpfType type, TextSpan span)
    {
        LLVMTypeRef memory = MemoryType(type);
        LLVMValueRef value = LoadInteger(location, memory, type.Size, span);
        return type is BoolType ? NotEqual(value, Constant(memory, 0)) : value;
    }

    private LLVMValueRef LoadInteger(in Location location, LLVMTypeRef memory, int size, TextSpan span)
    {
        if (location.Space == AddressSpace.Program)
            return Load(memory, AddressOf(location));
        if (location.Space == AddressSpace.Context && !location.IsDynamic)
        {
            if (TypeFacts.HasArgumentArray(_probe.Type) && location.Displacement % 8 == 0)
                return Resize(Forget(Load(_module.I64, AddressOf(location))), memory, isSigned: false);

            int within = (int)(location.Displacement % 8);
            if (IsPerfEvent && size < 8 && within + size <= 8)
            {
                LLVMValueRef whole = LoadVolatile(_module.I64, AddressOf(location.Plus(-within)));
                return Resize(within == 0 ? whole : Shr(whole, 8 * within), memory, isSigned: false);
            }

            // The verifier takes context loads at multiples of their size only.
            if (location.Displacement % size == 0)
                return Load(memory, AddressOf(location));
        }

        SlotMark mark = Mark();
        LLVMValueRef slot = TakeStackSlot(8);
        Helper helper = ReadHelper(location.Space);
        LLVMValueRef result = Call(helper, slot, Int(size), AddressOf(location));
        CheckRead(result, helper, span);
        LLVMValueRef value = Load(memory, slot);
        ReleaseTo(mark);
        return value;
    }

    /// <summary>
    /// An iterator's context holds pointers that may be null, and the verifier takes no arithmetic on them. Out of the frame's memory it
    /// comes as a plain number.
    /// </summary>
    private LLVMValueRef Forget(LLVMValueRef value) => _probe.Type == Language.Probes.ProbeType.Iter ? PlainNumber(value) : value;

    /// <summary>A value the verifier no longer knows to be a pointer, one that may be null: what it points to is read by helpers.</summary>
    private LLVMValueRef PlainNumber(LLVMValueRef value)
    {
        SlotMark mark = Mark();
        LLVMValueRef place = FrameSlot(8);
        StoreVolatile(value, place);
        LLVMValueRef plain = LoadVolatile(_module.I64, place);
        ReleaseTo(mark);
        return plain;
    }

    /// <summary>
    /// Loads a bit-field: the bytes it touches, shifted and masked. As in bpftrace its sign is not extended, whatever its type says
    /// (src/ast/passes/codegen_llvm.cpp).
    /// </summary>
    private LLVMValueRef LoadBitField(in Location structure, StructField field, TextSpan span)
    {
        int firstByte = field.BitOffset / 8;
        int shift = field.BitOffset % 8;
        int size = (shift + field.BitSize + 7) / 8;
        int loaded = size switch { 1 => 1, 2 => 2, <= 4 => 4, _ => 8 };
        LLVMTypeRef type = IntegerOf(loaded * 8);

        // Context memory is loaded at multiples of the size: start at the storage unit.
        if (structure.Space == AddressSpace.Context)
        {
            int unit = (int)((structure.Displacement + firstByte) % loaded);
            if (shift + (unit * 8) + field.BitSize <= loaded * 8)
            {
                firstByte -= unit;
                shift += unit * 8;
            }
        }

        LLVMValueRef raw = ToInt64(LoadInteger(structure.Plus(firstByte), type, loaded, span));
        LLVMValueRef high = Shl(raw, 64 - shift - field.BitSize);
        LLVMValueRef amount = Int(64 - field.BitSize);
        LLVMValueRef value = _builder.BuildLShr(high, amount);
        return field.Type is BoolType ? NotEqual(value, Int(0)) : Resize(value, RegisterType(field.Type), isSigned: false);
    }

    /// <summary>Writes a register value into own memory.</summary>
    private void StoreScalar(LLVMValueRef value, BpfType type, LLVMValueRef destination) =>
        Store(type is BoolType ? _builder.BuildZExt(value, _module.I8) : value, destination);
}
