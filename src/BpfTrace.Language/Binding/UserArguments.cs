using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Dwarf;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <summary>A parameter of a user function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Place">Where it is at the function's entry.</param>
internal sealed record UserArgument(string Name, BpfType Type, DwarfArgument Place)
{
    /// <summary>Whether a BPF program can read it: floating-point registers are out of its reach.</summary>
    public bool IsReadable { get; } = Type.Size > 0 && !Place.Registers.Contains(-1);
}

/// <summary>
/// The typed arguments of uprobes, from the binary's debug information. As a whole they are a structure of the parameters in order, each aligned as C
/// aligns it (bpftrace <c>dwarf_parser.cpp</c>, <c>resolve_args</c>).
/// </summary>
internal static class UserArguments
{
    /// <summary>The origin of the structure.</summary>
    public const string Origin = "user";

    /// <summary>Fills in what the instance's first target has.</summary>
    public static ProbeInstance Describe(ProbeInstance instance)
    {
        if (instance.Binary is not { } binary)
            return instance;
        if (!binary.IsKnown)
            return instance with { ArgumentsError = binary.Problem ?? $"no debuginfo found for {binary.Path}" };
        string name = instance.Target.FullName + "_args";
        if (binary.Function is not { } function)
            return instance with { Arguments = new StructType(name, false, 0, static () => [], Origin) };
        if (function.IsGo)
            return instance with { ArgumentsError = "Go passes arguments in a way of its own; use reg()" };
        if (function.Parameters.Length > Architecture.RegisterArgumentCount)
            return instance with { ArgumentsError = "'args' builtin is not supported for probes with stack-passed arguments." };
        ImmutableArray<UserArgument> arguments =
            [.. DwarfArguments.Locate(function).Select(place => new UserArgument(place.Parameter.Name, binary.Import(place.Parameter.Type), place))];
        TupleType layout = Layout(arguments);
        return instance with
        {
            UserArguments = arguments,
            Arguments = new StructType(name, false, layout.Size, () => [.. layout.Fields.Select(static f => new StructField(f.Name, f.Type, f.Offset * 8, 0))], Origin),
        };
    }

    /// <summary>The readable ones, side by side.</summary>
    public static TupleType Layout(ImmutableArray<UserArgument> arguments) =>
        TupleType.CreateRecord([.. arguments.Where(static a => a.IsReadable).Select(static a => (a.Name, a.Type))]);
}
