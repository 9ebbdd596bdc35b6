using System.Reflection;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Tests.Bpf;

/// <summary>The interop layer's structs and constants against the running kernel's own types.</summary>
public sealed class SyscallAbiTests : IDisposable
{
    private const string Vmlinux = "/sys/kernel/btf/vmlinux";

    private readonly KernelBtf _kernel = new(KernelBtf.DefaultDirectory);

    public void Dispose() => _kernel.Dispose();

    [FactWith(Vmlinux)]
    public void Members_of_union_bpf_attr()
    {
        BtfType attr = Kernel("bpf_attr", BtfKind.Union);
        Check<MapCreateAttr>(Anonymous(attr, "map_type"));
        Check<MapElementAttr>(Anonymous(attr, "key"));
        Check<MapBatchAttr>(Named(attr, "batch"));
        Check<ProgLoadAttr>(Anonymous(attr, "prog_type"));
        Check<TestRunAttr>(Named(attr, "test"));
        Check<ObjectInfoAttr>(Named(attr, "info"));
        Check<RawTracepointOpenAttr>(Named(attr, "raw_tracepoint"));
        Check<BtfLoadAttr>(Anonymous(attr, "btf_log_buf"));
        Check<GetIdAttr>(Anonymous(attr, "start_id"));
        Check<EnableStatsAttr>(Named(attr, "enable_stats"));
    }

    [FactWith(Vmlinux)]
    public void Members_of_link_create()
    {
        BtfType link = Named(Kernel("bpf_attr", BtfKind.Union), "link_create");
        Check<LinkCreatePerfEventAttr>(link, "perf_event");
        Check<LinkCreateTracingAttr>(link, "tracing");
        Check<LinkCreateKprobeMultiAttr>(link, "kprobe_multi", ("kprobe_multi_flags", "flags"));
        if (Offsets(link).ContainsKey("uprobe_multi")) // Linux 6.6
            Check<LinkCreateUprobeMultiAttr>(link, "uprobe_multi", ("uprobe_multi_flags", "flags"));
    }

    [FactWith(Vmlinux)]
    public void What_the_kernel_tells_about_objects()
    {
        Check<ProgInfo>(Kernel("bpf_prog_info", BtfKind.Struct));
        Check<BtfInfo>(Kernel("bpf_btf_info", BtfKind.Struct));
        Assert.True(Marshal.SizeOf<ProgInfo>() <= Kernel("bpf_prog_info", BtfKind.Struct).Size);

        BtfType link = Kernel("bpf_link_info", BtfKind.Struct);
        Assert.Equal(Offsets(link)["prog_id"].Offset, Offset<LinkInfo>(nameof(LinkInfo.prog_id)));
        if (OffsetOf(link, "kprobe_multi", "missed") is { } multi) // Linux 6.7
            Assert.Equal(multi, Offset<LinkInfo>(nameof(LinkInfo.kprobe_multi_missed)));
        if (OffsetOf(link, "perf_event", "kprobe", "missed") is { } kprobe)
            Assert.Equal(kprobe, Offset<LinkInfo>(nameof(LinkInfo.kprobe_missed)));
        if (OffsetOf(link, "perf_event", "type") is { } perf)
            Assert.Equal(perf, Offset<LinkInfo>(nameof(LinkInfo.perf_event_type)));
        Assert.True(Marshal.SizeOf<LinkInfo>() <= link.Size);
    }

