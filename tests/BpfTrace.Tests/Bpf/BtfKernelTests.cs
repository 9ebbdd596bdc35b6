using BpfTrace.Bpf.Btf;

namespace BpfTrace.Tests.Bpf;

/// <summary>Facts that hold on every kernel with BTF.</summary>
public sealed class BtfKernelTests : IDisposable
{
    private readonly KernelBtf _kernel = new(KernelBtf.DefaultDirectory);

    public void Dispose() => _kernel.Dispose();

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Task_struct_is_what_everybody_knows()
    {
        BtfType task = _kernel.FindByName("task_struct", BtfKind.Struct)!.Value;

        Assert.True(task.TryFindMember("pid", out BtfMember pid));
        Assert.Equal("pid_t", pid.Type.Name);
        Assert.Equal(("int", true, 4L), (pid.Type.Resolve().Name, pid.Type.Resolve().IsSigned, pid.Type.Size));
        Assert.True(task.TryFindMember("comm", out BtfMember comm));
        Assert.Equal("char[16]", comm.Type.ToString());
        Assert.True(task.TryFindMember("real_parent", out BtfMember parent));
        Assert.Equal(task, parent.Type.Resolve().Target.Resolve());
        Assert.True(comm.ByteOffset > pid.ByteOffset && comm.ByteOffset < task.Size);
        Assert.StartsWith("struct task_struct {\n", task.ToDefinition(), StringComparison.Ordinal);
    }

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Functions_have_parameter_names()
    {
        BtfType read = _kernel.FindByName("vfs_read", BtfKind.Func)!.Value;

        Assert.Equal(["file", "buf", "count", "pos"], read.Parameters.Select(p => p.Name));
        Assert.Equal("struct file *", read.Parameters[0].Type.ToString());
        Assert.Equal("ssize_t", read.ReturnType.Name);
        Assert.True(_kernel.Vmlinux.Types(BtfKind.Func).Count() > 10_000);
    }

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Enum_constants_of_the_kernel()
    {
        Assert.True(_kernel.Vmlinux.TryFindEnumConstant("BPF_MAP_TYPE_HASH", out BtfEnumValue hash, out BtfType owner));
        Assert.Equal((1L, "bpf_map_type"), (hash.Value, owner.Name));
        Assert.True(_kernel.Vmlinux.TryFindEnumConstant("PIDTYPE_TGID", out BtfEnumValue tgid, out _));
        Assert.Equal(1, tgid.Value);
    }

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Every_type_can_be_named_sized_and_written()
    {
        int definitions = 0;
        foreach (BtfType type in _kernel.Vmlinux.Types())
        {
            Assert.True(type.Size >= 0);
            Assert.InRange(type.Alignment, 1, 64);
            if ((type.IsComposite || type.IsEnum) && !type.IsAnonymous)
            {
                Assert.Contains(type.Name, type.ToDefinition(), StringComparison.Ordinal);
                definitions++;
            }
        }

        Assert.True(definitions > 3_000);
    }

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Names_are_found_by_search_and_by_index_alike()
    {
        string[] names = ["list_head", "inode", "sock", "pt_regs", "bpf_prog"];
        using BtfFile fresh = BtfFile.Open(_kernel.VmlinuxPath);
        int[] searched = [.. names.Select(n => fresh.FindByName(n, BtfKind.Struct)!.Value.Id)];
        for (int i = 0; i < 20; i++)
            fresh.FindByName("no such name");
        Assert.Equal(searched, names.Select(n => fresh.FindByName(n, BtfKind.Struct)!.Value.Id));
    }

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Opening_and_one_lookup_do_not_build_objects_for_all_types()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using BtfFile btf = BtfFile.Open(_kernel.VmlinuxPath);
        btf.FindByName("task_struct", BtfKind.Struct);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // The file itself where it cannot be mapped (before Linux 6.16), and four bytes per type with room to grow.
        Assert.True(allocated < new FileInfo(_kernel.VmlinuxPath).Length + (16L * btf.TypeCount), $"{allocated} bytes");
    }

    [FactWith("/sys/kernel/btf/vmlinux")]
    public void Modules_split_from_vmlinux()
    {
        foreach (string name in _kernel.ModuleNames.Take(5))
        {
            BtfFile module = _kernel.GetModule(name)!;
            Assert.Same(_kernel.Vmlinux, module.Base);
            Assert.All(module.Types().Take(200), t => Assert.NotNull(t.ToString()));
        }

        Assert.Null(_kernel.GetModule("no_such_module"));
        Assert.Null(_kernel.GetModule("../btf/vmlinux"));
    }
}
