using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Thin names over the instruction builder.</content>
internal sealed partial class ProgramEmitter
{
    // A jump of BPF reaches 32767 instructions, and a block is at least two of them. Beyond that LLVM would work for minutes to fail.
    private const int MaximumBlocks = 16384;

    private int _blockCount;

    private LLVMValueRef Int(long value) => LLVMValueRef.CreateConstInt(_module.I64, (ulong)value);

    private LLVMValueRef Int32(int value) => LLVMValueRef.CreateConstInt(_module.I32, (uint)value);

    private LLVMValueRef Bool(bool value) => LLVMValueRef.CreateConstInt(_module.I1, value ? 1u : 0);

    private LLVMValueRef Null => LLVMValueRef.CreateConstNull(_module.Pointer);

    private LLVMTypeRef IntegerOf(int bits) => bits switch
    {
        1 => _module.I1,
        8 => _module.I8,
        16 => _module.I16,
        32 => _module.I32,
        _ => _module.I64,
    };

    /// <summary>The type a value of <paramref name="type"/> has in a register.</summary>
    private LLVMTypeRef RegisterType(BpfType type) => IntegerOf(TypeFacts.Bits(type));

    /// <summary>The type a value of <paramref name="type"/> has in memory: a bool is a byte there.</summary>
    private LLVMTypeRef MemoryType(BpfType type) => IntegerOf(Math.Max(TypeFacts.Bits(type), 8));

    private LLVMBasicBlockRef NewBlock()
    {
        if (++_blockCount > MaximumBlocks)
            throw new UnsupportedException(_probe.Span, "This probe is too large for BPF", "Split it into several probes, or use a loop.", LlvmDiagnostics.ProgramTooLarge);
        return _module.Context.AppendBasicBlock(_function.Function.Value, "");
    }

    private void Position(LLVMBasicBlockRef block) => _builder.PositionAtEnd(block);

    private void Branch(LLVMBasicBlockRef target) => _builder.BuildBr(target);

    private void BranchIf(LLVMValueRef condition, LLVMBasicBlockRef then, LLVMBasicBlockRef otherwise) => _builder.BuildCondBr(condition, then, otherwise);

    private LLVMValueRef Add(LLVMValueRef left, LLVMValueRef right) => _builder.BuildAdd(left, right);

    private LLVMValueRef Add(LLVMValueRef left, long right) => _builder.BuildAdd(left, Constant(left.TypeOf, right));

    private LLVMValueRef Sub(LLVMValueRef left, LLVMValueRef right) => _builder.BuildSub(left, right);

    private LLVMValueRef And(LLVMValueRef left, LLVMValueRef right) => _builder.BuildAnd(left, right);

    private LLVMValueRef And(LLVMValueRef left, long right) => _builder.BuildAnd(left, Constant(left.TypeOf, right));

    private LLVMValueRef Or(LLVMValueRef left, LLVMValueRef right) => _builder.BuildOr(left, right);

    private LLVMValueRef Xor(LLVMValueRef left, LLVMValueRef right) => _builder.BuildXor(left, right);

    private LLVMValueRef Mul(LLVMValueRef left, LLVMValueRef right) => _builder.BuildMul(left, right);

    private LLVMValueRef Shl(LLVMValueRef left, int bits) => _builder.BuildShl(left, Constant(left.TypeOf, bits));

    private LLVMValueRef Shr(LLVMValueRef left, int bits) => _builder.BuildLShr(left, Constant(left.TypeOf, bits));

    private static LLVMValueRef Constant(LLVMTypeRef type, long value) => LLVMValueRef.CreateConstInt(type, (ulong)value, SignExtend: true);

    private LLVMValueRef Compare(LLVMIntPredicate predicate, LLVMValueRef left, LLVMValueRef right) => _builder.BuildICmp(predicate, left, right);

    private LLVMValueRef Equal(LLVMValueRef left, LLVMValueRef right) => Compare(LLVMIntPredicate.LLVMIntEQ, left, right);

    private LLVMValueRef NotEqual(LLVMValueRef left, LLVMValueRef right) => Compare(LLVMIntPredicate.LLVMIntNE, left, right);

    private LLVMValueRef IsNull(LLVMValueRef pointer) => Equal(pointer, Null);

    private LLVMValueRef IsNegative(LLVMValueRef value) => Compare(LLVMIntPredicate.LLVMIntSLT, value, Constant(value.TypeOf, 0));

    private LLVMValueRef Select(LLVMValueRef condition, LLVMValueRef then, LLVMValueRef otherwise) => _builder.BuildSelect(condition, then, otherwise);

    /// <summary>Changes an integer's width.</summary>
    private LLVMValueRef Resize(LLVMValueRef value, LLVMTypeRef type, bool isSigned)
    {
        if (value.TypeOf == type)
            return value;
        uint from = value.TypeOf.IntWidth;
        if (from > type.IntWidth)
            return _builder.BuildTrunc(value, type);
        return isSigned && from > 1 ? _builder.BuildSExt(value, type) : _builder.BuildZExt(value, type);
    }

    private LLVMValueRef ToInt64(LLVMValueRef value, bool isSigned = false) => Resize(value, _module.I64, isSigned);

    private LLVMValueRef ToPointer(LLVMValueRef value) => value.TypeOf == _module.Pointer ? value : _builder.BuildIntToPtr(value, _module.Pointer);

