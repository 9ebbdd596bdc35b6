using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <summary>
/// The types of <c>args</c> and of fexit's <c>retval</c>: a tracepoint's from its format, a function's from BTF (bpftrace
/// <c>args_resolver.cpp</c>, <c>tracepoint_format_parser.cpp</c>, <c>btf.cpp</c>).
/// </summary>
internal static class ProbeArguments
{
    /// <summary>Fills in what the instance's first target has.</summary>
    public static ProbeInstance Describe(ProbeInstance instance, BindContext context) => instance.Type switch
    {
        ProbeType.Tracepoint => DescribeTracepoint(instance, context),
        ProbeType.Fentry or ProbeType.Fexit => DescribeFunction(instance, context),
        ProbeType.RawTracepoint => DescribeRawTracepoint(instance, context),
        ProbeType.Uprobe => UserArguments.Describe(instance),
        _ => instance,
    };

    private static ProbeInstance DescribeTracepoint(ProbeInstance instance, BindContext context)
    {
        AttachTarget target = instance.Target;
        if (context.Catalog.TracepointFormat(target.Target, target.Name) is not { } format)
            return instance with { ArgumentsError = $"Tracepoint not found: {target.Target}:{target.Name}" };
        bool isSyscall = target.Target == "syscalls";
        var fields = ImmutableArray.CreateBuilder<StructField>(format.Fields.Length);
        foreach (TracepointField field in format.Fields)
            fields.Add(ImportField(field, context.Types, isSyscall));
        TracepointField? last = format.Fields.IsEmpty ? null : format.Fields[^1];
        ImmutableArray<StructField> all = fields.MoveToImmutable();
        return instance with
        {
            Arguments = new StructType(target.FullName + "_args", false, last is null ? 0 : last.Offset + last.Size, () => all, "tracepoint"),
        };
    }

    private static StructField ImportField(TracepointField field, TypeCatalog types, bool isSyscall)
    {
        if (field.IsDataLoc)
            return new StructField(field.Name, IntegerType.Int64 with { Space = AddressSpace.Kernel }, field.Offset * 8, 0) { IsDataLoc = true };
        return new StructField(field.Name, ImportType(field, types, isSyscall), field.Offset * 8, 0);
    }

    private static BpfType ImportType(TracepointField field, TypeCatalog types, bool isSyscall)
    {
        string text = field.TypeText;
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        if (bracket >= 0)
        {
            string element = text[..bracket].Trim();
            BpfType? elementType = types.Parse(element);
            return element is "char" ? new StringType(field.Size)
                : elementType is null || elementType.Size == 0 ? new ArrayType(IntegerType.UInt8, field.Size)
                : new ArrayType(elementType, field.Size / elementType.Size);
        }
        BpfType type = types.Parse(text) ?? IntegerType.UInt64;

        // The record's size and sign win: syscall records widen every argument to eight bytes.
        AddressSpace space = isSyscall ? AddressSpace.User : AddressSpace.Kernel;
        return type switch
        {
            PointerType pointer => pointer with { Space = pointer.Space == AddressSpace.None ? space : pointer.Space },
            StructType or EnumType => type,
            BoolType when field.Size == 1 => type,
            _ => new IntegerType(Math.Clamp(field.Size, 1, 8) * 8, field.IsSigned) { Space = space },
        };
    }

    private static ProbeInstance DescribeFunction(ProbeInstance instance, BindContext context)
    {
        AttachTarget target = instance.Target;
        if (target.Target == "bpf")
            return instance;
        if (context.Types.FindFunction(target.Target, target.Name) is not { } function)
            return instance with { ArgumentsError = $"Could not find the prototype of {target.Name} in BTF{WithoutTypes(context)}" };
        BtfType prototype = function.Prototype;
        var fields = ImmutableArray.CreateBuilder<StructField>();
        int slot = 0;
        foreach (BtfParameter parameter in prototype.Parameters)
        {
            if (parameter.IsVariadic)
                break;
            BpfType type = WithSpace(context.Types.Import(parameter.Type), AddressSpace.Kernel);
            fields.Add(new StructField(parameter.Name, type, slot * 64, 0));

            // A structure by value takes as many slots as it has eight bytes (the kernel's btf_ctx_access).
            slot += type is StructType ? Math.Max(1, (type.Size + 7) / 8) : 1;
        }
        BpfType returnType = WithSpace(context.Types.Import(prototype.ReturnType), AddressSpace.Kernel);
        ImmutableArray<StructField> all = fields.ToImmutable();
        return instance with
        {
            Arguments = new StructType(target.FullName + "_args", false, slot * 8, () => all, "function"),
            ReturnType = returnType is VoidType ? null : returnType,
            ArgumentCount = slot,
        };
    }

    /// <summary>A raw tracepoint's arguments are those of <c>typedef void (*btf_trace_NAME)(void *, …)</c> after the first.</summary>
    private static string WithoutTypes(BindContext context) =>
        context.Types.HasKernelTypes ? "" : ": the kernel has no type information (CONFIG_DEBUG_INFO_BTF). arg0, arg1, ... are there without it";

    private static ProbeInstance DescribeRawTracepoint(ProbeInstance instance, BindContext context)
    {
        AttachTarget target = instance.Target;
        if (context.Types.FindTypedef("btf_trace_" + target.Name) is not { } typedef || typedef.Resolve() is not { Kind: BtfKind.Ptr } pointer
            || pointer.Target.Resolve() is not { Kind: BtfKind.FuncProto } prototype)
        {
            return instance with { ArgumentsError = $"Could not find the arguments of raw tracepoint {target.Name} in BTF{WithoutTypes(context)}" };
        }
        var fields = ImmutableArray.CreateBuilder<StructField>();
        for (int i = 1; i < prototype.Parameters.Count; i++)
        {
            BtfParameter parameter = prototype.Parameters[i];
            string name = NameOfRawArgument(context, target.Name, i, parameter);
            fields.Add(new StructField(name, WithSpace(context.Types.Import(parameter.Type), AddressSpace.Kernel), (i - 1) * 64, 0));
        }
        ImmutableArray<StructField> all = fields.ToImmutable();
        return instance with { Arguments = new StructType(target.FullName + "_args", false, all.Length * 8, () => all, "function") };
    }

    /// <summary>A function pointer's prototype has no parameter names; the tracepoint's probe function <c>__bpf_trace_NAME</c> or <c>__traceiter_NAME</c> has.</summary>
    private static string NameOfRawArgument(BindContext context, string tracepoint, int index, BtfParameter parameter)
    {
        if (parameter.Name.Length > 0)
            return parameter.Name;
        foreach (string prefix in (ReadOnlySpan<string>)["__traceiter_", "__bpf_trace_", "__probestub_"])
        {
            if (context.Types.FindFunction("", prefix + tracepoint) is { } function && index < function.Parameters.Count
                && function.Parameters[index].Name is { Length: > 0 } name)
            {
                return name;
            }
        }
        return "arg" + (index - 1).ToString(CultureInfo.InvariantCulture);
    }

    private static BpfType WithSpace(BpfType type, AddressSpace space) => type switch
    {
        PointerType { Space: AddressSpace.None } pointer => pointer with { Space = space },
        IntegerType integer => integer with { Space = space },
        _ => type,
    };
}
