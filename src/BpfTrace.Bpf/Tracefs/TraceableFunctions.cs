using System.Text;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>Where a list of traceable functions comes from, the surest first.</summary>
public enum TraceableFunctionSource
{
    /// <summary><c>available_filter_functions</c> of tracefs: what ftrace can hook.</summary>
    FilterFunctions,

    /// <summary>The functions in <c>/proc/kallsyms</c>: some of them the kernel will refuse.</summary>
    KernelSymbols,

    /// <summary>The functions that the kernel's BTF describes.</summary>
    Btf,

    /// <summary>Nothing could be read.</summary>
    None,
}

/// <summary>
/// The kernel functions that can be traced, by module. The kernel's own blocklist for kprobes and the few functions that are known
/// to bring a kernel down are left out, as bpftrace does. Immutable.
/// </summary>
public sealed class TraceableFunctions
{
    // From the kernel's own selftests (tools/testing/selftests/bpf/prog_tests/kprobe_multi_test.c), as bpftrace has them.
    private static readonly string[] s_badPrefixes = ["__ftrace_invalid_address__", "rcu_"];
    private static readonly string[] s_badNames = ["arch_cpu_idle", "default_idle", "bpf_dispatcher_xdp_func"];

    /// <summary>The functions that the kernel makes for a raw tracepoint: <c>__probestub_NAME</c> (Linux 6.6), <c>__traceiter_NAME</c> (5.10).</summary>
    private static readonly string[] s_rawTracepointPrefixes = ["__probestub_", "__traceiter_"];

    private readonly SortedDictionary<string, HashSet<string>> _modules = new(StringComparer.Ordinal);

    private TraceableFunctions(TraceableFunctionSource source, string? reason)
    {
        Source = source;
        Reason = reason;
    }

    /// <summary>Where the list comes from.</summary>
    public TraceableFunctionSource Source { get; }

    /// <summary>Why a better source could not be used; null for the best one.</summary>
    public string? Reason { get; }

    /// <summary>The modules that have such functions, sorted; <c>vmlinux</c> is the kernel proper.</summary>
    public IReadOnlyCollection<string> Modules => _modules.Keys;

    /// <summary>The number of functions in all modules.</summary>
    public int Count => _modules.Values.Sum(m => m.Count);

    /// <summary>Reads the running kernel's list from the best source there is. Never throws: see <see cref="Reason"/>.</summary>
    /// <param name="tracefs">The tracing file system.</param>
    /// <param name="btf">The kernel's type information, the last resort; null if there is none.</param>
    /// <param name="kallsyms">The symbols' file.</param>
    public static TraceableFunctions Load(TraceFs tracefs, KernelBtf? btf = null, string kallsyms = Symbols.KernelSymbols.DefaultPath)
    {
        HashSet<(string, string)> blocked = ReadBlocklist();
        string reason;
        try
        {
            byte[] list = tracefs.ReadBytes("available_filter_functions");
            if (list.Length > 0)
                return new TraceableFunctions(TraceableFunctionSource.FilterFunctions, null).AddFilterFunctions(list, blocked);
            reason = "available_filter_functions of tracefs is empty.";
        }
        catch (TracefsException e)
        {
            reason = e.Message;
        }

        try
        {
            TraceableFunctions fromSymbols = new(TraceableFunctionSource.KernelSymbols, reason);
            foreach (KernelSymbol symbol in Symbols.KernelSymbols.Load(kallsyms).All())
            {
                if (symbol.IsText && symbol.Module != "bpf" && !symbol.Module.StartsWith("__builtin__", StringComparison.Ordinal) && !IsCompilerPart(symbol.Name))
                    fromSymbols.Add(symbol.Name, symbol.Module, blocked);
            }

            if (fromSymbols._modules.Count > 0)
                return fromSymbols;
            reason += $" {kallsyms} has no functions.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason += " " + e.Message;
        }

        if (btf is { IsAvailable: true })
        {
            try
            {
                TraceableFunctions fromBtf = new(TraceableFunctionSource.Btf, reason);
                foreach (BtfType function in btf.Vmlinux.Types(BtfKind.Func))
                    fromBtf.Add(function.Name, "vmlinux", blocked);
                return fromBtf;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or BtfFormatException)
            {
                reason += " " + e.Message;
            }
        }

        return new TraceableFunctions(TraceableFunctionSource.None, reason);
    }

