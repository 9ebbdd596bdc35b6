namespace LLVMSharp.Interop;

/// <summary>An instruction builder: a position in a block.</summary>
internal unsafe partial struct LLVMBuilderRef(IntPtr handle) : IEquatable<LLVMBuilderRef>, IDisposable
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMBuilderRef(LLVMOpaqueBuilder* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueBuilder*(LLVMBuilderRef value) => (LLVMOpaqueBuilder*)value.Handle;

    public static bool operator ==(LLVMBuilderRef left, LLVMBuilderRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMBuilderRef left, LLVMBuilderRef right) => !(left == right);

    public readonly LLVMBasicBlockRef InsertBlock => LLVM.GetInsertBlock(this);

    public static LLVMBuilderRef Create(LLVMContextRef C) => LLVM.CreateBuilderInContext(C);

    public readonly void PositionAtEnd(LLVMBasicBlockRef Block) => LLVM.PositionBuilderAtEnd(this, Block);

    public readonly LLVMValueRef BuildRet(LLVMValueRef V) => LLVM.BuildRet(this, V);

    public readonly LLVMValueRef BuildBr(LLVMBasicBlockRef Dest) => LLVM.BuildBr(this, Dest);

    public readonly LLVMValueRef BuildCondBr(LLVMValueRef If, LLVMBasicBlockRef Then, LLVMBasicBlockRef Else) => LLVM.BuildCondBr(this, If, Then, Else);

    public readonly LLVMValueRef BuildPhi(LLVMTypeRef Ty, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildPhi(this, Ty, marshaledName);
    }

    public readonly LLVMValueRef BuildSelect(LLVMValueRef If, LLVMValueRef Then, LLVMValueRef Else, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildSelect(this, If, Then, Else, marshaledName);
    }

    public readonly LLVMValueRef BuildCall2(LLVMTypeRef Ty, LLVMValueRef Fn, ReadOnlySpan<LLVMValueRef> Args, ReadOnlySpan<char> Name)
    {
        using var marshaledName = new MarshaledString(Name);
        fixed (LLVMValueRef* pArgs = Args)
            return LLVM.BuildCall2(this, Ty, Fn, (LLVMOpaqueValue**)pArgs, (uint)Args.Length, marshaledName);
    }

    public readonly LLVMValueRef BuildAlloca(LLVMTypeRef Ty, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildAlloca(this, Ty, marshaledName);
    }

    public readonly LLVMValueRef BuildLoad2(LLVMTypeRef Ty, LLVMValueRef PointerVal, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildLoad2(this, Ty, PointerVal, marshaledName);
    }

    public readonly LLVMValueRef BuildStore(LLVMValueRef Val, LLVMValueRef Ptr) => LLVM.BuildStore(this, Val, Ptr);

    public readonly LLVMValueRef BuildGEP2(LLVMTypeRef Ty, LLVMValueRef Pointer, ReadOnlySpan<LLVMValueRef> Indices, ReadOnlySpan<char> Name)
    {
        using var marshaledName = new MarshaledString(Name);
        fixed (LLVMValueRef* pIndices = Indices)
            return LLVM.BuildGEP2(this, Ty, Pointer, (LLVMOpaqueValue**)pIndices, (uint)Indices.Length, marshaledName);
    }

    public readonly LLVMValueRef BuildAtomicRMW(LLVMAtomicRMWBinOp op, LLVMValueRef PTR, LLVMValueRef Val, LLVMAtomicOrdering ordering, bool singleThread) =>
        LLVM.BuildAtomicRMW(this, op, PTR, Val, ordering, singleThread ? 1 : 0);

    public void Dispose()
    {
        if (Handle != IntPtr.Zero)
        {
            LLVM.DisposeBuilder(this);
            Handle = IntPtr.Zero;
        }
    }

    public override readonly bool Equals(object? obj) => obj is LLVMBuilderRef other && Equals(other);

    public readonly bool Equals(LLVMBuilderRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
