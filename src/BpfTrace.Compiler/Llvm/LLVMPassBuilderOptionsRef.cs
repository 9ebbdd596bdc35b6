namespace LLVMSharp.Interop;

/// <summary>Options of the optimisation pipeline.</summary>
internal unsafe partial struct LLVMPassBuilderOptionsRef(IntPtr handle) : IEquatable<LLVMPassBuilderOptionsRef>, IDisposable
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMPassBuilderOptionsRef(LLVMOpaquePassBuilderOptions* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaquePassBuilderOptions*(LLVMPassBuilderOptionsRef value) => (LLVMOpaquePassBuilderOptions*)value.Handle;

    public static bool operator ==(LLVMPassBuilderOptionsRef left, LLVMPassBuilderOptionsRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMPassBuilderOptionsRef left, LLVMPassBuilderOptionsRef right) => !(left == right);

    public static LLVMPassBuilderOptionsRef Create() => LLVM.CreatePassBuilderOptions();

    public void Dispose()
    {
        if (Handle != IntPtr.Zero)
        {
            LLVM.DisposePassBuilderOptions(this);
            Handle = IntPtr.Zero;
        }
    }

    public override readonly bool Equals(object? obj) => obj is LLVMPassBuilderOptionsRef other && Equals(other);

    public readonly bool Equals(LLVMPassBuilderOptionsRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