    private LLVMValueRef ToAddress(LLVMValueRef pointer) => pointer.TypeOf == _module.Pointer ? _builder.BuildPtrToInt(pointer, _module.I64) : pointer;

    private LLVMValueRef Offset(LLVMValueRef pointer, long bytes) => bytes == 0 ? pointer : Offset(pointer, Int(bytes));

    private unsafe LLVMValueRef Offset(LLVMValueRef pointer, LLVMValueRef bytes)
    {
        LLVMOpaqueValue* index = bytes;
        using var name = new MarshaledString("");
        return LLVM.BuildGEP2(_builder, _module.I8, pointer, &index, 1, name);
    }

    private LLVMValueRef Load(LLVMTypeRef type, LLVMValueRef pointer) => _builder.BuildLoad2(type, pointer);

    private void Store(LLVMValueRef value, LLVMValueRef pointer) => _builder.BuildStore(value, pointer);

    private unsafe void SetMemory(LLVMValueRef pointer, int size, uint alignment) =>
        LLVM.BuildMemSet(_builder, pointer, LLVMValueRef.CreateConstInt(_module.I8, 0), Int(size), alignment);

    private unsafe void CopyMemory(LLVMValueRef destination, LLVMValueRef source, int size, uint alignment) =>
        LLVM.BuildMemCpy(_builder, destination, alignment, source, alignment, Int(size));

    /// <summary>A load the optimiser leaves alone: the verifier forgets what it knew of the value, so that paths merge.</summary>
    private unsafe LLVMValueRef LoadVolatile(LLVMTypeRef type, LLVMValueRef pointer)
    {
        LLVMValueRef load = Load(type, pointer);
        LLVM.SetVolatile(load, 1);
        return load;
    }

    private unsafe void StoreVolatile(LLVMValueRef value, LLVMValueRef pointer)
    {
        LLVMValueRef store = _builder.BuildStore(value, pointer);
        LLVM.SetVolatile(store, 1);
    }

    /// <summary>A stack variable, made in the entry block.</summary>
    private LLVMValueRef EntryAlloca(LLVMTypeRef type) => _entryBuilder.BuildAlloca(type);

    /// <summary>Runs <paramref name="then"/> where the condition holds.</summary>
    private void If(LLVMValueRef condition, Action then, Action? otherwise = null)
    {
        LLVMBasicBlockRef thenBlock = NewBlock();
        LLVMBasicBlockRef end = NewBlock();
        LLVMBasicBlockRef elseBlock = otherwise is null ? end : NewBlock();
        BranchIf(condition, thenBlock, elseBlock);
        Position(thenBlock);
        then();
        Branch(end);
        if (otherwise is not null)
        {
            Position(elseBlock);
            otherwise();
            Branch(end);
        }

        Position(end);
    }

    /// <summary>The value of one of two branches.</summary>
    private unsafe LLVMValueRef Choose(LLVMValueRef condition, LLVMTypeRef type, Func<LLVMValueRef> then, Func<LLVMValueRef> otherwise)
    {
        // A phi and no stack variable: promoting thousands of those would take LLVM quadratic time.
        LLVMValueRef thenValue = default;
        LLVMValueRef elseValue = default;
        LLVMBasicBlockRef thenEnd = default;
        LLVMBasicBlockRef elseEnd = default;
        If(
            condition,
            () =>
            {
                thenValue = then();
                thenEnd = _builder.InsertBlock;
            },
            () =>
            {
                elseValue = otherwise();
                elseEnd = _builder.InsertBlock;
            });
        LLVMOpaqueValue** values = stackalloc LLVMOpaqueValue*[] { thenValue, elseValue };
        LLVMOpaqueBasicBlock** blocks = stackalloc LLVMOpaqueBasicBlock*[] { thenEnd, elseEnd };
        LLVMValueRef phi = _builder.BuildPhi(type);
        LLVM.AddIncoming(phi, values, blocks, 2);
        return phi;
    }

    private uint LineOf(TextSpan span) => (uint)_state.PositionOf(span).Line;

    /// <summary>The macros that what is being emitted comes from.</summary>
    private Expansion? _expansion;

    /// <summary>The instructions that follow are of this node.</summary>
    private EmittedNode Enter(BoundNode node)
    {
        var outer = new EmittedNode(CurrentLocation(), _expansion);
        _expansion = node.Expansion ?? _expansion;
        SetLocation(_expansion?.Place?.Span ?? node.Span);
        return outer;
    }

    /// <summary>The instructions that follow are of the node around it again.</summary>
    private void Leave(EmittedNode outer)
    {
        _expansion = outer.Expansion;
        RestoreLocation(outer.Location);
    }

    private readonly record struct EmittedNode(LLVMMetadataRef Location, Expansion? Expansion);

    /// <summary>The instructions that follow belong to this place in the script.</summary>
    private unsafe LLVMMetadataRef SetLocation(TextSpan span)
    {
        (int line, int column) = _state.PositionOf(span);

        // BTF keeps ten bits of the column.
        LLVMMetadataRef location = _module.Context.CreateDebugLocation((uint)line, (uint)Math.Min(column, 1023), _function.Function.Scope, default);
        LLVM.SetCurrentDebugLocation2(_builder, location);
        return location;
    }

    private unsafe LLVMMetadataRef CurrentLocation() => LLVM.GetCurrentDebugLocation2(_builder);

    private unsafe void RestoreLocation(LLVMMetadataRef location) => LLVM.SetCurrentDebugLocation2(_builder, location);
}
