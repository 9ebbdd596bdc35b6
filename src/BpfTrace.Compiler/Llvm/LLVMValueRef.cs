namespace LLVMSharp.Interop;

/// <summary>A value: constant, instruction, global, function.</summary>
internal unsafe partial struct LLVMValueRef(IntPtr handle) : IEquatable<LLVMValueRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMValueRef(LLVMOpaqueValue* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueValue*(LLVMValueRef value) => (LLVMOpaqueValue*)value.Handle;

    public static bool operator ==(LLVMValueRef left, LLVMValueRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMValueRef left, LLVMValueRef right) => !(left == right);

    public readonly LLVMTypeRef TypeOf => Handle != IntPtr.Zero ? LLVM.TypeOf(this) : default;

    public readonly LLVMValueRef IsAConstantInt => LLVM.IsAConstantInt(this);

    public readonly ulong ConstIntZExt => IsAConstantInt.Handle != IntPtr.Zero ? LLVM.ConstIntGetZExtValue(this) : default;

    public static LLVMValueRef CreateConstInt(LLVMTypeRef IntTy, ulong N, bool SignExtend = false) => LLVM.ConstInt(IntTy, N, SignExtend ? 1 : 0);

    public static LLVMValueRef CreateConstIntToPtr(LLVMValueRef ConstantVal, LLVMTypeRef ToType) => LLVM.ConstIntToPtr(ConstantVal, ToType);

    public static LLVMValueRef CreateConstNull(LLVMTypeRef Ty) => LLVM.ConstNull(Ty);

    public readonly LLVMValueRef GetParam(uint Index) => LLVM.GetParam(this, Index);

    public override readonly bool Equals(object? obj) => obj is LLVMValueRef other && Equals(other);

    public readonly bool Equals(LLVMValueRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
