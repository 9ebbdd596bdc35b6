namespace LLVMSharp.Interop;

/// <summary>An error to be consumed by reading its message.</summary>
internal unsafe partial struct LLVMErrorRef(IntPtr handle) : IEquatable<LLVMErrorRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMErrorRef(LLVMOpaqueError* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueError*(LLVMErrorRef value) => (LLVMOpaqueError*)value.Handle;

    public static bool operator ==(LLVMErrorRef left, LLVMErrorRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMErrorRef left, LLVMErrorRef right) => !(left == right);

    public override readonly bool Equals(object? obj) => obj is LLVMErrorRef other && Equals(other);

    public readonly bool Equals(LLVMErrorRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
