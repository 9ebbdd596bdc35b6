using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler.CodeGen;
using BpfTrace.Language.Binding;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler;

/// <summary>Turns bound programs into BPF. Knows nothing of the running kernel, opens nothing, needs no privilege.</summary>
public static class ProgramCompiler
{
    // The kernel refuses larger map values (KMALLOC_MAX_SIZE is 4 MB); per program and CPU this is already much.
    private const int MaximumFrameSize = 1 << 20;

    /// <summary>Compiles a program.</summary>
    /// <param name="program">The script, bound without errors.</param>
    /// <param name="options">What to report and what to keep; null for the defaults.</param>
    /// <exception cref="LlvmNotFoundException">No usable libLLVM; the message says what to install.</exception>
    /// <exception cref="LlvmFatalErrorException">LLVM met an error it cannot recover from.</exception>
    public static CompilationResult Compile(BoundProgram program, CompileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        return LlvmHost.Run(() => CompileCore(program, options ?? new CompileOptions()));
    }

    /// <summary>Starts loading LLVM ahead of the first compilation, and returns at once. A failure is the compilation's to report.</summary>
    public static void Preload() => LlvmHost.Preload();

    private static CompilationResult CompileCore(BoundProgram program, CompileOptions options)
    {
        var state = new CompilationState(program, options);
        using var module = new ModuleEmitter(program.Source);
        try
        {
            module.Link(program, state.Diagnostics);
            if (state.Diagnostics.HasErrors)
                return new CompilationResult { Diagnostics = state.Diagnostics.ToImmutableArray() };
            foreach (BoundProbe probe in program.Probes)
                ProgramEmitter.Emit(state, module, probe);
        }
        catch (UnsupportedException e)
        {
            LlvmDiagnostics.ReportUnsupported(state, e);
            return new CompilationResult { Diagnostics = state.Diagnostics.ToImmutableArray() };
        }

        module.Finish();
        options.StageDone?.Invoke("codegen");
        string? ir = options.KeepIr ? module.PrintIr() : null;
        module.Optimise();
        module.CheckCFunctions(program, state.Diagnostics);
        if (state.Diagnostics.HasErrors)
            return new CompilationResult { Diagnostics = state.Diagnostics.ToImmutableArray() };
        options.StageDone?.Invoke("optimize");
        string? optimised = options.KeepIr ? module.PrintIr() : null;
        if (state.LargeFrameSize > MaximumFrameSize)
            LlvmDiagnostics.ReportFrame(state, MaximumFrameSize);
        byte[] image = module.Emit(LLVMCodeGenFileType.LLVMObjectFile);
        LlvmDiagnostics.Report(state, module.Messages);
        options.StageDone?.Invoke("object");

        bool failed = state.Diagnostics.HasErrors;
        CollectionSpec? collection = failed ? null : ReadObject(state, image);
        options.StageDone?.Invoke("link");
        return new CompilationResult
        {
            Collection = collection,
            Events = state.AllLayouts(),
            Maps = [.. program.Maps.Select(state.LayoutOf)],
            UsesSession = state.UsesSession,
            Diagnostics = state.Diagnostics.ToImmutableArray(),
            Ir = ir,
            OptimisedIr = optimised,
            Assembly = options.KeepAssembly && !failed ? Assembly(program, options) : null,
            Object = options.KeepObject ? image : default,
        };
    }

    private static CollectionSpec ReadObject(CompilationState state, byte[] image)
    {
        CollectionSpec spec = BpfObjectReader.Read(image, MapSpecs.Create(state), state.Program.Source.GetLine);
        var byName = spec.Programs.ToDictionary(program => program.Name);
        var programs = ImmutableArray.CreateBuilder<ProgramSpec>(state.Program.Probes.Length);
        foreach (BoundProbe probe in state.Program.Probes)
            programs.Add(ProgramSections.Apply(byName[probe.Name], probe, state));
        return spec with { Programs = programs.MoveToImmutable(), License = state.Program.Config.License };
    }

    /// <summary>LLVM emits a module once: the text comes from a second one, the same to the last instruction.</summary>
    private static string Assembly(BoundProgram program, CompileOptions options)
    {
        var state = new CompilationState(program, options);
        using var module = new ModuleEmitter(program.Source);
        module.Link(program, state.Diagnostics);
        foreach (BoundProbe probe in program.Probes)
            ProgramEmitter.Emit(state, module, probe);
        module.Finish();
        module.Optimise();
        return System.Text.Encoding.UTF8.GetString(module.Emit(LLVMCodeGenFileType.LLVMAssemblyFile));
    }
}
