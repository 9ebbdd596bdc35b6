using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Compiler.Clang;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Binding;
using LLVMSharp.Interop;
using AttachTarget = BpfTrace.Language.Probes.AttachTarget;

namespace BpfTrace.Tests.Compiler;

public class CompilerTests
{
    private static readonly TextSpan s_span = new(0, 5);

    private static BoundProgram Program(TraceConfig? config, params BoundStatement[] statements)
    {
        var probe = new BoundProbe(
            s_span, "begin_0", ProbeType.Begin, [new AttachTarget(ProbeType.Begin, "begin")], new BoundBlock(s_span, [.. statements]));
        return new BoundProgram(new SourceText("BEGIN { }"), [probe], [], [], config ?? new TraceConfig());
    }

    private static BoundAssignVariable Str(string name, int capacity) => new(
        s_span,
        new VariableSymbol(name, s_span) { Type = new StringType(capacity) },
        new BoundCall(s_span, new StringType(capacity), new FunctionSymbol("comm"), []));

    [Fact]
    public void A_program_becomes_a_spec_with_its_maps_licence_and_btf()
    {
        CompilationResult result = ProgramCompiler.Compile(Program(null, Str("$a", 100)));
        Assert.Empty(result.Diagnostics);
        ProgramSpec program = Assert.Single(result.Collection!.Programs);
        Assert.Equal("begin_0", program.Name);
        Assert.Equal("raw_tracepoint/begin_0", program.SectionName);
        Assert.Equal(BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT, program.Type);
        Assert.Equal("GPL", result.Collection.License);
        Assert.Equal(BpfFuncInfo.Size, program.FuncInfo.Length);
        Assert.Contains(
            Enumerable.Range(0, program.LineInfo.Length / BpfLineInfo.Size),
            i => BpfLineInfo.Read(program.LineInfo.Span[(i * BpfLineInfo.Size)..]) is { Line: 1, Column: 1 });
        Assert.Contains(program.MapReferences, reference => reference.MapName == KernelMaps.Scratch);
        Assert.Equal([KernelMaps.RingBuffer, KernelMaps.LossCounter, KernelMaps.Scratch], result.Collection.Maps.Select(map => map.Name));
    }

    [Fact]
    public void Compilation_is_deterministic()
    {
        byte[] Object() => ProgramCompiler.Compile(Program(null, Str("$a", 100), Str("$b", 16)), new CompileOptions { KeepObject = true }).Object.ToArray();
        Assert.Equal(Object(), Object());
    }

    [Fact]
    public void Dumps_are_made_on_demand()
    {
        CompilationResult result = ProgramCompiler.Compile(Program(null, Str("$a", 100)), new CompileOptions { KeepIr = true, KeepAssembly = true });
        Assert.Contains("define i64 @begin_0", result.Ir, StringComparison.Ordinal);
        Assert.Contains("@scratch", result.OptimisedIr, StringComparison.Ordinal);
        Assert.Contains("call 16", result.Assembly, StringComparison.Ordinal);
        Assert.Null(ProgramCompiler.Compile(Program(null)).Ir);
    }

    /// <summary>comm compared through slots that the script's own configuration puts on the stack: 800 bytes of 512.</summary>
    [Fact]
    public void Too_much_stack_is_a_diagnostic_at_the_probe()
    {
        var config = new TraceConfig { OnStackLimit = 1000 };
        BoundExpression Comm() => new BoundConversion(
            s_span,
            new StringType(400),
            new BoundCall(s_span, new StringType(16), new FunctionSymbol("comm"), []));
        var compare = new BoundBinary(s_span, BpfType.Bool, Comm(), BinaryOperator.Equal, Comm());
        CompilationResult result = ProgramCompiler.Compile(Program(config, new BoundIf(s_span, compare, new BoundReturn(s_span, null), null)));
        Diagnostic error = Assert.Single(result.Diagnostics);
        Assert.Equal("StackLimitExceeded", error.Id);
        Assert.Equal(s_span, error.Location!.Value.Span);
        Assert.Null(result.Collection);

        // The next one is none the worse for it.
        Assert.Empty(ProgramCompiler.Compile(Program(null)).Diagnostics);
    }