    [FactWith(Vmlinux)]
    public void Perf_event_attr()
    {
        BtfType kernel = Kernel("perf_event_attr", BtfKind.Struct);
        // "flags" is the word of bit fields that begins with "disabled"; unions go by their first member's name.
        Check<PerfEventAttr>(kernel, null, ("flags", "disabled"), ("config1", "config1"));
        Assert.Equal(112, Marshal.SizeOf<PerfEventAttr>()); // PERF_ATTR_SIZE_VER5
        Assert.Equal(PerfEventAttr.Inherit, Bit(kernel, "inherit"));
        Assert.Equal(PerfEventAttr.ExcludeUser, Bit(kernel, "exclude_user"));
        Assert.Equal(PerfEventAttr.ExcludeKernel, Bit(kernel, "exclude_kernel"));
        Assert.Equal(PerfEventAttr.Freq, Bit(kernel, "freq"));
        Assert.Equal(PerfEventAttr.Disabled, Bit(kernel, "disabled"));
        Assert.Equal(Offsets(kernel)["kprobe_func"].Offset, Offset<PerfEventAttr>(nameof(PerfEventAttr.config1)));
        Assert.Equal(Offsets(kernel)["probe_offset"].Offset, Offset<PerfEventAttr>(nameof(PerfEventAttr.config2)));
    }

    [FactWith(Vmlinux)]
    public void Instructions_and_their_debug_information()
    {
        Assert.Equal(Kernel("bpf_insn", BtfKind.Struct).Size, Marshal.SizeOf<BpfInstruction>());
        Assert.Equal(Kernel("bpf_func_info", BtfKind.Struct).Size, Marshal.SizeOf<BpfFuncInfo>());
        Assert.Equal(Kernel("bpf_line_info", BtfKind.Struct).Size, Marshal.SizeOf<BpfLineInfo>());
        Assert.Equal(Kernel("epoll_event", BtfKind.Struct).Size, Marshal.SizeOf<EpollEvent>());
    }

    [FactWith(Vmlinux)]
    public void Registers_lie_where_the_kernel_saves_them()
    {
        BtfType regs = Kernel("pt_regs", BtfKind.Struct);
        Dictionary<string, (long Offset, BtfType Type)> offsets = Offsets(regs);
        Assert.Equal(BpfTrace.Bpf.Architecture.PtRegsSize, regs.Size);
        foreach (string name in offsets.Keys.Where(name => name is not ("csx" or "ssx" or "fred_cs" or "fred_ss")))
            Assert.Equal(offsets[name].Offset, BpfTrace.Bpf.Architecture.RegisterOffset(name));
        string[] arguments = ["di", "si", "dx", "cx", "r8", "r9"];
        for (int i = 0; i < arguments.Length; i++)
            Assert.Equal(offsets[arguments[i]].Offset, BpfTrace.Bpf.Architecture.ArgumentOffset(i));
        Assert.Equal(BpfTrace.Bpf.Architecture.ReturnValueOffset, offsets["ax"].Offset);
        Assert.Equal(BpfTrace.Bpf.Architecture.InstructionPointerOffset, offsets["ip"].Offset);
        Assert.Equal(BpfTrace.Bpf.Architecture.StackPointerOffset, offsets["sp"].Offset);
        Assert.Throws<ArgumentOutOfRangeException>(() => BpfTrace.Bpf.Architecture.ArgumentOffset(6));
        Assert.Equal(-1, BpfTrace.Bpf.Architecture.RegisterOffset("xyz"));
    }

    [FactWith(Vmlinux)]
    public void Constants_have_the_kernels_values()
    {
        CheckEnum<BpfMapType>();
        CheckEnum<BpfProgramType>();
        CheckEnum<BpfAttachType>("None");
        CheckEnum<BpfCommand>();
        CheckEnum<BpfUpdateFlags>();
        CheckEnum<BpfMapFlags>("None");
        CheckEnum<PerfEventType>();
        CheckEnum<PerfHardwareEvent>();
        CheckEnum<PerfSoftwareEvent>();
        foreach (BpfHelper helper in Enum.GetValues<BpfHelper>())
            Assert.Equal((long)helper, Constant("BPF_FUNC_" + helper));
    }

    private static readonly string[] s_newerThanMinimum =
        ["BPF_TRACE_UPROBE_MULTI", "BPF_TRACE_KPROBE_SESSION", "BPF_TRACE_UPROBE_SESSION"];

