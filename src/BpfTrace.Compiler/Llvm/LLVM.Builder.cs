using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <content>Entry points: instructions (llvm-c/Core.h).</content>
internal static unsafe partial class LLVM
{
    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateBuilderInContext")]
    public static partial LLVMOpaqueBuilder* CreateBuilderInContext(LLVMOpaqueContext* C);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisposeBuilder")]
    public static partial void DisposeBuilder(LLVMOpaqueBuilder* Builder);

    [LibraryImport(LibraryName, EntryPoint = "LLVMPositionBuilderAtEnd")]
    public static partial void PositionBuilderAtEnd(LLVMOpaqueBuilder* Builder, LLVMOpaqueBasicBlock* Block);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetInsertBlock")]
    public static partial LLVMOpaqueBasicBlock* GetInsertBlock(LLVMOpaqueBuilder* Builder);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetCurrentDebugLocation2")]
    public static partial void SetCurrentDebugLocation2(LLVMOpaqueBuilder* Builder, LLVMOpaqueMetadata* Loc);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetCurrentDebugLocation2")]
    public static partial LLVMOpaqueMetadata* GetCurrentDebugLocation2(LLVMOpaqueBuilder* Builder);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildRet")]
    public static partial LLVMOpaqueValue* BuildRet(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* V);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildBr")]
    public static partial LLVMOpaqueValue* BuildBr(LLVMOpaqueBuilder* param0, LLVMOpaqueBasicBlock* Dest);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildCondBr")]
    public static partial LLVMOpaqueValue* BuildCondBr(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* If, LLVMOpaqueBasicBlock* Then, LLVMOpaqueBasicBlock* Else);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildPhi")]
    public static partial LLVMOpaqueValue* BuildPhi(LLVMOpaqueBuilder* param0, LLVMOpaqueType* Ty, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMAddIncoming")]
    public static partial void AddIncoming(LLVMOpaqueValue* PhiNode, LLVMOpaqueValue** IncomingValues, LLVMOpaqueBasicBlock** IncomingBlocks, uint Count);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildSelect")]
    public static partial LLVMOpaqueValue* BuildSelect(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* If, LLVMOpaqueValue* Then, LLVMOpaqueValue* Else, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildCall2")]
    public static partial LLVMOpaqueValue* BuildCall2(
        LLVMOpaqueBuilder* param0, LLVMOpaqueType* param1, LLVMOpaqueValue* Fn, LLVMOpaqueValue** Args, uint NumArgs, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildAdd")]
    public static partial LLVMOpaqueValue* BuildAdd(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildSub")]
    public static partial LLVMOpaqueValue* BuildSub(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildMul")]
    public static partial LLVMOpaqueValue* BuildMul(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildUDiv")]
    public static partial LLVMOpaqueValue* BuildUDiv(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildURem")]
    public static partial LLVMOpaqueValue* BuildURem(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildShl")]
    public static partial LLVMOpaqueValue* BuildShl(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildLShr")]
    public static partial LLVMOpaqueValue* BuildLShr(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildAShr")]
    public static partial LLVMOpaqueValue* BuildAShr(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildAnd")]
    public static partial LLVMOpaqueValue* BuildAnd(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildOr")]
    public static partial LLVMOpaqueValue* BuildOr(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildXor")]
    public static partial LLVMOpaqueValue* BuildXor(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildNeg")]
    public static partial LLVMOpaqueValue* BuildNeg(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* V, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildNot")]
    public static partial LLVMOpaqueValue* BuildNot(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* V, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildICmp")]
    public static partial LLVMOpaqueValue* BuildICmp(LLVMOpaqueBuilder* param0, LLVMIntPredicate Op, LLVMOpaqueValue* LHS, LLVMOpaqueValue* RHS, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildTrunc")]
    public static partial LLVMOpaqueValue* BuildTrunc(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* Val, LLVMOpaqueType* DestTy, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildZExt")]
    public static partial LLVMOpaqueValue* BuildZExt(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* Val, LLVMOpaqueType* DestTy, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildSExt")]
    public static partial LLVMOpaqueValue* BuildSExt(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* Val, LLVMOpaqueType* DestTy, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildIntToPtr")]
    public static partial LLVMOpaqueValue* BuildIntToPtr(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* Val, LLVMOpaqueType* DestTy, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildPtrToInt")]
    public static partial LLVMOpaqueValue* BuildPtrToInt(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* Val, LLVMOpaqueType* DestTy, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildAlloca")]
    public static partial LLVMOpaqueValue* BuildAlloca(LLVMOpaqueBuilder* param0, LLVMOpaqueType* Ty, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildLoad2")]
    public static partial LLVMOpaqueValue* BuildLoad2(LLVMOpaqueBuilder* param0, LLVMOpaqueType* Ty, LLVMOpaqueValue* PointerVal, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildStore")]
    public static partial LLVMOpaqueValue* BuildStore(LLVMOpaqueBuilder* param0, LLVMOpaqueValue* Val, LLVMOpaqueValue* Ptr);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildGEP2")]
    public static partial LLVMOpaqueValue* BuildGEP2(
        LLVMOpaqueBuilder* B, LLVMOpaqueType* Ty, LLVMOpaqueValue* Pointer, LLVMOpaqueValue** Indices, uint NumIndices, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildMemCpy")]
    public static partial LLVMOpaqueValue* BuildMemCpy(
        LLVMOpaqueBuilder* B, LLVMOpaqueValue* Dst, uint DstAlign, LLVMOpaqueValue* Src, uint SrcAlign, LLVMOpaqueValue* Size);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildMemSet")]
    public static partial LLVMOpaqueValue* BuildMemSet(LLVMOpaqueBuilder* B, LLVMOpaqueValue* Ptr, LLVMOpaqueValue* Val, LLVMOpaqueValue* Len, uint Align);

    [LibraryImport(LibraryName, EntryPoint = "LLVMBuildAtomicRMW")]
    public static partial LLVMOpaqueValue* BuildAtomicRMW(
        LLVMOpaqueBuilder* B, LLVMAtomicRMWBinOp op, LLVMOpaqueValue* PTR, LLVMOpaqueValue* Val, LLVMAtomicOrdering ordering, int singleThread);
}
