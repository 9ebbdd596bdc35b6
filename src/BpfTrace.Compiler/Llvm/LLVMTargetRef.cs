namespace LLVMSharp.Interop;

/// <summary>A code generator.</summary>
internal unsafe partial struct LLVMTargetRef(IntPtr handle) : IEquatable<LLVMTargetRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMTargetRef(LLVMTarget* value) => new((IntPtr)value);

    public static implicit operator LLVMTarget*(LLVMTargetRef value) => (LLVMTarget*)value.Handle;

    public static bool operator ==(LLVMTargetRef left, LLVMTargetRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMTargetRef left, LLVMTargetRef right) => !(left == right);

    public static bool TryGetTargetFromTriple(ReadOnlySpan<char> triple, out LLVMTargetRef outTarget, out string outError)
    {
        using var marshaledTriple = new MarshaledString(triple);
        LLVMTarget* pTarget = null;
        sbyte* pError = null;
        int result = LLVM.GetTargetFromTriple(marshaledTriple, &pTarget, &pError);
        outTarget = pTarget;
        outError = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((IntPtr)pError) ?? string.Empty;
        if (pError != null)
            LLVM.DisposeMessage(pError);
        return result == 0;
    }

    public readonly LLVMTargetMachineRef CreateTargetMachine(
        string triple, string cpu, string features, LLVMCodeGenOptLevel level, LLVMRelocMode reloc, LLVMCodeModel codeModel)
    {
        using var marshaledTriple = new MarshaledString(triple);
        using var marshaledCPU = new MarshaledString(cpu);
        using var marshaledFeatures = new MarshaledString(features);
        return LLVM.CreateTargetMachine(this, marshaledTriple, marshaledCPU, marshaledFeatures, level, reloc, codeModel);
    }

    public override readonly bool Equals(object? obj) => obj is LLVMTargetRef other && Equals(other);

    public readonly bool Equals(LLVMTargetRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