    /// <summary>An atomic operation on a byte has no BPF instruction: instruction selection ends in LLVM's fatal error handler.</summary>
    [Fact]
    public void A_fatal_error_of_LLVM_is_an_exception_and_the_process_goes_on()
    {
        LlvmFatalErrorException error = FailInLlvm();
        Assert.Contains("select", error.Message, StringComparison.Ordinal);
        Assert.Empty(ProgramCompiler.Compile(Program(null)).Diagnostics);
    }

    /// <summary>libclang has a handler of its own for LLVM's fatal errors, and it ends the process.</summary>
    [Fact]
    public void A_fatal_error_of_LLVM_is_an_exception_after_C_was_read_as_well()
    {
        for (int i = 0; i < 2; i++)
        {
            Assert.Null(new ClangFrontEnd().WhyMissing); // build.sh installs it
            BindResult bound = BindHelper.Bind(
                "#include <stddef.h>\nstruct padded { char c; size_t l; };\nbegin { @ = sizeof(struct padded); }",
                new BindOptions { CFrontEnd = new ClangFrontEnd() },
                new FakeKernelCatalog(BindHelper.KernelTypes));
            Assert.True(bound.Success, DiagnosticRenderer.Render(bound.Diagnostics));
            Assert.Contains("select", FailInLlvm().Message, StringComparison.Ordinal);
        }
    }

    private static LlvmFatalErrorException FailInLlvm() =>
        Assert.Throws<LlvmFatalErrorException>(() => LlvmHost.Run(() =>
        {
            using var module = new BpfTrace.Compiler.CodeGen.ModuleEmitter(new SourceText("", "test"));
            LLVMValueRef function = module.AddProgram("broken", "broken", 1).Value;
            LLVMBuilderRef builder = module.Context.CreateBuilder();
            builder.PositionAtEnd(module.Context.AppendBasicBlock(function, ""));
            builder.BuildAtomicRMW(
                LLVMAtomicRMWBinOp.LLVMAtomicRMWBinOpAdd,
                function.GetParam(0),
                LLVMValueRef.CreateConstInt(module.I8, 1),
                LLVMAtomicOrdering.LLVMAtomicOrderingMonotonic,
                false);
            builder.BuildRet(LLVMValueRef.CreateConstInt(module.I64, 0));
            module.Finish();
            return module.Emit(LLVMCodeGenFileType.LLVMObjectFile);
        }));

    [Fact]
    public void An_unknown_function_is_a_diagnostic_at_its_place()
    {
        var span = new TextSpan(3, 2);
        var call = new BoundCall(span, IntegerType.UInt64, new FunctionSymbol("no_such_function"), []);
        Diagnostic error = Assert.Single(ProgramCompiler.Compile(Program(null, new BoundExpressionStatement(s_span, call))).Diagnostics);
        Assert.Equal("NotSupported", error.Id);
        Assert.Equal(span, error.Location!.Value.Span);
    }

    [Theory]
    [InlineData("fentry:queued_spin_lock_slowpath { @ = 1; } kprobe:vfs_read { @ = 2; }", true)]
    [InlineData("fexit:vmlinux:queued_spin_* { @ = 1; } begin { @ = 2; }", true)]
    [InlineData("kprobe:queued_spin_lock_slowpath { @ = 1; } kretprobe:vfs_read { @ = 2; }", false)]
    [InlineData("fentry:queued_write_lock_slowpath { @ = 1; } begin { @ = 2; }", false)]
    public void Scripts_in_functions_that_maps_use_guard_all_their_programs(string script, bool guarded)
    {
        CompilationResult result = ProgramCompiler.Compile(Language.Binding.BindHelper.Program(script));
        Assert.Empty(result.Diagnostics);
        Assert.Equal(guarded, result.Collection!.Maps.Any(map => map.Name == KernelMaps.RecursionGuard));
        Assert.Equal(2, result.Collection.Programs.Length);
        foreach (ProgramSpec program in result.Collection.Programs)
            Assert.Equal(guarded, program.MapReferences.Any(reference => reference.MapName == KernelMaps.RecursionGuard));
    }

    [Fact]
    public void The_library_is_searched_newest_first()
    {
        ImmutableArray<string> candidates = [.. LibLlvm.Candidates()];
        Assert.Contains("/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1", candidates);
        Assert.Contains("/usr/lib/llvm-15/lib/libLLVM-15.so.1", candidates);
        Assert.True(candidates.IndexOf("/usr/lib/llvm-22/lib/libLLVM-22.so") < candidates.IndexOf("/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1"));
    }
}
