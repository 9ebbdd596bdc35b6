using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace;

public sealed partial class CompiledTrace
{
    private ImmutableArray<AttachTarget> _probes;
    private HeldProcess? _child;
    private CompilationResult? _detailed;

    internal CompiledTrace(SourceText source, TraceOptions options, IKernelCatalog catalog)
    {
        Source = source;
        Options = options;
        Catalog = catalog;
    }

    internal IKernelCatalog Catalog { get; }

    internal ProgramSyntax? Syntax { get; set; }

    internal BoundProgram? Program { get; set; }

    internal CompilationResult? Result { get; set; }

    internal HeldProcess? Child
    {
        get => _child;
        set => _child = value;
    }

    internal CompileOptions CompileOptions => new()
    {
        HelperErrors = Options.HelperErrors,
        PossibleCpus = Cpus.Possible[^1] + 1,
        SwappableMaps = Options.SwappableMaps,
        PidNamespace = PidNamespace.Current(),
        KeepIr = Options.KeepStages,
        KeepObject = Options.KeepStages,
    };

    /// <summary>The result with the IR and the object; made anew when they were not kept.</summary>
    private CompilationResult Detailed => _detailed ??= Options.KeepStages && Result is not null
        ? Result
        : ProgramCompiler.Compile(Program!, CompileOptions with { KeepIr = true, KeepObject = true });

    /// <summary>The bound program with the output sites that the compiler added for errors at run time.</summary>
    internal BoundProgram RuntimeProgram
    {
        get
        {
            var sites = ImmutableArray.CreateBuilder<OutputSite>(Result!.Events.Length);
            foreach (EventLayout layout in Result.Events)
                sites.Add(layout.Site);
            return Program! with { Sites = sites.MoveToImmutable() };
        }
    }

    /// <summary>The script's maps by name, sorted as they are printed.</summary>
    internal ImmutableArray<string> MapNames
    {
        get
        {
            string[] names = new string[Program!.Maps.Length];
            for (int i = 0; i < names.Length; i++)
                names[i] = Program.Maps[i].Name;
            Array.Sort(names, StringComparer.Ordinal);
            return [.. names];
        }
    }

    private ImmutableArray<AttachTarget> FindTargets()
    {
        var targets = ImmutableArray.CreateBuilder<AttachTarget>();
        foreach (BoundProbe probe in Program?.Probes ?? [])
            targets.AddRange(probe.Targets);
        return targets.ToImmutable();
    }

    /// <summary>Adds a stage's diagnostics.</summary>
    /// <returns>Whether the next stage can follow.</returns>
    internal bool Add(ImmutableArray<Diagnostic> diagnostics)
    {
        if (!diagnostics.IsDefaultOrEmpty)
            Diagnostics = Diagnostics.AddRange(diagnostics);
        return !HasError(diagnostics);
    }

    /// <summary>Hands the held process over.</summary>
    internal HeldProcess? TakeChild() => Interlocked.Exchange(ref _child, null);

    private byte[] MakeObject() => Program is null || HasErrors
        ? throw new InvalidOperationException("a script with errors has no object")
        : Detailed.Object.ToArray();

    internal static bool HasError(ImmutableArray<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (diagnostic.IsError)
                return true;
        }

        return false;
    }

    private string? ShowStage(CompileStage stage) => stage switch
    {
        CompileStage.Ast => Syntax is null ? null : SyntaxPrinter.Print(Syntax),
        _ when Program is null => null,
        CompileStage.Types => TypeDump.Print(Program),
        CompileStage.Codegen => Detailed.Ir,
        CompileStage.CodegenOpt => Detailed.OptimisedIr,
        CompileStage.Load => Result?.Collection is { } collection ? LoadDump.Print(collection) : null,
        _ => ProgramCompiler.Compile(Program, CompileOptions with { KeepAssembly = true }).Assembly,
    };
}
