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
    private const string Kernel = "vmlinux";
    private const string Blocklist = "/sys/kernel/debug/kprobes/blacklist";

    /// <summary>The functions that the kernel makes for a raw tracepoint: <c>__probestub_NAME</c> (Linux 6.6), <c>__traceiter_NAME</c> (5.10).</summary>
    private static readonly string[] s_rawTracepointPrefixes = ["__probestub_", "__traceiter_"];

    private readonly HashSet<string> _parts;

    private TraceableFunctions(TraceableFunctionSource source, string? reason, FunctionTable? functions = null, HashSet<string>? parts = null)
    {
        Source = source;
        Reason = reason;
        Table = functions ?? new FunctionTable.Builder([]).Build();
        _parts = parts ?? [];
    }

    /// <summary>Where the list comes from.</summary>
    public TraceableFunctionSource Source { get; }

    /// <summary>Why a better source could not be used; null for the best one.</summary>
    public string? Reason { get; }

    /// <summary>The modules that have such functions, sorted; <c>vmlinux</c> is the kernel proper.</summary>
    public IReadOnlyList<string> Modules => Table.Modules;

    /// <summary>The number of functions in all modules.</summary>
    public int Count => Table.Count;

    /// <summary>The functions, without the compiler's <c>.part.</c> pieces of functions, which are not listed.</summary>
    public FunctionTable Table { get; }

    /// <summary>Reads the running kernel's list from the best source there is. Never throws: see <see cref="Reason"/>.</summary>
    /// <param name="tracefs">The tracing file system.</param>
    /// <param name="btf">The kernel's type information, the last resort; null if there is none.</param>
    /// <param name="kallsyms">The symbols' file.</param>
    public static TraceableFunctions Load(TraceFs tracefs, KernelBtf? btf = null, string kallsyms = KernelSymbols.DefaultPath)
    {
        string reason;
        try
        {
            byte[] list = tracefs.ReadBytes("available_filter_functions");
            if (list.Length > 0)
                return FromFilterFunctions(list, ReadBlocklist());
            reason = "available_filter_functions of tracefs is empty.";
        }
        catch (TracefsException e)
        {
            reason = e.Message;
        }

        FunctionTable.Builder functions = new();
        try
        {
            foreach (KernelSymbol symbol in KernelSymbols.Load(kallsyms).All())
            {
                if (symbol.IsText && symbol.Module != "bpf" && !symbol.Module.StartsWith("__builtin__", StringComparison.Ordinal) && !IsCompilerPart(symbol.Name))
                    Add(functions, symbol.Name, symbol.Module);
            }

            if (functions.Count > 0)
                return new TraceableFunctions(TraceableFunctionSource.KernelSymbols, reason, functions.Build(ReadBlocklist()));
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
                foreach (BtfType function in btf.Vmlinux.Types(BtfKind.Func))
                    Add(functions, function.Name, Kernel);
                return new TraceableFunctions(TraceableFunctionSource.Btf, reason, functions.Build(ReadBlocklist()));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or BtfFormatException)
            {
                reason += " " + e.Message;
            }
        }

        return new TraceableFunctions(TraceableFunctionSource.None, reason);
    }

    /// <summary>Reads a file in the form of <c>available_filter_functions</c> (bpftrace's <c>--traceable-functions</c>).</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static TraceableFunctions LoadFile(string path) => FromFilterFunctions(File.ReadAllBytes(path), ReadBlocklist());

    /// <summary>Reads text in the form of <c>available_filter_functions</c>.</summary>
    public static TraceableFunctions Parse(string text) => FromFilterFunctions(Encoding.UTF8.GetBytes(text), null);

    /// <summary>The functions of a module, each once, in the order of their bytes; none if there is no such module.</summary>
    public IReadOnlyList<string> Functions(string module)
    {
        int index = Table.IndexOf(module);
        if (index < 0)
            return [];
        ReadOnlySpan<int> entries = Table.EntriesOf(index);
        string[] names = new string[entries.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = Table.Name(entries[i]);
        return names;
    }

    /// <summary>Functions by pattern as (module, name), module by module, each in the order of names.</summary>
    /// <param name="modulePattern">The module's pattern; null for any.</param>
    /// <param name="namePattern">The function's pattern or name.</param>
    public IEnumerable<(string Module, string Name)> Match(string? modulePattern, string namePattern)
    {
        bool isExact = !WildcardPattern.HasWildcard(namePattern);
        WildcardPattern? modules = modulePattern is null ? null : new WildcardPattern(modulePattern);
        var names = new WildcardPattern(namePattern);
        for (int module = 0; module < Table.Modules.Count; module++)
        {
            string owner = Table.Modules[module];
            if (modules is not null && !modules.IsMatch(owner))
                continue;
            if (isExact)
            {
                if (Contains(namePattern, owner))
                    yield return (owner, namePattern);
                continue;
            }

            // What the pattern begins with stands together.
            int count = Table.EntriesOf(module).Length;
            for (int i = Table.LowerBound(Table.EntriesOf(module), names.PrefixUtf8); i < count; i++)
            {
                int entry = Table.EntriesOf(module)[i];
                if (!Table.NameUtf8(entry).StartsWith(names.PrefixUtf8))
                    break;
                if (names.IsMatch(Table.NameUtf8(entry)))
                    yield return (owner, Table.Name(entry));
            }
        }
    }

    /// <summary>Whether a function can be traced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">Its module; null looks in all.</param>
    public bool Contains(string name, string? module = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        for (int i = 0; i < Table.Modules.Count; i++)
        {
            if ((module is null || Table.Modules[i] == module) && (Table.Contains(i, bytes) || _parts.Contains($"{Table.Modules[i]}:{name}")))
                return true;
        }

        return false;
    }

    /// <summary>The raw tracepoints by module and name, sorted, as the functions made for them tell.</summary>
    public IReadOnlyCollection<(string Module, string Name)> RawTracepoints()
    {
        List<(string Module, string Name)> found = [];
        foreach (string module in Table.Modules)
        {
            SortedSet<string> names = new(StringComparer.Ordinal);
            foreach (string prefix in s_rawTracepointPrefixes)
            {
                foreach ((_, string function) in Match(module, prefix + "*"))
                    names.Add(function[prefix.Length..]);
            }

            foreach (string name in names)
                found.Add((module, name));
        }

        return found;
    }

    /// <summary>Reads lines of <c>name</c> or <c>name [module]</c>. A module's functions stand together.</summary>
    private static TraceableFunctions FromFilterFunctions(byte[] text, FunctionTable.Builder? blocked)
    {
        FunctionTable.Builder functions = new(text);
        HashSet<string>? parts = null;
        int kernel = functions.Module(Kernel), module = kernel;
        int lastModule = 0, lastModuleLength = 0;
        for (int position = 0; position < text.Length; position++)
        {
            int start = position;
            bool hasDot = false;
            while (position < text.Length && text[position] is not ((byte)' ' or (byte)'\n'))
                hasDot |= text[position++] == '.';
            int length = position - start;
            if (position < text.Length && text[position] == ' ')
            {
                int end = text.AsSpan(position).IndexOf((byte)'\n');
                end = end < 0 ? text.Length : position + end;
                int bracket = text.AsSpan(position, end - position).LastIndexOf((byte)'[');
                if (bracket < 0 || text[end - 1] != ']')
                {
                    module = kernel;
                    lastModuleLength = 0;
                }
                else
                {
                    int name = position + bracket + 1, nameLength = end - 1 - name;
                    if (nameLength != lastModuleLength || !text.AsSpan(name, nameLength).SequenceEqual(text.AsSpan(lastModule, lastModuleLength)))
                    {
                        module = functions.Module(Encoding.UTF8.GetString(text, name, nameLength));
                        (lastModule, lastModuleLength) = (name, nameLength);
                    }
                }

                position = end;
            }
            else if (lastModuleLength != 0)
            {
                module = kernel;
                lastModuleLength = 0;
            }

            if (length == 0 || MustNotBeTraced(text.AsSpan(start, length)))
                continue;
            if (hasDot && text.AsSpan(start, length).IndexOf(".part."u8) >= 0)
                (parts ??= []).Add($"{(lastModuleLength == 0 ? Kernel : Encoding.UTF8.GetString(text, lastModule, lastModuleLength))}:{Encoding.UTF8.GetString(text, start, length)}");
            else
                functions.Add(start, length, module);
        }

        return new TraceableFunctions(TraceableFunctionSource.FilterFunctions, null, functions.Build(blocked), parts);
    }

    private static void Add(FunctionTable.Builder functions, string name, string module)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        if (!MustNotBeTraced(bytes))
            functions.Add(bytes, functions.Module(module));
    }

    /// <summary>From the kernel's own selftests (tools/testing/selftests/bpf/prog_tests/kprobe_multi_test.c), as bpftrace has them.</summary>
    private static bool MustNotBeTraced(ReadOnlySpan<byte> name) =>
        name.StartsWith("rcu_"u8) || name.StartsWith("__ftrace_invalid_address__"u8)
        || name.SequenceEqual("arch_cpu_idle"u8) || name.SequenceEqual("default_idle"u8) || name.SequenceEqual("bpf_dispatcher_xdp_func"u8);

    /// <summary>Symbols that are no function's entry: outlined cold parts, padding in front of functions, CFI type words.</summary>
    private static bool IsCompilerPart(string name)
        => name.Contains(".cold", StringComparison.Ordinal) || name.Contains(".part.", StringComparison.Ordinal)
            || name.StartsWith("__pfx_", StringComparison.Ordinal) || name.StartsWith("__cfi_", StringComparison.Ordinal);

    /// <summary>What kprobes refuse, from lines of <c>0xaddr-0xaddr\tname [module]</c>; null if debugfs cannot be read.</summary>
    private static FunctionTable.Builder? ReadBlocklist()
    {
        byte[] text;
        try
        {
            if (!File.Exists(Blocklist))
                return null; // an exception would cost more than the look
            text = VirtualFile.ReadAllBytes(Blocklist);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // The kernel refuses these functions itself when they are attached to.
        }

        FunctionTable.Builder blocked = new(text);
        for (int position = 0; position < text.Length;)
        {
            int end = text.AsSpan(position).IndexOf((byte)'\n');
            end = end < 0 ? text.Length : position + end;
            int tab = text.AsSpan(position, end - position).IndexOf((byte)'\t');
            int start = position + tab + 1;
            position = end + 1;
            if (tab < 0)
                continue;
            ReadOnlySpan<byte> name = text.AsSpan(start, end - start);
            int bracket = name.LastIndexOf(" ["u8);
            int module = blocked.Module(bracket < 0 ? Kernel : Encoding.UTF8.GetString(name[(bracket + 2)..].TrimEnd((byte)']')));
            blocked.Add(start, bracket < 0 ? name.Length : bracket, module);
        }

        return blocked;
    }
}
