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
/// <remarks>Sorted arrays of names: a kernel has some 60,000, and a listing is one walk over them.</remarks>
public sealed class TraceableFunctions
{
    // From the kernel's own selftests (tools/testing/selftests/bpf/prog_tests/kprobe_multi_test.c), as bpftrace has them.
    private static readonly string[] s_badPrefixes = ["__ftrace_invalid_address__", "rcu_"];
    private static readonly string[] s_badNames = ["arch_cpu_idle", "default_idle", "bpf_dispatcher_xdp_func"];

    /// <summary>The functions that the kernel makes for a raw tracepoint: <c>__probestub_NAME</c> (Linux 6.6), <c>__traceiter_NAME</c> (5.10).</summary>
    private static readonly string[] s_rawTracepointPrefixes = ["__probestub_", "__traceiter_"];

    private readonly string[] _modules;
    private readonly string[][] _names;

    private TraceableFunctions(TraceableFunctionSource source, string? reason, Builder? functions = null)
    {
        Source = source;
        Reason = reason;
        _modules = functions?.Modules() ?? [];
        _names = Array.ConvertAll(_modules, m => functions!.Names(m));
    }

    /// <summary>Where the list comes from.</summary>
    public TraceableFunctionSource Source { get; }

    /// <summary>Why a better source could not be used; null for the best one.</summary>
    public string? Reason { get; }

    /// <summary>The modules that have such functions, sorted; <c>vmlinux</c> is the kernel proper.</summary>
    public IReadOnlyList<string> Modules => _modules;

    /// <summary>The number of functions in all modules.</summary>
    public int Count => _names.Sum(m => m.Length);

