namespace LLVMSharp.Interop;

/// <summary>Builds debug information.</summary>
internal unsafe partial struct LLVMDIBuilderRef(IntPtr handle) : IEquatable<LLVMDIBuilderRef>
{
    public IntPtr Handle = handle;

    public static implicit operator LLVMDIBuilderRef(LLVMOpaqueDIBuilder* value) => new((IntPtr)value);

    public static implicit operator LLVMOpaqueDIBuilder*(LLVMDIBuilderRef value) => (LLVMOpaqueDIBuilder*)value.Handle;

    public static bool operator ==(LLVMDIBuilderRef left, LLVMDIBuilderRef right) => left.Handle == right.Handle;

    public static bool operator !=(LLVMDIBuilderRef left, LLVMDIBuilderRef right) => !(left == right);

    public readonly LLVMMetadataRef CreateCompileUnit(
        LLVMDWARFSourceLanguage SourceLanguage, LLVMMetadataRef FileMetadata, string Producer, int IsOptimized, string Flags, uint RuntimeVersion,
        string SplitName, LLVMDWARFEmissionKind DwarfEmissionKind, uint DWOld, int SplitDebugInlining, int DebugInfoForProfiling, string SysRoot, string SDK)
    {
        using var marshaledProducer = new MarshaledString(Producer);
        using var marshaledFlags = new MarshaledString(Flags);
        using var marshaledSplitName = new MarshaledString(SplitName);
        using var marshaledSysRoot = new MarshaledString(SysRoot);
        using var marshaledSDK = new MarshaledString(SDK);
        return LLVM.DIBuilderCreateCompileUnit(
            this, SourceLanguage, FileMetadata, marshaledProducer, (nuint)marshaledProducer.Length, IsOptimized, marshaledFlags, (nuint)marshaledFlags.Length,
            RuntimeVersion, marshaledSplitName, (nuint)marshaledSplitName.Length, DwarfEmissionKind, DWOld, SplitDebugInlining, DebugInfoForProfiling,
            marshaledSysRoot, (nuint)marshaledSysRoot.Length, marshaledSDK, (nuint)marshaledSDK.Length);
    }

    public readonly LLVMMetadataRef CreateFile(string FullPath, string Directory)
    {
        using var marshaledFullPath = new MarshaledString(FullPath);
        using var marshaledDirectory = new MarshaledString(Directory);
        return LLVM.DIBuilderCreateFile(this, marshaledFullPath, (nuint)marshaledFullPath.Length, marshaledDirectory, (nuint)marshaledDirectory.Length);
    }

    public readonly LLVMMetadataRef CreateFunction(
        LLVMMetadataRef Scope, string Name, string LinkageName, LLVMMetadataRef File, uint LineNo, LLVMMetadataRef Type, int IsLocalToUnit, int IsDefinition,
        uint ScopeLine, LLVMDIFlags Flags, int IsOptimized)
    {
        using var marshaledName = new MarshaledString(Name);
        using var marshaledLinkageName = new MarshaledString(LinkageName);
        return LLVM.DIBuilderCreateFunction(
            this, Scope, marshaledName, (nuint)marshaledName.Length, marshaledLinkageName, (nuint)marshaledLinkageName.Length, File,
            LineNo, Type, IsLocalToUnit, IsDefinition, ScopeLine, Flags, IsOptimized);
    }

    public readonly void DIBuilderFinalize() => LLVM.DIBuilderFinalize(this);

    public override readonly bool Equals(object? obj) => obj is LLVMDIBuilderRef other && Equals(other);

    public readonly bool Equals(LLVMDIBuilderRef other) => this == other;

    public override readonly int GetHashCode() => Handle.GetHashCode();
}
