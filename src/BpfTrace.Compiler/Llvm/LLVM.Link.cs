using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <content>Entry points: bitcode, linking, and what is needed to look through a module (llvm-c/BitReader.h, Linker.h, Core.h).</content>
internal static unsafe partial class LLVM
{
    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateMemoryBufferWithMemoryRangeCopy")]
    public static partial LLVMOpaqueMemoryBuffer* CreateMemoryBufferWithMemoryRangeCopy(sbyte* InputData, nuint InputDataLength, sbyte* BufferName);

    [LibraryImport(LibraryName, EntryPoint = "LLVMParseBitcodeInContext2")]
    public static partial int ParseBitcodeInContext2(LLVMOpaqueContext* ContextRef, LLVMOpaqueMemoryBuffer* MemBuf, LLVMOpaqueModule** OutModule);

    [LibraryImport(LibraryName, EntryPoint = "LLVMLinkModules2")]
    public static partial int LinkModules2(LLVMOpaqueModule* Dest, LLVMOpaqueModule* Src);

    [LibraryImport(LibraryName, EntryPoint = "LLVMStripModuleDebugInfo")]
    public static partial int StripModuleDebugInfo(LLVMOpaqueModule* Module);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetFirstGlobal")]
    public static partial LLVMOpaqueValue* GetFirstGlobal(LLVMOpaqueModule* M);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetNextGlobal")]
    public static partial LLVMOpaqueValue* GetNextGlobal(LLVMOpaqueValue* GlobalVar);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDeleteGlobal")]
    public static partial void DeleteGlobal(LLVMOpaqueValue* GlobalVar);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetFirstFunction")]
    public static partial LLVMOpaqueValue* GetFirstFunction(LLVMOpaqueModule* M);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetNextFunction")]
    public static partial LLVMOpaqueValue* GetNextFunction(LLVMOpaqueValue* Fn);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetNamedFunction")]
    public static partial LLVMOpaqueValue* GetNamedFunction(LLVMOpaqueModule* M, sbyte* Name);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetFirstUse")]
    public static partial void* GetFirstUse(LLVMOpaqueValue* Val);

    [LibraryImport(LibraryName, EntryPoint = "LLVMIsDeclaration")]
    public static partial int IsDeclaration(LLVMOpaqueValue* Global);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetSection")]
    public static partial sbyte* GetSection(LLVMOpaqueValue* Global);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetValueName2")]
    public static partial sbyte* GetValueName2(LLVMOpaqueValue* Val, nuint* Length);

    [LibraryImport(LibraryName, EntryPoint = "LLVMSetValueName2")]
    public static partial void SetValueName2(LLVMOpaqueValue* Val, sbyte* Name, nuint NameLen);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGlobalGetValueType")]
    public static partial LLVMOpaqueType* GlobalGetValueType(LLVMOpaqueValue* Global);

    [LibraryImport(LibraryName, EntryPoint = "LLVMGetEnumAttributeKindForName")]
    public static partial uint GetEnumAttributeKindForName(sbyte* Name, nuint SLen);

    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateEnumAttribute")]
    public static partial LLVMOpaqueAttributeRef* CreateEnumAttribute(LLVMOpaqueContext* C, uint KindID, ulong Val);

    [LibraryImport(LibraryName, EntryPoint = "LLVMAddAttributeAtIndex")]
    public static partial void AddAttributeAtIndex(LLVMOpaqueValue* F, LLVMAttributeIndex Idx, LLVMOpaqueAttributeRef* A);

    [LibraryImport(LibraryName, EntryPoint = "LLVMRemoveEnumAttributeAtIndex")]
    public static partial void RemoveEnumAttributeAtIndex(LLVMOpaqueValue* F, LLVMAttributeIndex Idx, uint KindID);
}
