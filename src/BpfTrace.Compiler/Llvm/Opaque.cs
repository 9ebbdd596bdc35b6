namespace LLVMSharp.Interop;

// The C API's opaque types. Only ever seen behind a pointer; the …Ref structs convert to and from them.

internal struct LLVMOpaqueAttributeRef;

internal struct LLVMOpaqueBasicBlock;

internal struct LLVMOpaqueBuilder;

internal struct LLVMOpaqueContext;

internal struct LLVMOpaqueDIBuilder;

internal struct LLVMOpaqueDiagnosticInfo;

internal struct LLVMOpaqueError;

internal struct LLVMOpaqueMemoryBuffer;

internal struct LLVMOpaqueMetadata;

internal struct LLVMOpaqueModule;

internal struct LLVMOpaquePassBuilderOptions;

internal struct LLVMOpaqueTargetData;

internal struct LLVMOpaqueTargetMachine;

internal struct LLVMOpaqueType;

internal struct LLVMOpaqueValue;

internal struct LLVMTarget;
