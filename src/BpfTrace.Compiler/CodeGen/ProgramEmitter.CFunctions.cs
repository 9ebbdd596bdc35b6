using BpfTrace.Language.Binding;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Calls of functions compiled from C.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>Calls a function; the value is a number of 64 bits, 0 for none.</summary>
    private LLVMValueRef EmitCFunctionCall(BoundCFunctionCall call)
    {
        LLVMValueRef function = _module.CFunction(call.Function.Name, out LLVMTypeRef type);
        var values = new LLVMValueRef[call.Arguments.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Scalar(call.Arguments[i]);
        for (int i = 0; i < values.Length; i++)
        {
            // An enum or char may be passed wider than it is.
            LLVMTypeRef parameter = function.GetParam((uint)i).TypeOf;
            values[i] = parameter.Kind == LLVMTypeKind.LLVMPointerTypeKind
                ? ToPointer(ToInt64(values[i]))
                : Resize(values[i], parameter, TypeFacts.IsSigned(call.Arguments[i].Type));
        }

        LLVMValueRef result = _builder.BuildCall2(type, function, values, "");
        if (call.Type is Language.Symbols.VoidType)
            return Int(0);
        return result.TypeOf.Kind == LLVMTypeKind.LLVMPointerTypeKind ? ToAddress(result) : ToInt64(result);
    }
}
