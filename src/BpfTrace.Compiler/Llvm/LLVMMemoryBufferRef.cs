namespace LLVMSharp.Interop;

/// <summary>A buffer owned by LLVM.</summary>
internal unsafe partial struct LLVMMemoryBufferRef(IntPtr handle) : IEquatable<LLVMMemoryBufferRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMMemoryBufferRef(LLVMOpaqueMemoryBuffer* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueMemoryBuffer*(LLVMMemoryBufferRef value) => (LLVMOpaqueMemoryBuffer*)value.Handle;

    public static bool operator ==(LLVMMemoryBufferRef left, LLVMMemoryBufferRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMMemoryBufferRef left, LLVMMemoryBufferRef right) => !(left == right);

    public override readonly bool Equals(object? obj) => obj is LLVMMemoryBufferRef other && Equals(other);

    public readonly bool Equals(LLVMMemoryBufferRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
