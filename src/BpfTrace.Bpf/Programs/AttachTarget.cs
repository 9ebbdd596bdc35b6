using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>The kernel function a TRACING program is loaded for, as BTF id and, for a module, BTF object.</summary>
internal readonly struct AttachTarget : IDisposable
{
    private AttachTarget(uint typeId, SafeBpfHandle? module)
    {
        TypeId = typeId;
        Module = module;
    }

    public uint TypeId { get; }

    public SafeBpfHandle? Module { get; }

    /// <exception cref="BpfException">The target's id is not known.</exception>
    public static AttachTarget Resolve(ProgramSpec spec, ProgramOverrides? overrides)
    {
        string? name = overrides?.AttachTarget ?? spec.AttachTarget;
        if (overrides?.AttachBtfId is uint id)
            return new AttachTarget(id, overrides.AttachModule is { } module ? BtfLoader.OpenModule(module) : null);
        if (name is null)
            return default;
        throw new BpfException($"program '{spec.Name}' needs the BTF id of '{name}'");
    }

    public void Dispose() => Module?.Dispose();
}
