namespace LLVMSharp.Interop;

/// <summary>A type.</summary>
internal unsafe partial struct LLVMTypeRef(IntPtr handle) : IEquatable<LLVMTypeRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMTypeRef(LLVMOpaqueType* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueType*(LLVMTypeRef value) => (LLVMOpaqueType*)value.Handle;

    public static bool operator ==(LLVMTypeRef left, LLVMTypeRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMTypeRef left, LLVMTypeRef right) => !(left == right);

    public readonly uint IntWidth => Kind == LLVMTypeKind.LLVMIntegerTypeKind ? LLVM.GetIntTypeWidth(this) : default;

    public readonly LLVMTypeKind Kind => Handle != IntPtr.Zero ? LLVM.GetTypeKind(this) : default;

    public static LLVMTypeRef CreateFunction(LLVMTypeRef ReturnType, ReadOnlySpan<LLVMTypeRef> ParamTypes, bool IsVarArg)
    {
        fixed (LLVMTypeRef* pParamTypes = ParamTypes)
            return LLVM.FunctionType(ReturnType, (LLVMOpaqueType**)pParamTypes, (uint)ParamTypes.Length, IsVarArg ? 1 : 0);
    }

    public static LLVMTypeRef CreateArray(LLVMTypeRef ElementType, uint ElementCount) => LLVM.ArrayType(ElementType, ElementCount);

    public static LLVMTypeRef CreatePointer(LLVMTypeRef ElementType, uint AddressSpace) => LLVM.PointerType(ElementType, AddressSpace);

    public override readonly bool Equals(object? obj) => obj is LLVMTypeRef other && Equals(other);

    public readonly bool Equals(LLVMTypeRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
