namespace LLVMSharp.Interop;

/// <summary>A basic block.</summary>
internal unsafe partial struct LLVMBasicBlockRef(IntPtr handle) : IEquatable<LLVMBasicBlockRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMBasicBlockRef(LLVMOpaqueBasicBlock* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueBasicBlock*(LLVMBasicBlockRef value) => (LLVMOpaqueBasicBlock*)value.Handle;

    public static bool operator ==(LLVMBasicBlockRef left, LLVMBasicBlockRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMBasicBlockRef left, LLVMBasicBlockRef right) => !(left == right);

    public static LLVMBasicBlockRef AppendInContext(LLVMContextRef C, LLVMValueRef Fn, string Name)
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.AppendBasicBlockInContext(C, Fn, marshaledName);
    }

    public override readonly bool Equals(object? obj) => obj is LLVMBasicBlockRef other && Equals(other);

    public readonly bool Equals(LLVMBasicBlockRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
