namespace LLVMSharp.Interop;

/// <summary>What the diagnostic handler is given.</summary>
internal unsafe partial struct LLVMDiagnosticInfoRef(IntPtr handle) : IEquatable<LLVMDiagnosticInfoRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMDiagnosticInfoRef(LLVMOpaqueDiagnosticInfo* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueDiagnosticInfo*(LLVMDiagnosticInfoRef value) => (LLVMOpaqueDiagnosticInfo*)value.Handle;

    public static bool operator ==(LLVMDiagnosticInfoRef left, LLVMDiagnosticInfoRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMDiagnosticInfoRef left, LLVMDiagnosticInfoRef right) => !(left == right);

    public override readonly bool Equals(object? obj) => obj is LLVMDiagnosticInfoRef other && Equals(other);

    public readonly bool Equals(LLVMDiagnosticInfoRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
