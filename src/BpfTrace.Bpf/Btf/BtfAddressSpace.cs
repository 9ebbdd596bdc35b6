namespace BpfTrace.Bpf.Btf;

/// <summary>What a pointer's type tag says about the memory it points to (the kernel's <c>include/linux/compiler_types.h</c>).</summary>
public enum BtfAddressSpace
{
    /// <summary>Kernel memory: no tag.</summary>
    Kernel,

    /// <summary>User memory: <c>__user</c>.</summary>
    User,

    /// <summary>An offset into each CPU's area: <c>__percpu</c>.</summary>
    PerCpu,

    /// <summary>Memory protected by RCU: <c>__rcu</c>.</summary>
    Rcu,
}