    /// <summary>Reads text in the form of <c>available_filter_functions</c>.</summary>
    public static TraceableFunctions Parse(string text)
        => new TraceableFunctions(TraceableFunctionSource.FilterFunctions, null).AddFilterFunctions(Encoding.UTF8.GetBytes(text), []);

    /// <summary>The functions of a module, in no order; none if there is no such module.</summary>
    public IReadOnlyCollection<string> Functions(string module) => _modules.TryGetValue(module, out HashSet<string>? functions) ? functions : [];

    /// <summary>Whether a function can be traced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">Its module; null looks in all.</param>
    public bool Contains(string name, string? module = null)
    {
        if (module is not null)
            return _modules.TryGetValue(module, out HashSet<string>? functions) && functions.Contains(name);
        foreach (HashSet<string> functions in _modules.Values)
        {
            if (functions.Contains(name))
                return true;
        }

        return false;
    }

    /// <summary>The raw tracepoints by module and name, sorted, as the functions made for them tell.</summary>
    public IReadOnlyCollection<(string Module, string Name)> RawTracepoints()
    {
        SortedSet<(string Module, string Name)> found = new(Comparer<(string Module, string Name)>.Create(
            (a, b) => string.CompareOrdinal(a.Module, b.Module) is var order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name)));
        foreach ((string module, HashSet<string> functions) in _modules)
        {
            foreach (string function in functions)
            {
                if (RawTracepointOf(function) is { } name)
                    found.Add((module, name));
            }
        }

        return found;
    }

    /// <summary>The raw tracepoint that a kernel function was made for; null if it is an ordinary function.</summary>
    public static string? RawTracepointOf(string function)
    {
        foreach (string prefix in s_rawTracepointPrefixes)
        {
            if (function.StartsWith(prefix, StringComparison.Ordinal))
                return function[prefix.Length..];
        }

        return null;
    }

    private TraceableFunctions AddFilterFunctions(ReadOnlySpan<byte> text, HashSet<(string, string)> blocked)
    {
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range];
            if (line.IsEmpty)
                continue;

            // "name" or "name [module]"
            int end = line.IndexOf((byte)' ');
            string name = Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
            string module = end >= 0 && line[^1] == ']' ? Encoding.UTF8.GetString(line[(line.LastIndexOf((byte)'[') + 1)..^1]) : "vmlinux";
            Add(name, module, blocked);
        }

        return this;
    }

    private void Add(string name, string module, HashSet<(string, string)> blocked)
    {
        if (Array.IndexOf(s_badNames, name) >= 0 || Array.Exists(s_badPrefixes, p => name.StartsWith(p, StringComparison.Ordinal)) || blocked.Contains((module, name)))
            return;
        if (!_modules.TryGetValue(module, out HashSet<string>? functions))
            _modules[module] = functions = new HashSet<string>(module == "vmlinux" ? 65_536 : 64, StringComparer.Ordinal);
        functions.Add(name);
    }

    /// <summary>Symbols that are no function's entry: outlined cold parts, padding in front of functions, CFI type words.</summary>
    private static bool IsCompilerPart(string name)
        => name.Contains(".cold", StringComparison.Ordinal) || name.Contains(".part.", StringComparison.Ordinal)
            || name.StartsWith("__pfx_", StringComparison.Ordinal) || name.StartsWith("__cfi_", StringComparison.Ordinal);

    /// <summary>What kprobes refuse, by module and name: <c>0xaddr-0xaddr\tname [module]</c>. Empty if debugfs cannot be read.</summary>
    private static HashSet<(string Module, string Name)> ReadBlocklist()
    {
        HashSet<(string, string)> blocked = [];
        byte[] text;
        try
        {
            text = VirtualFile.ReadAllBytes("/sys/kernel/debug/kprobes/blacklist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return blocked; // The kernel refuses these functions itself when they are attached to.
        }

        foreach (string line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            int tab = line.IndexOf('\t');
            if (tab < 0)
                continue;
            string name = line[(tab + 1)..];
            int bracket = name.LastIndexOf(" [", StringComparison.Ordinal);
            blocked.Add(bracket < 0 ? ("vmlinux", name) : (name[(bracket + 2)..].TrimEnd(']'), name[..bracket]));
        }

        return blocked;
    }
}
