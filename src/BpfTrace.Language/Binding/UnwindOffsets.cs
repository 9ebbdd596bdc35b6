namespace BpfTrace.Language.Binding;

/// <summary>
/// Where the kernel has what unwinding a user stack takes, in bytes: the end of the stack, and the return addresses that return probes took away. The data of
/// <c>dw_ustack</c>.
/// </summary>
/// <param name="Memory"><c>task_struct.mm</c>.</param>
/// <param name="StackStart"><c>mm_struct.start_stack</c>.</param>
/// <param name="Trampolines"><c>mm_struct.uprobes_state.xol_area</c>.</param>
/// <param name="TrampolineAddress"><c>xol_area.vaddr</c>.</param>
/// <param name="Probes"><c>task_struct.utask</c>.</param>
/// <param name="Instances"><c>uprobe_task.return_instances</c>.</param>
/// <param name="InstanceStack"><c>return_instance.stack</c>.</param>
/// <param name="InstanceReturn"><c>return_instance.orig_ret_vaddr</c>.</param>
/// <param name="InstanceNext"><c>return_instance.next</c>.</param>
public sealed record UnwindOffsets(
    int Memory, int StackStart, int Trampolines, int TrampolineAddress, int Probes, int Instances, int InstanceStack, int InstanceReturn, int InstanceNext)
{
    /// <summary>Whether the kernel's types say where the stack ends.</summary>
    public bool HasStackStart => Memory >= 0 && StackStart >= 0;

    /// <summary>Whether the kernel's types say where return addresses are kept.</summary>
    public bool HasTrampolines =>
        Memory >= 0 && Trampolines >= 0 && TrampolineAddress >= 0 && Probes >= 0 && Instances >= 0 && InstanceStack >= 0 && InstanceReturn >= 0 && InstanceNext >= 0;

    internal static UnwindOffsets Find(Func<string, string, int> offsetIn)
    {
        int state = offsetIn("mm_struct", "uprobes_state");
        int area = offsetIn("uprobes_state", "xol_area");
        return new UnwindOffsets(
            offsetIn("task_struct", "mm"),
            offsetIn("mm_struct", "start_stack"),
            state < 0 || area < 0 ? -1 : state + area,
            offsetIn("xol_area", "vaddr"),
            offsetIn("task_struct", "utask"),
            offsetIn("uprobe_task", "return_instances"),
            offsetIn("return_instance", "stack"),
            offsetIn("return_instance", "orig_ret_vaddr"),
            offsetIn("return_instance", "next"));
    }
}
