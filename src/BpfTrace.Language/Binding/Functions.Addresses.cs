namespace BpfTrace.Language.Binding;

public static partial class Functions
{
    private static void AddAddresses(Dictionary<string, FunctionDefinition> table)
    {
        Add(table, "ksym", 1, 1, static (b, c) => b.BindSymbol(c, new Symbols.KernelSymbolType()));
        Add(table, "usym", 1, 1, static (b, c) => b.BindSymbol(c, new Symbols.UserSymbolType()));
        Add(table, "kaddr", 1, 1, static (b, c) => b.BindKaddr(c));
        Add(table, "percpu_kaddr", 1, 2, static (b, c) => b.BindPercpuKaddr(c));
        Add(table, "uaddr", 1, 1, static (b, c) => b.BindUaddr(c));
        Add(table, "reg", 1, 1, static (b, c) => b.BindReg(c));
        Add(table, "kptr", 1, 1, static (b, c) => b.BindSpace(c, Symbols.AddressSpace.Kernel));
        Add(table, "uptr", 1, 1, static (b, c) => b.BindSpace(c, Symbols.AddressSpace.User));
        Add(table, "ntop", 1, 2, static (b, c) => b.BindNtop(c));
        Add(table, "pton", 1, 1, static (b, c) => b.BindPton(c));
        Add(table, "macaddr", 1, 1, static (b, c) => b.BindMacaddr(c));
        Add(table, "cgroupid", 1, 1, static (b, c) => b.BindCgroupId(c));
        Add(table, "cgroup_path", 1, 2, static (b, c) => b.BindCgroupPath(c));
        Add(table, "bswap", 1, 1, static (b, c) => b.BindBswap(c));
        Add(table, "is_err", 1, 1, static (b, c) => b.BindIsErr(c));
        Add(table, "socket_cookie", 1, 1, static (b, c) => b.BindSocketCookie(c));
        Add(table, "usdt_arg", 1, 1, static (b, c) => b.BindUsdtArgument(c));
        Add(table, "container_of", 3, 3, static (b, c) => b.BindContainerOf(c));
    }
}
