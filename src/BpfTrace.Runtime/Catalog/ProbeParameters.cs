using System.Collections.Immutable;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Looks up the arguments of probes: tracepoint formats and the kernel's own types. Texts are those of <c>bpftrace -lv</c>.</summary>
internal sealed class ProbeParameters
{
    private readonly IKernelCatalog _catalog;

    private readonly string? _debugInfoDirectories;

    public ProbeParameters(IKernelCatalog catalog, string? debugInfoDirectories)
    {
        _catalog = catalog;
        _debugInfoDirectories = debugInfoDirectories;
    }

    /// <summary>A probe's arguments; empty where there are none, or they are not known.</summary>
    public ImmutableArray<ProbeParameter> Of(ProbeType type, string target, string name) => type switch
    {
        ProbeType.Tracepoint => OfTracepoint(target, name),
        ProbeType.Kprobe or ProbeType.Fentry => OfFunction(target, name, withArguments: true, withReturn: false),
        ProbeType.Fexit => OfFunction(target, name, withArguments: true, withReturn: true),
        ProbeType.Kretprobe => OfFunction(target, name, withArguments: false, withReturn: true),
        ProbeType.RawTracepoint => OfRawTracepoint(target, name),
        ProbeType.Iter => OfIterator(name),
        ProbeType.Uprobe when name.Length > 0 => OfUserFunction(target, name),
        _ => [],
    };

    /// <summary>Why a probe's arguments are not known; null where there are none to know.</summary>
    public string? WhyUnknown(ProbeType type, string target) => type != ProbeType.Uprobe
        || _catalog.DebugInformation(target, _debugInfoDirectories, out string? problem) is not null ? null
            : $"No DWARF found for \"{target}\", cannot show parameter info" + (problem is null ? "" : ": " + problem);

    private ImmutableArray<ProbeParameter> OfUserFunction(string path, string name)
    {
        if (_catalog.DebugInformation(path, _debugInfoDirectories, out _) is not { } file
            || _catalog.UserSymbol(path, name) is not { } symbol
            || file.FindFunction(symbol.Address) is not { } function)
        {
            return [];
        }

        return [.. function.Parameters.Select(static parameter =>
        {
            string type = DwarfType.Describe(parameter.Type);
            return new ProbeParameter(type, parameter.Name, parameter.Name.Length > 0 ? type + " " + parameter.Name : type);
        })];
    }

    private ImmutableArray<ProbeParameter> OfTracepoint(string category, string name)
    {
        if (_catalog.TracepointFormat(category, name) is not { } format)
            return [];
        var fields = ImmutableArray.CreateBuilder<ProbeParameter>();
        foreach (TracepointField field in format.Fields)
        {
            if (!field.IsCommon)
                fields.Add(new ProbeParameter(field.TypeText, field.Name, Declare(field.TypeText, field.Name)));
        }

        return fields.ToImmutable();
    }

    private ImmutableArray<ProbeParameter> OfFunction(string module, string name, bool withArguments, bool withReturn)
    {
        if (FindFunction(module, name) is not { } function)
            return [];
        var parameters = ImmutableArray.CreateBuilder<ProbeParameter>();
        if (withArguments)
            AddParameters(parameters, function.Prototype, skip: 0);
        BtfType result = function.Prototype.ReturnType;
        if (withReturn && !result.IsVoid)
            parameters.Add(Typed(result, "retval"));
        return parameters.ToImmutable();
    }

    private ImmutableArray<ProbeParameter> OfRawTracepoint(string module, string name)
    {
        // btf_trace_NAME is "void (*)(void *, args…)": the first argument is the tracepoint's private data.
        BtfType? type = Types(module)?.FindByName("btf_trace_" + name, BtfKind.Typedef);
        if (type is not { } definition)
            return [];
        BtfType pointer = definition.Resolve();
        if (pointer.Kind != BtfKind.Ptr)
            return [];
        var parameters = ImmutableArray.CreateBuilder<ProbeParameter>();
        BtfType named = Types(module)?.FindByName("__bpf_trace_" + name, BtfKind.Func) is { } function ? function.Prototype : pointer.Target.Resolve();
        AddParameters(parameters, named, skip: 1);
        return parameters.ToImmutable();
    }

    private ImmutableArray<ProbeParameter> OfIterator(string name)
    {
        if (FindFunction("vmlinux", "bpf_iter_" + name) is not { } function)
            return [];
        var parameters = ImmutableArray.CreateBuilder<ProbeParameter>();
        AddParameters(parameters, function.Prototype, skip: 1); // the first is struct bpf_iter_meta
        return parameters.ToImmutable();
    }

    private static void AddParameters(ImmutableArray<ProbeParameter>.Builder parameters, BtfType prototype, int skip)
    {
        foreach (BtfParameter parameter in prototype.Parameters)
        {
            if (skip-- <= 0)
                parameters.Add(Typed(parameter.Type, parameter.Name));
        }
    }

    private static ProbeParameter Typed(BtfType type, string name)
    {
        string text = type.ToDeclaration("").TrimEnd();
        return new ProbeParameter(text, name, text + " " + name);
    }

    private BtfType? FindFunction(string module, string name) => Types(module)?.FindOwnByName(name, BtfKind.Func);

    private BtfFile? Types(string module) => module is "" or "vmlinux" ? _catalog.KernelTypes : _catalog.ModuleTypes(module);

    /// <summary>A format's type and name back in C's order: <c>char[16]</c>, <c>comm</c> is <c>char comm[16]</c>.</summary>
    private static string Declare(string type, string name)
    {
        int bracket = type.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0 || type.StartsWith("__data_loc", StringComparison.Ordinal) ? $"{type} {name}" : $"{type[..bracket].TrimEnd()} {name}{type[bracket..]}";
    }
}
