namespace LLVMSharp.Interop;

/// <content>Arithmetic and casts.</content>
internal unsafe partial struct LLVMBuilderRef
{
    public readonly LLVMValueRef BuildAdd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildAdd(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildSub(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildSub(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildMul(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildMul(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildUDiv(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildUDiv(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildURem(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildURem(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildShl(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildShl(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildLShr(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildLShr(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildAShr(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildAShr(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildAnd(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildAnd(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildOr(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildOr(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildXor(LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildXor(this, LHS, RHS, marshaledName);
    }

    public readonly LLVMValueRef BuildNeg(LLVMValueRef V, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildNeg(this, V, marshaledName);
    }

    public readonly LLVMValueRef BuildNot(LLVMValueRef V, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildNot(this, V, marshaledName);
    }

    public readonly LLVMValueRef BuildTrunc(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildTrunc(this, Val, DestTy, marshaledName);
    }

    public readonly LLVMValueRef BuildZExt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildZExt(this, Val, DestTy, marshaledName);
    }

    public readonly LLVMValueRef BuildSExt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildSExt(this, Val, DestTy, marshaledName);
    }

    public readonly LLVMValueRef BuildIntToPtr(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildIntToPtr(this, Val, DestTy, marshaledName);
    }

    public readonly LLVMValueRef BuildPtrToInt(LLVMValueRef Val, LLVMTypeRef DestTy, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildPtrToInt(this, Val, DestTy, marshaledName);
    }

    public readonly LLVMValueRef BuildICmp(LLVMIntPredicate Op, LLVMValueRef LHS, LLVMValueRef RHS, string Name = "")
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.BuildICmp(this, Op, LHS, RHS, marshaledName);
    }
}
