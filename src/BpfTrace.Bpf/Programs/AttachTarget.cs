using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>The function a TRACING program is loaded for, as BTF id and, for a module, BTF object, or for a BPF program, that program.</summary>
internal readonly struct AttachTarget : IDisposable
{
    // Names the running kernel's directory: an id from another file (BPFTRACE_BTF) would mean another function.
    private static readonly Lazy<KernelBtf> s_runningKernel = new(() => new KernelBtf(KernelBtf.DefaultDirectory));

    private AttachTarget(uint typeId, SafeBpfHandle? module)
    {
        TypeId = typeId;
        Module = module;
    }

    public uint TypeId { get; }

    public SafeBpfHandle? Module { get; }

    /// <exception cref="BpfException">The target is not in the kernel's BTF.</exception>
    public static AttachTarget Resolve(ProgramSpec spec, ProgramOverrides? overrides, KernelBtf? btf)
    {
        if (overrides?.AttachBtfId is uint id)
        {
            // attach_prog_fd and attach_btf_obj_fd are one field: the kernel looks at what kind of object it is.
            return new AttachTarget(id, overrides.AttachProgramId != 0 ? LoadedPrograms.Open(overrides.AttachProgramId)
                : overrides.AttachModule is { } module ? BtfLoader.OpenModule(module) : null);
        }
        string? target = overrides?.AttachTarget ?? spec.AttachTarget;
        if (target is null)
            return default;

        btf ??= s_runningKernel.Value;
        if (!btf.IsAvailable)
            throw new BpfException($"program '{spec.Name}' needs the kernel's BTF (CONFIG_DEBUG_INFO_BTF) to attach to '{target}'");
        // A BTF tracepoint's arguments are those of a typedef named after it.
        BpfAttachType attachType = overrides?.ExpectedAttachType ?? spec.ExpectedAttachType;
        (string prefix, BtfKind kind) = attachType == BpfAttachType.BPF_TRACE_RAW_TP ? ("btf_trace_", BtfKind.Typedef) : ("", BtfKind.Func);
        int colon = target.IndexOf(':');
        string name = prefix + target[(colon + 1)..];
        BtfType? found = colon < 0 ? btf.FindByName(name, kind)
            : target[..colon] == "vmlinux" ? btf.Vmlinux.FindByName(name, kind)
            : btf.GetModule(target[..colon])?.FindOwnByName(name, kind);
        if (found is not { } type)
            throw new BpfException($"the kernel's BTF has no {(prefix.Length == 0 ? "function" : "tracepoint")} '{target}'", Errno.ENOENT);
        bool inModule = type.File.Base is not null;
        return new AttachTarget((uint)type.Id, inModule ? BtfLoader.OpenModule(type.File.Name ?? target[..colon]) : null);
    }

    /// <summary>The BTF id of a function of the kernel proper; null when it has none of the name, or no BTF.</summary>
    public static uint? FindFunction(string name, KernelBtf? btf)
    {
        btf ??= s_runningKernel.Value;
        return btf.IsAvailable && btf.Vmlinux.FindByName(name, BtfKind.Func) is { } type ? (uint)type.Id : null;
    }

    public void Dispose() => Module?.Dispose();
}
