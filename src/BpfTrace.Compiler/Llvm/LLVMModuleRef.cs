namespace LLVMSharp.Interop;

/// <summary>A module: what becomes one object file.</summary>
internal unsafe partial struct LLVMModuleRef(IntPtr handle) : IEquatable<LLVMModuleRef>, IDisposable
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMModuleRef(LLVMOpaqueModule* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueModule*(LLVMModuleRef value) => (LLVMOpaqueModule*)value.Handle;

    public static bool operator ==(LLVMModuleRef left, LLVMModuleRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMModuleRef left, LLVMModuleRef right) => !(left == right);

    public readonly LLVMValueRef AddFunction(string Name, LLVMTypeRef FunctionTy)
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.AddFunction(this, marshaledName, FunctionTy);
    }

    public readonly LLVMValueRef AddGlobal(LLVMTypeRef Ty, string Name)
    {
        using var marshaledName = new MarshaledString(Name);
        return LLVM.AddGlobal(this, Ty, marshaledName);
    }

    public readonly void AddModuleFlag(ReadOnlySpan<char> FlagName, LLVMModuleFlagBehavior Behavior, LLVMMetadataRef ValAsMetadataRef)
    {
        using var marshaledName = new MarshaledString(FlagName);
        LLVM.AddModuleFlag(this, Behavior, marshaledName, (nuint)FlagName.Length, ValAsMetadataRef);
    }

    public readonly LLVMDIBuilderRef CreateDIBuilder() => LLVM.CreateDIBuilder(this);

    public void Dispose()
    {
        if (Handle != IntPtr.Zero)
        {
            LLVM.DisposeModule(this);
            Handle = IntPtr.Zero;
        }
    }

    public readonly string PrintToString()
    {
        sbyte* pStr = LLVM.PrintModuleToString(this);
        if (pStr == null)
            return string.Empty;

        string result = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((IntPtr)pStr) ?? string.Empty;
        LLVM.DisposeMessage(pStr);
        return result;
    }

    public readonly bool TryVerify(LLVMVerifierFailureAction Action, out string OutMessage)
    {
        sbyte* pMessage = null;
        int result = LLVM.VerifyModule(this, Action, &pMessage);
        OutMessage = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((IntPtr)pMessage) ?? string.Empty;
        LLVM.DisposeMessage(pMessage);
        return result == 0;
    }

    public override readonly bool Equals(object? obj) => obj is LLVMModuleRef other && Equals(other);

    public readonly bool Equals(LLVMModuleRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
