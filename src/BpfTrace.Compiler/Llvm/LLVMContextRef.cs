namespace LLVMSharp.Interop;

/// <summary>A context: owns types and modules; one thread at a time.</summary>
internal unsafe partial struct LLVMContextRef(IntPtr handle) : IEquatable<LLVMContextRef>, IDisposable
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMContextRef(LLVMOpaqueContext* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueContext*(LLVMContextRef value) => (LLVMOpaqueContext*)value.Handle;

    public static bool operator ==(LLVMContextRef left, LLVMContextRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMContextRef left, LLVMContextRef right) => !(left == right);

    public readonly LLVMTypeRef Int1Type => LLVM.Int1TypeInContext(this);

    public readonly LLVMTypeRef Int8Type => LLVM.Int8TypeInContext(this);

    public readonly LLVMTypeRef Int16Type => LLVM.Int16TypeInContext(this);

    public readonly LLVMTypeRef Int32Type => LLVM.Int32TypeInContext(this);

    public readonly LLVMTypeRef Int64Type => LLVM.Int64TypeInContext(this);

    public readonly LLVMTypeRef VoidType => LLVM.VoidTypeInContext(this);

    public static LLVMContextRef Create() => LLVM.ContextCreate();

    public readonly LLVMBasicBlockRef AppendBasicBlock(LLVMValueRef Fn, string Name) => LLVMBasicBlockRef.AppendInContext(this, Fn, Name);

    public readonly LLVMBuilderRef CreateBuilder() => LLVM.CreateBuilderInContext(this);

    public readonly LLVMMetadataRef CreateDebugLocation(uint Line, uint Column, LLVMMetadataRef Scope, LLVMMetadataRef InlinedAt) =>
        LLVM.DIBuilderCreateDebugLocation(this, Line, Column, Scope, InlinedAt);

    public readonly LLVMModuleRef CreateModuleWithName(string ModuleID)
    {
        using var marshaledName = new MarshaledString(ModuleID);
        return LLVM.ModuleCreateWithNameInContext(marshaledName, this);
    }

    public readonly void SetDiagnosticHandler(delegate* unmanaged[Cdecl]<LLVMOpaqueDiagnosticInfo*, void*, void> Handler, void* DiagnosticContext) =>
        LLVM.ContextSetDiagnosticHandler(this, Handler, DiagnosticContext);

    public void Dispose()
    {
        if (Handle != IntPtr.Zero)
        {
            LLVM.ContextDispose(this);
            Handle = IntPtr.Zero;
        }
    }

    public override readonly bool Equals(object? obj) => obj is LLVMContextRef other && Equals(other);

    public readonly bool Equals(LLVMContextRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
