using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

/// <content>Entry points: instructions of the machine, for their lengths.</content>
internal static unsafe partial class LLVM
{
    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeX86TargetInfo")]
    public static partial void InitializeX86TargetInfo();

    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeX86TargetMC")]
    public static partial void InitializeX86TargetMC();

    [LibraryImport(LibraryName, EntryPoint = "LLVMInitializeX86Disassembler")]
    public static partial void InitializeX86Disassembler();

    [LibraryImport(LibraryName, EntryPoint = "LLVMCreateDisasm")]
    public static partial void* CreateDisasm(
        sbyte* TripleName,
        void* DisInfo,
        int TagType,
        delegate* unmanaged[Cdecl]<void*, ulong, ulong, ulong, ulong, int, void*, int> GetOpInfo,
        delegate* unmanaged[Cdecl]<void*, ulong, ulong*, ulong, sbyte**, sbyte*> SymbolLookUp);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisasmInstruction")]
    public static partial nuint DisasmInstruction(void* DC, byte* Bytes, ulong BytesSize, ulong PC, sbyte* OutString, nuint OutStringSize);

    [LibraryImport(LibraryName, EntryPoint = "LLVMDisasmDispose")]
    public static partial void DisasmDispose(void* DC);
}