    /// <summary>Reads the running kernel's list from the best source there is. Never throws: see <see cref="Reason"/>.</summary>
    /// <param name="tracefs">The tracing file system.</param>
    /// <param name="btf">The kernel's type information, the last resort; null if there is none.</param>
    /// <param name="kallsyms">The symbols' file.</param>
    public static TraceableFunctions Load(TraceFs tracefs, KernelBtf? btf = null, string kallsyms = Symbols.KernelSymbols.DefaultPath)
    {
        HashSet<string> blocked = ReadBlocklist();
        string reason;
        try
        {
            byte[] list = tracefs.ReadBytes("available_filter_functions");
            if (list.Length > 0)
                return new TraceableFunctions(TraceableFunctionSource.FilterFunctions, null, new Builder(blocked).AddFilterFunctions(list));
            reason = "available_filter_functions of tracefs is empty.";
        }
        catch (TracefsException e)
        {
            reason = e.Message;
        }

        try
        {
            Builder fromSymbols = new(blocked);
            foreach (KernelSymbol symbol in Symbols.KernelSymbols.Load(kallsyms).All())
            {
                if (symbol.IsText && symbol.Module != "bpf" && !symbol.Module.StartsWith("__builtin__", StringComparison.Ordinal) && !IsCompilerPart(symbol.Name))
                    fromSymbols.Add(symbol.Name, symbol.Module);
            }

            if (!fromSymbols.IsEmpty)
                return new TraceableFunctions(TraceableFunctionSource.KernelSymbols, reason, fromSymbols);
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
                Builder fromBtf = new(blocked);
                foreach (BtfType function in btf.Vmlinux.Types(BtfKind.Func))
                    fromBtf.Add(function.Name, "vmlinux");
                return new TraceableFunctions(TraceableFunctionSource.Btf, reason, fromBtf);
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
        => new(TraceableFunctionSource.FilterFunctions, null, new Builder([]).AddFilterFunctions(Encoding.UTF8.GetBytes(text)));

    /// <summary>The functions of a module, each once, in the order of their bytes; none if there is no such module.</summary>
    public IReadOnlyList<string> Functions(string module) => NamesOf(module);

    /// <summary>Whether a function can be traced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">Its module; null looks in all.</param>
    public bool Contains(string name, string? module = null)
    {
        if (module is not null)
            return Has(NamesOf(module), name);
        foreach (string[] functions in _names)
        {
            if (Has(functions, name))
                return true;
        }

        return false;
    }

    /// <summary>The raw tracepoints by module and name, sorted, as the functions made for them tell.</summary>
    public IReadOnlyCollection<(string Module, string Name)> RawTracepoints()
    {
        List<(string Module, string Name)> found = [];
        foreach (string module in _modules)
        {
            SortedSet<string> names = new(StringComparer.Ordinal);
            foreach (string function in NamesOf(module))
            {
                if (RawTracepointOf(function) is { } name)
                    names.Add(name);
            }

            foreach (string name in names)
                found.Add((module, name));
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

    private string[] NamesOf(string module)
    {
        int index = Array.BinarySearch(_modules, module, StringComparer.Ordinal);
        return index < 0 ? [] : _names[index];
    }

    private static bool Has(string[] functions, string name) => Array.BinarySearch(functions, name, StringComparer.Ordinal) >= 0;

    /// <summary>Symbols that are no function's entry: outlined cold parts, padding in front of functions, CFI type words.</summary>
    private static bool IsCompilerPart(string name)
        => name.Contains(".cold", StringComparison.Ordinal) || name.Contains(".part.", StringComparison.Ordinal)
            || name.StartsWith("__pfx_", StringComparison.Ordinal) || name.StartsWith("__cfi_", StringComparison.Ordinal);

    /// <summary>What kprobes refuse, as <c>module:name</c>, from lines of <c>0xaddr-0xaddr\tname [module]</c>. Empty if debugfs cannot be read.</summary>
    private static HashSet<string> ReadBlocklist()
    {
        HashSet<string> blocked = new(StringComparer.Ordinal);
        byte[] text;
        try
        {
            if (!File.Exists(Blocklist))
                return blocked; // an exception would cost more than the look
            text = VirtualFile.ReadAllBytes(Blocklist);
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
            blocked.Add(bracket < 0 ? "vmlinux:" + name : $"{name[(bracket + 2)..].TrimEnd(']')}:{name[..bracket]}");
        }

        return blocked;
    }

    private const string Blocklist = "/sys/kernel/debug/kprobes/blacklist";

    /// <summary>Collects names by module.</summary>
    private sealed class Builder(HashSet<string> blocked)
    {
        private readonly Dictionary<string, List<string>> _modules = new(StringComparer.Ordinal);
        private string _module = "";
        private List<string>? _names;

        public bool IsEmpty => _modules.Count == 0;

        public string[] Modules()
        {
            string[] modules = [.. _modules.Keys];
            Array.Sort(modules, StringComparer.Ordinal);
            return modules;
        }

        public string[] Names(string module)
        {
            string[] names = [.. _modules[module]];
            Array.Sort(names, StringComparer.Ordinal);
            int count = 0;
            foreach (string name in names)
            {
                if (count == 0 || names[count - 1] != name)
                    names[count++] = name;
            }

            Array.Resize(ref names, count);
            return names;
        }

        public void Add(string name, string module)
        {
            if (Array.IndexOf(s_badNames, name) >= 0 || Array.Exists(s_badPrefixes, p => name.StartsWith(p, StringComparison.Ordinal))
                || (blocked.Count > 0 && blocked.Contains(module + ":" + name)))
            {
                return;
            }

            // A module's functions stand together.
            if (_names is null || _module != module)
            {
                _module = module;
                if (!_modules.TryGetValue(module, out _names))
                    _modules[module] = _names = new List<string>(module == "vmlinux" ? 65_536 : 64);
            }

            _names.Add(name);
        }

        public Builder AddFilterFunctions(ReadOnlySpan<byte> text)
        {
            while (!text.IsEmpty)
            {
                int lineEnd = text.IndexOf((byte)'\n');
                ReadOnlySpan<byte> line = lineEnd < 0 ? text : text[..lineEnd];
                text = lineEnd < 0 ? default : text[(lineEnd + 1)..];
                if (line.IsEmpty)
                    continue;

                // "name" or "name [module]"
                int end = line.IndexOf((byte)' ');
                string name = Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
                string module = end >= 0 && line[^1] == ']' ? Encoding.UTF8.GetString(line[(line.LastIndexOf((byte)'[') + 1)..^1]) : "vmlinux";
                Add(name, module);
            }

            return this;
        }
    }
}
