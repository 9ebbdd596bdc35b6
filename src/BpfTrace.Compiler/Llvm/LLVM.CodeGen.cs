using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <content>Entry points: the target, passes, emission, verification, errors.</content>
internal static unsafe partial class LLVM
{
    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeBPFTargetInfo")]
    public static partial void InitializeBPFTargetInfo();

    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeBPFTarget")]
    public static partial void InitializeBPFTarget();

    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeBPFTargetMC")]
    public static partial void InitializeBPFTargetMC();

    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeBPFAsmPrinter")]
    public static partial void InitializeBPFAsmPrinter();

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetTargetFromTriple")]
    public static partial int GetTargetFromTriple(sbyte* Triple, LLVMTarget** T, sbyte** ErrorMessage);

    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateTargetMachine")]
    public static partial LLVMOpaqueTargetMachine* CreateTargetMachine(
        LLVMTarget* T, sbyte* Triple, sbyte* CPU, sbyte* Features, LLVMCodeGenOptLevel Level, LLVMRelocMode Reloc, LLVMCodeModel CodeModel);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeTargetMachine")]
    public static partial void DisposeTargetMachine(LLVMOpaqueTargetMachine* T);

    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateTargetDataLayout")]
    public static partial LLVMOpaqueTargetData* CreateTargetDataLayout(LLVMOpaqueTargetMachine* T);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetModuleDataLayout")]
    public static partial void SetModuleDataLayout(LLVMOpaqueModule* M, LLVMOpaqueTargetData* DL);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeTargetData")]
    public static partial void DisposeTargetData(LLVMOpaqueTargetData* TD);

    [LibraryImport(LibraryName, EntryPoint = "LLVMTargetMachineEmitToMemoryBuffer")]
    public static partial int TargetMachineEmitToMemoryBuffer(
        LLVMOpaqueTargetMachine* T, LLVMOpaqueModule* M, LLVMCodeGenFileType codegen, sbyte** ErrorMessage, LLVMOpaqueMemoryBuffer** OutMemBuf);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetBufferStart")]
    public static partial sbyte* GetBufferStart(LLVMOpaqueMemoryBuffer* MemBuf);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetBufferSize")]
    public static partial nuint GetBufferSize(LLVMOpaqueMemoryBuffer* MemBuf);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeMemoryBuffer")]
    public static partial void DisposeMemoryBuffer(LLVMOpaqueMemoryBuffer* MemBuf);

    [LibraryImport(LibraryName, EntryPoint = "LLVMVerifyModule")]
    public static partial int VerifyModule(LLVMOpaqueModule* M, LLVMVerifierFailureAction Action, sbyte** OutMessage);

    [LibraryImport(LibraryName, EntryPoint = "LLVMRunPasses")]
    public static partial LLVMOpaqueError* RunPasses(LLVMOpaqueModule* M, sbyte* Passes, LLVMOpaqueTargetMachine* TM, LLVMOpaquePassBuilderOptions* Options);

    [LibraryImport(LibraryName, EntryPoint = "LLVMCreatePassBuilderOptions")]
    public static partial LLVMOpaquePassBuilderOptions* CreatePassBuilderOptions();

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposePassBuilderOptions")]
    public static partial void DisposePassBuilderOptions(LLVMOpaquePassBuilderOptions* Options);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetErrorMessage")]
    public static partial sbyte* GetErrorMessage(LLVMOpaqueError* Err);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeErrorMessage")]
    public static partial void DisposeErrorMessage(sbyte* ErrMsg);

    [LibraryImport(LibraryName, EntryPoint = "LLVMInstallFatalErrorHandler")]
    public static partial void InstallFatalErrorHandler(delegate* unmanaged[Cdecl]<sbyte*, void> Handler);

    [LibraryImport(LibraryName, EntryPoint = "LLVMResetFatalErrorHandler")]
    public static partial void ResetFatalErrorHandler();
}