    private void CheckEnum<T>(params string[] own)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            string name = value.ToString();
            long? kernel = Constant(name);
            if (own.Contains(name) || (kernel is null && s_newerThanMinimum.Contains(name)))
                continue;
            Assert.True(kernel is not null, $"the kernel has no {name}");
            Assert.Equal(Convert.ToInt64(value), kernel);
        }
    }

    private long? Constant(string name) => _kernel.Vmlinux.TryFindEnumConstant(name, out BtfEnumValue value, out _) ? value.Value : null;

    private BtfType Kernel(string name, BtfKind kind) =>
        _kernel.Vmlinux.FindByName(name, kind) ?? throw new InvalidOperationException($"the kernel's BTF has no {name}");

    private static BtfType Named(BtfType owner, string member) => Offsets(owner)[member].Type.Resolve();

    /// <summary>The unnamed member of a union that has a member of this name.</summary>
    private static BtfType Anonymous(BtfType union, string anchor) =>
        union.Members.First(m => m.Name.Length == 0 && Offsets(m.Type.Resolve()).ContainsKey(anchor)).Type.Resolve();

    private static ulong Bit(BtfType type, string member)
    {
        Assert.True(type.TryFindMember(member, out BtfMember found));
        Assert.True(type.TryFindMember("disabled", out BtfMember first));
        return 1UL << (found.BitOffset - first.BitOffset);
    }

    /// <summary>Members by name, those of unnamed structs and unions included.</summary>
    private static Dictionary<string, (long Offset, BtfType Type)> Offsets(BtfType type)
    {
        var result = new Dictionary<string, (long, BtfType)>();
        Add(type, 0);
        return result;

        void Add(BtfType owner, long start)
        {
            foreach (BtfMember member in owner.Members)
            {
                long offset = start + member.ByteOffset;
                if (member.Name.Length > 0)
                    result.TryAdd(member.Name, (offset, member.Type.Resolve()));
                else if (member.Type.Resolve() is { IsComposite: true } nested)
                    Add(nested, offset);
            }
        }
    }

    private static long? OffsetOf(BtfType type, params string[] path)
    {
        long offset = 0;
        foreach (string name in path)
        {
            if (!Offsets(type).TryGetValue(name, out (long Offset, BtfType Type) found))
                return null;
            offset += found.Offset;
            type = found.Type;
        }

        return offset;
    }

    /// <summary>
    /// Every public field is a kernel member of its name (or of the one it stands for), at its offset and of its size; a field
    /// that <paramref name="type"/> lacks is looked up in its member <paramref name="part"/>.
    /// </summary>
    private static void Check<T>(BtfType type, string? part = null, params (string Ours, string Kernel)[] names)
        where T : unmanaged
    {
        Dictionary<string, (long Offset, BtfType Type)> members = Offsets(type);
        (long start, BtfType inner) = part is null ? default : members[part];
        Dictionary<string, (long Offset, BtfType Type)> innerMembers = part is null ? [] : Offsets(inner);
        FieldInfo[] fields = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Instance);
        Assert.NotEmpty(fields);
        foreach (FieldInfo field in fields)
        {
            string name = names.FirstOrDefault(n => n.Ours == field.Name).Kernel ?? field.Name;
            long expected;
            BtfType kernelType;
            if (innerMembers.TryGetValue(name, out (long Offset, BtfType Type) found) && (field.Name != name || !members.ContainsKey(name)))
                (expected, kernelType) = (start + found.Offset, found.Type);
            else if (members.TryGetValue(name, out found))
                (expected, kernelType) = found;
            else if (field.Name == "gpl_compatible")
                continue; // a bit in the word
            else
                throw new InvalidOperationException($"{typeof(T).Name}.{field.Name}: {type} has no {name}");

            Assert.True(expected == Offset<T>(field.Name), $"{typeof(T).Name}.{field.Name} is at {Offset<T>(field.Name)}, the kernel's at {expected}");
            long size = field.FieldType.IsPointer ? 8 : Marshal.SizeOf(field.FieldType);
            Assert.True(size == kernelType.Size, $"{typeof(T).Name}.{field.Name} has {size} bytes, the kernel's {kernelType.Size}");
        }
    }

    private static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);
}
