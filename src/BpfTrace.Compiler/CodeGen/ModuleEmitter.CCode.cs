using System.Runtime.InteropServices;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Functions compiled from C. They are put into the programs that call them: with the call's place in the script as theirs, so that the
/// verifier's complaints lead to the call, and without a signature of their own, which the verifier would check apart from the call.
/// </content>
internal sealed unsafe partial class ModuleEmitter
{
    private const string CPasses = "always-inline,globaldce," + Passes;
    private const string CPrefix = "c_fn_";

    private List<string>? _cFunctions;

    /// <summary>Links compiled C in; what cannot be linked is reported.</summary>
    public void Link(BpfTrace.Language.Binding.BoundProgram program, DiagnosticBag diagnostics)
    {
        if (program.CCode.IsEmpty)
            return;
        _cFunctions = [];
        foreach (CCode code in program.CCode)
        {
            LLVMModuleRef part = Parse(code);
            string? refusal = part.Handle == 0 ? "LLVM cannot read what this clang has compiled: " + TakeMessages() : Prepare(part);
            if (refusal is null && LLVM.LinkModules2(_module, part) != 0)
                refusal = "LLVM cannot link it: " + TakeMessages();
            if (refusal is not null)
            {
                Refuse(diagnostics, code, refusal);
                return;
            }
        }

        uint inline = KindOf("alwaysinline"), never = KindOf("noinline"), plain = KindOf("optnone");
        LLVMOpaqueAttributeRef* always = LLVM.CreateEnumAttribute(_context, inline, 0);
        for (LLVMOpaqueValue* function = LLVM.GetFirstFunction(_module); function != null; function = LLVM.GetNextFunction(function))
        {
            string name = NameOf(function);
            if (LLVM.IsDeclaration(function) != 0)
            {
                if (!name.StartsWith("llvm.", StringComparison.Ordinal) && LLVM.GetFirstUse(function) != null)
                    Refuse(diagnostics, program.CCode[0], $"function '{name}' is called, and no imported file defines it");
                continue;
            }

            LLVM.RemoveEnumAttributeAtIndex(function, LLVMAttributeIndex.LLVMAttributeFunctionIndex, never);
            LLVM.RemoveEnumAttributeAtIndex(function, LLVMAttributeIndex.LLVMAttributeFunctionIndex, plain);
            LLVM.AddAttributeAtIndex(function, LLVMAttributeIndex.LLVMAttributeFunctionIndex, always);
            LLVM.SetLinkage(function, LLVMLinkage.LLVMInternalLinkage);
            using (var section = new MarshaledString(".text"))
                LLVM.SetSection(function, section);
            using var renamed = new MarshaledString(CPrefix + name);
            LLVM.SetValueName2(function, renamed, (nuint)renamed.Length);
            _cFunctions.Add(name);
        }
    }

    /// <summary>A linked function, with its type.</summary>
    public LLVMValueRef CFunction(string name, out LLVMTypeRef type)
    {
        LLVMOpaqueValue* function = FindCFunction(name);
        if (function == null)
            throw new InvalidOperationException($"The C function '{name}' is not in the module.");
        type = LLVM.GlobalGetValueType(function);
        return function;
    }

    /// <summary>Reports what could not be put into its callers. After <see cref="Optimise"/>.</summary>
    public void CheckCFunctions(BpfTrace.Language.Binding.BoundProgram program, DiagnosticBag diagnostics)
    {
        foreach (string name in _cFunctions ?? [])
        {
            if (FindCFunction(name) != null)
                Refuse(diagnostics, program.CCode[0], $"function '{name}' calls itself or is given away by address (a callback)");
        }
    }

    private LLVMOpaqueValue* FindCFunction(string name)
    {
        using var marshaled = new MarshaledString(CPrefix + name);
        return LLVM.GetNamedFunction(_module, marshaled);
    }

    private LLVMModuleRef Parse(CCode code)
    {
        using var name = new MarshaledString(code.Path);
        LLVMOpaqueMemoryBuffer* buffer;
        fixed (byte* data = code.Bitcode.Span)
            buffer = LLVM.CreateMemoryBufferWithMemoryRangeCopy((sbyte*)data, (nuint)code.Bitcode.Length, name);
        LLVMOpaqueModule* module = null;
        int failed = LLVM.ParseBitcodeInContext2(_context, buffer, &module);
        LLVM.DisposeMemoryBuffer(buffer);
        return failed != 0 ? default : (LLVMModuleRef)module;
    }

    /// <summary>Removes what is for the C program's own loader; the answer is why the rest cannot be linked, or null.</summary>
    private string? Prepare(LLVMModuleRef part)
    {
        // Without debug information an inlined instruction has the place of the call.
        _ = LLVM.StripModuleDebugInfo(part);
        using (var target = new MarshaledString(Triple))
            LLVM.SetTarget(part, target);
        LLVM.SetModuleDataLayout(part, _layout);
        LLVMOpaqueValue* next;
        for (LLVMOpaqueValue* variable = LLVM.GetFirstGlobal(part); variable != null; variable = next)
        {
            next = LLVM.GetNextGlobal(variable);
            string name = NameOf(variable);
            string section = Marshal.PtrToStringUTF8((IntPtr)LLVM.GetSection(variable)) ?? "";
            if (name is "llvm.used" or "llvm.compiler.used")
                LLVM.DeleteGlobal(variable);
            else if (section is "license" or "version")
                LLVM.SetLinkage(variable, LLVMLinkage.LLVMInternalLinkage);
            else if (section.StartsWith(".maps", StringComparison.Ordinal))
                return $"it has a map of its own ('{name}')";
            else if (name.StartsWith("llvm.", StringComparison.Ordinal))
                return "it has CO-RE relocations (preserve_access_index)";
            else if (LLVM.IsDeclaration(variable) != 0 && LLVM.GetFirstUse(variable) != null)
                return $"variable '{name}' is nowhere defined";
        }

        return null;
    }

    private static void Refuse(DiagnosticBag diagnostics, CCode code, string reason) =>
        diagnostics.Add(new Diagnostic(
            DiagnosticIds.ImportCode, DiagnosticSeverity.Error, $"functions in C cannot be linked in ({reason}): \"{code.Path}\"", code.Import));

    /// <summary>What LLVM has said, which is then nobody else's to report.</summary>
    private string TakeMessages()
    {
        string text = string.Join("; ", _messages.Select(static m => m.Text));
        _messages.Clear();
        return text.Length > 0 ? text : "no reason given";
    }

    private static uint KindOf(string attribute)
    {
        using var name = new MarshaledString(attribute);
        return LLVM.GetEnumAttributeKindForName(name, (nuint)name.Length);
    }

    private static string NameOf(LLVMOpaqueValue* value)
    {
        nuint length;
        sbyte* name = LLVM.GetValueName2(value, &length);
        return Marshal.PtrToStringUTF8((IntPtr)name, (int)length);
    }
}
