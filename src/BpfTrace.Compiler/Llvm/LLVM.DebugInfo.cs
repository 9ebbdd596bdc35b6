using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <content>Entry points: debug information (llvm-c/DebugInfo.h).</content>
internal static unsafe partial class LLVM
{
    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateDIBuilder")]
    public static partial LLVMOpaqueDIBuilder* CreateDIBuilder(LLVMOpaqueModule* M);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeDIBuilder")]
    public static partial void DisposeDIBuilder(LLVMOpaqueDIBuilder* Builder);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderFinalize")]
    public static partial void DIBuilderFinalize(LLVMOpaqueDIBuilder* Builder);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreateCompileUnit")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreateCompileUnit(
        LLVMOpaqueDIBuilder* Builder, LLVMDWARFSourceLanguage Lang, LLVMOpaqueMetadata* FileRef, sbyte* Producer, nuint ProducerLen, int isOptimized,
        sbyte* Flags, nuint FlagsLen, uint RuntimeVer, sbyte* SplitName, nuint SplitNameLen, LLVMDWARFEmissionKind Kind, uint DWOId, int SplitDebugInlining,
        int DebugInfoForProfiling, sbyte* SysRoot, nuint SysRootLen, sbyte* SDK, nuint SDKLen);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreateFile")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreateFile(LLVMOpaqueDIBuilder* Builder, sbyte* Filename, nuint FilenameLen, sbyte* Directory, nuint DirectoryLen);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreateFunction")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreateFunction(
        LLVMOpaqueDIBuilder* Builder, LLVMOpaqueMetadata* Scope, sbyte* Name, nuint NameLen, sbyte* LinkageName, nuint LinkageNameLen,
        LLVMOpaqueMetadata* File, uint LineNo, LLVMOpaqueMetadata* Ty, int IsLocalToUnit, int IsDefinition, uint ScopeLine, LLVMDIFlags Flags, int IsOptimized);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreateSubroutineType")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreateSubroutineType(
        LLVMOpaqueDIBuilder* Builder, LLVMOpaqueMetadata* File, LLVMOpaqueMetadata** ParameterTypes, uint NumParameterTypes, LLVMDIFlags Flags);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreateBasicType")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreateBasicType(
        LLVMOpaqueDIBuilder* Builder, sbyte* Name, nuint NameLen, ulong SizeInBits, uint Encoding, LLVMDIFlags Flags);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreatePointerType")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreatePointerType(
        LLVMOpaqueDIBuilder* Builder, LLVMOpaqueMetadata* PointeeTy, ulong SizeInBits, uint AlignInBits, uint AddressSpace, sbyte* Name, nuint NameLen);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDIBuilderCreateDebugLocation")]
    public static partial LLVMOpaqueMetadata* DIBuilderCreateDebugLocation(
        LLVMOpaqueContext* Ctx, uint Line, uint Column, LLVMOpaqueMetadata* Scope, LLVMOpaqueMetadata* InlinedAt);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetSubprogram")]
    public static partial void SetSubprogram(LLVMOpaqueValue* Func, LLVMOpaqueMetadata* SP);
}
