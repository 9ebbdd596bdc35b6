using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <content>Entry points: contexts, modules, types, constants, functions and globals (llvm-c/Core.h).</content>
internal static unsafe partial class LLVM
{
    [LibraryImport(LibraryName, EntryPoint = "LLVMContextCreate")]
    public static partial LLVMOpaqueContext* ContextCreate();

    [LibraryImport(LibraryName, EntryPoint = "LLVMContextDispose")]
    public static partial void ContextDispose(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMContextSetDiagnosticHandler")]
    public static partial void ContextSetDiagnosticHandler(LLVMOpaqueContext* C, delegate* unmanaged[Cdecl]<LLVMOpaqueDiagnosticInfo*, void*, void> Handler, void* DiagnosticContext);

    [LibraryImport(LibraryName, EntryPoint = "LLVMContextSetDiscardValueNames")]
    public static partial void ContextSetDiscardValueNames(LLVMOpaqueContext* C, int Discard);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetDiagInfoDescription")]
    public static partial sbyte* GetDiagInfoDescription(LLVMOpaqueDiagnosticInfo* DI);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetDiagInfoSeverity")]
    public static partial LLVMDiagnosticSeverity GetDiagInfoSeverity(LLVMOpaqueDiagnosticInfo* DI);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeMessage")]
    public static partial void DisposeMessage(sbyte* Message);

    [LibraryImport(LibraryName, EntryPoint = "LLVMModuleCreateWithNameInContext")]
    public static partial LLVMOpaqueModule* ModuleCreateWithNameInContext(sbyte* ModuleID, LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeModule")]
    public static partial void DisposeModule(LLVMOpaqueModule* M);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetTarget")]
    public static partial void SetTarget(LLVMOpaqueModule* M, sbyte* Triple);

    [LibraryImport(LibraryName, EntryPoint = "LLVMPrintModuleToString")]
    public static partial sbyte* PrintModuleToString(LLVMOpaqueModule* M);

    [LibraryImport(LibraryName, EntryPoint = "LLVMAddFunction")]
    public static partial LLVMOpaqueValue* AddFunction(LLVMOpaqueModule* M, sbyte* Name, LLVMOpaqueType* FunctionTy);

    [LibraryImport(LibraryName, EntryPoint = "LLVMAddGlobal")]
    public static partial LLVMOpaqueValue* AddGlobal(LLVMOpaqueModule* M, LLVMOpaqueType* Ty, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMAddModuleFlag")]
    public static partial void AddModuleFlag(LLVMOpaqueModule* M, LLVMModuleFlagBehavior Behavior, sbyte* Key, nuint KeyLen, LLVMOpaqueMetadata* Val);

    [LibraryImport(LibraryName, EntryPoint = "LLVMInt1TypeInContext")]
    public static partial LLVMOpaqueType* Int1TypeInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMInt8TypeInContext")]
    public static partial LLVMOpaqueType* Int8TypeInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMInt16TypeInContext")]
    public static partial LLVMOpaqueType* Int16TypeInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMInt32TypeInContext")]
    public static partial LLVMOpaqueType* Int32TypeInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMInt64TypeInContext")]
    public static partial LLVMOpaqueType* Int64TypeInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMVoidTypeInContext")]
    public static partial LLVMOpaqueType* VoidTypeInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMPointerType")]
    public static partial LLVMOpaqueType* PointerType(LLVMOpaqueType* ElementType, uint AddressSpace);

    [LibraryImport(LibraryName, EntryPoint = "LLVMArrayType")]
    public static partial LLVMOpaqueType* ArrayType(LLVMOpaqueType* ElementType, uint ElementCount);

    [LibraryImport(LibraryName, EntryPoint = "LLVMFunctionType")]
    public static partial LLVMOpaqueType* FunctionType(LLVMOpaqueType* ReturnType, LLVMOpaqueType** ParamTypes, uint ParamCount, int IsVarArg);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetIntTypeWidth")]
    public static partial uint GetIntTypeWidth(LLVMOpaqueType* IntegerTy);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetTypeKind")]
    public static partial LLVMTypeKind GetTypeKind(LLVMOpaqueType* Ty);

    [LibraryImport(LibraryName, EntryPoint = "LLVMTypeOf")]
    public static partial LLVMOpaqueType* TypeOf(LLVMOpaqueValue* Val);

    [LibraryImport(LibraryName, EntryPoint = "LLVMConstInt")]
    public static partial LLVMOpaqueValue* ConstInt(LLVMOpaqueType* IntTy, ulong N, int SignExtend);

    [LibraryImport(LibraryName, EntryPoint = "LLVMConstNull")]
    public static partial LLVMOpaqueValue* ConstNull(LLVMOpaqueType* Ty);

    [LibraryImport(LibraryName, EntryPoint = "LLVMConstIntToPtr")]
    public static partial LLVMOpaqueValue* ConstIntToPtr(LLVMOpaqueValue* ConstantVal, LLVMOpaqueType* ToType);

    [LibraryImport(LibraryName, EntryPoint = "LLVMConstStringInContext")]
    public static partial LLVMOpaqueValue* ConstStringInContext(LLVMOpaqueContext* C, sbyte* Str, uint Length, int DontNullTerminate);

    [LibraryImport(LibraryName, EntryPoint = "LLVMIsAConstantInt")]
    public static partial LLVMOpaqueValue* IsAConstantInt(LLVMOpaqueValue* Val);

    [LibraryImport(LibraryName, EntryPoint = "LLVMConstIntGetZExtValue")]
    public static partial ulong ConstIntGetZExtValue(LLVMOpaqueValue* ConstantVal);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetLinkage")]
    public static partial void SetLinkage(LLVMOpaqueValue* Global, LLVMLinkage Linkage);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetSection")]
    public static partial void SetSection(LLVMOpaqueValue* Global, sbyte* Section);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetInitializer")]
    public static partial void SetInitializer(LLVMOpaqueValue* GlobalVar, LLVMOpaqueValue* ConstantVal);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetGlobalConstant")]
    public static partial void SetGlobalConstant(LLVMOpaqueValue* GlobalVar, int IsConstant);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetVolatile")]
    public static partial void SetVolatile(LLVMOpaqueValue* MemoryAccessInst, int IsVolatile);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetParam")]
    public static partial LLVMOpaqueValue* GetParam(LLVMOpaqueValue* Fn, uint Index);

    [LibraryImport(LibraryName, EntryPoint = "LLVMValueAsMetadata")]
    public static partial LLVMOpaqueMetadata* ValueAsMetadata(LLVMOpaqueValue* Val);

    [LibraryImport(LibraryName, EntryPoint = "LLVMAppendBasicBlockInContext")]
    public static partial LLVMOpaqueBasicBlock* AppendBasicBlockInContext(LLVMOpaqueContext* C, LLVMOpaqueValue* Fn, sbyte* Name);
}
