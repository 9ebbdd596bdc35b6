using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>
/// A script compiled for this kernel, or the diagnostics that say why not. It holds no kernel object, only the command's held
/// process when the options name one: dispose it if it is not started.
/// </summary>
public sealed partial class CompiledTrace : IDisposable
{
    /// <summary>The script.</summary>
    public SourceText Source { get; }

    /// <summary>What it was compiled with.</summary>
    public TraceOptions Options { get; }

    /// <summary>Errors and warnings of all stages, in order.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; internal set; } = [];

    /// <summary>Whether it cannot be started.</summary>
    public bool HasErrors => HasError(Diagnostics);

    /// <summary>
    /// Whether it was compiled only to be looked at (<see cref="TraceOptions.CompileOnly"/>) and something of it was left out that the running kernel
    /// lacks, which its configuration does not allow a running trace: it cannot be started.
    /// </summary>
    public bool IsIncomplete
    {
        get
        {
            if (!Options.CompileOnly || Program is not { Config.MissingProbes: Language.Symbols.MissingProbes.Error })
                return false;
            foreach (Diagnostic diagnostic in Diagnostics)
            {
                if (diagnostic.IsLack)
                    return true;
            }

            return false;
        }
    }

    /// <summary>The probes the script stands for, wildcards expanded, in the script's order. Empty when binding failed.</summary>
    public ImmutableArray<AttachTarget> Probes
    {
        get
        {
            if (_probes.IsDefault)
                _probes = FindTargets();
            return _probes;
        }
    }

    /// <summary>What a stage of the compilation made, as text; null when the stage was not reached.</summary>
    /// <param name="stage">The stage. LLVM's are made anew for this, with their text kept.</param>
    public string? Show(CompileStage stage) => ShowStage(stage);

    /// <summary>The BPF object file (ELF) of the script.</summary>
    /// <exception cref="InvalidOperationException">The script has errors.</exception>
    public byte[] EmitObject() => MakeObject();

    /// <summary>Ends the held process of a trace that was not started.</summary>
    public void Dispose() => Interlocked.Exchange(ref _child, null)?.Dispose();
}
