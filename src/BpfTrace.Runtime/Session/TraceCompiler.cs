using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Compiler.Clang;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Compiles scripts.</summary>
public static class TraceCompiler
{
    /// <summary>
    /// Compiles a script for the kernel the catalog describes. What is wrong with the script, or missing on the machine (libLLVM, kernel
    /// types, privilege), comes as diagnostics; nothing is loaded or attached. When the options name a command, its process is
    /// started and held: dispose the result if it is not started.
    /// </summary>
    /// <param name="source">The script.</param>
    /// <param name="options">Parameters, filters and permissions; null for none.</param>
    /// <param name="catalog">What exists to trace; null for the live kernel.</param>
    public static CompiledTrace Compile(SourceText source, TraceOptions? options = null, IKernelCatalog? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new TraceOptions();
        KernelFeatures.Avoided = (options.AvoidedFeatures.Contains("kprobe_multi") ? AvoidedFeatures.KprobeMulti : 0)
            | (options.AvoidedFeatures.Contains("kprobe_session") ? AvoidedFeatures.KprobeSession : 0)
            | (options.AvoidedFeatures.Contains("uprobe_multi") ? AvoidedFeatures.UprobeMulti : 0);
        var trace = new CompiledTrace(source, options, catalog ?? LinuxKernelCatalog.Shared);
        try
        {
            CompileStages(trace);
            return trace;
        }
        catch
        {
            trace.Dispose();
            throw;
        }
    }

    /// <summary>The stages in order; each adds its diagnostics, and errors end the way.</summary>
    private static void CompileStages(CompiledTrace trace)
    {
        if (!trace.Options.ProbesOnly)
            PreloadLlvm();
        if (!trace.Add(Parse(trace)))
            return;
        if (!trace.Add(Import(trace)))
            return;
        if (!trace.Add(StartCommand(trace)))
            return;
        if (!trace.Add(Bind(trace)))
        {
            ExplainPrivilege(trace);
            return;
        }

        if (!trace.Options.ProbesOnly)
            trace.Add(Generate(trace));
    }

    /// <summary>Text to syntax tree.</summary>
    internal static ImmutableArray<Diagnostic> Parse(CompiledTrace trace)
    {
        ParseResult parsed = Parser.Parse(trace.Source);
        trace.Syntax = parsed.Root;
        return parsed.Diagnostics;
    }

    /// <summary>Imported scripts become part of the tree.</summary>
    internal static ImmutableArray<Diagnostic> Import(CompiledTrace trace)
    {
        if (!ImportResolver.HasImports(trace.Syntax!))
            return [];
        ImportResult imported = ImportResolver.Resolve(trace.Syntax!, new ImportFiles(), trace.Options.IncludePaths, trace.Options.WorkingDirectory);
        trace.Syntax = imported.Program;
        return imported.Diagnostics;
    }

    /// <summary>The command's process, held before its first instruction: <c>cpid</c> is a constant of the script.</summary>
    internal static ImmutableArray<Diagnostic> StartCommand(CompiledTrace trace)
    {
        if (trace.Options.Command is not { } command)
            return [];
        try
        {
            trace.Child = HeldProcess.Start(command);
            return [];
        }
        catch (CommandException e)
        {
            return [new Diagnostic(SessionDiagnosticIds.CommandFailed, DiagnosticSeverity.Error, $"Failed to fork child: {e.Message}", null)];
        }
    }

    /// <summary>Probe expansion, names, types, lowering.</summary>
    internal static ImmutableArray<Diagnostic> Bind(CompiledTrace trace)
    {
        TraceOptions options = trace.Options;
        BindResult bound;
        try
        {
            bound = BindWith(trace, options);
        }
        catch (ClangFailedException e)
        {
            return [new Diagnostic(SessionDiagnosticIds.ClangFailed, DiagnosticSeverity.Error, e.Message, null)];
        }

        trace.Program = bound.Program;
        if (options.ProbeFilter is not { } filter || bound.Program is null)
            return bound.Diagnostics;
        trace.Program = ProbeFilter.Apply(bound.Program, filter, out Diagnostic? invalid);
        return invalid is null ? bound.Diagnostics : bound.Diagnostics.Add(invalid);
    }

    private static BindResult BindWith(CompiledTrace trace, TraceOptions options) =>
        Binder.Bind(trace.Syntax!, trace.Syntax!.Source, trace.Catalog, new BindOptions
        {
            Arguments = options.Arguments,
            NamedArguments = options.NamedArguments,
            ProcessIds = options.ProcessIds,
            ChildProcessId = trace.Child?.ProcessId,
            AllowUnsafe = options.AllowUnsafe,
            DebugInfoDirectories = options.DebugInfoDirectories,
            CompileOnly = options.CompileOnly,
            ProbesOnly = options.ProbesOnly,
            CFrontEnd = new ClangFrontEnd(),
            CCodeCompiler = new ClangCompiler(),
            IncludePaths = options.IncludePaths,
            Includes = options.Includes,
            Defines = options.Defines,
            Config = options.Config,
            TimeSeriesClockMap = options.TimeSeriesClockMap,
        });

    /// <summary>LLVM IR, BPF object, specs.</summary>
    private static ImmutableArray<Diagnostic> Generate(CompiledTrace trace)
    {
        try
        {
            CompilationResult result = ProgramCompiler.Compile(trace.Program!, trace.CompileOptions);
            trace.Result = result;
            return result.Diagnostics;
        }
        catch (LlvmNotFoundException e)
        {
            return [new Diagnostic(SessionDiagnosticIds.LlvmNotFound, DiagnosticSeverity.Error, e.Message, null)];
        }
        catch (LlvmFatalErrorException e)
        {
            return [new Diagnostic(SessionDiagnosticIds.LlvmFailed, DiagnosticSeverity.Error, e.Message, null)];
        }
        catch (BpfException e)
        {
            return [new Diagnostic(SessionDiagnosticIds.KernelLacksFeature, DiagnosticSeverity.Error, e.Message, null)]; // there is no /sys to tell the CPUs
        }
    }

    /// <summary>LLVM takes longer to load than a script to parse and bind: on a second core it costs nothing.</summary>
    private static void PreloadLlvm() => ProgramCompiler.Preload();

    /// <summary>Without privilege much of the kernel cannot be seen, and probes seem not to exist: the cause is said first.</summary>
    private static void ExplainPrivilege(CompiledTrace trace)
    {
        if (trace.Catalog is LinuxKernelCatalog)
            trace.Diagnostics = [.. MissingPrerequisites(), .. trace.Diagnostics];
    }

    /// <summary>What this process lacks for tracing at all, as errors.</summary>
    internal static ImmutableArray<Diagnostic> MissingPrerequisites()
    {
        var missing = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (MissingPrerequisite lack in PrivilegeCheck.Run())
        {
            if (lack.IsFatal)
            {
                string id = lack.Id.StartsWith("Cap", StringComparison.Ordinal) ? SessionDiagnosticIds.MissingPrivilege : SessionDiagnosticIds.KernelLacksFeature;
                missing.Add(new Diagnostic(id, DiagnosticSeverity.Error, lack.Message, null));
            }
        }

        return missing.ToImmutable();
    }
}
