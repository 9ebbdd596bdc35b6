namespace LLVMSharp.Interop;

/// <summary>A data layout.</summary>
internal unsafe partial struct LLVMTargetDataRef(IntPtr handle) : IEquatable<LLVMTargetDataRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMTargetDataRef(LLVMOpaqueTargetData* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueTargetData*(LLVMTargetDataRef value) => (LLVMOpaqueTargetData*)value.Handle;

    public static bool operator ==(LLVMTargetDataRef left, LLVMTargetDataRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMTargetDataRef left, LLVMTargetDataRef right) => !(left == right);

    public override readonly bool Equals(object? obj) => obj is LLVMTargetDataRef other && Equals(other);

    public readonly bool Equals(LLVMTargetDataRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
