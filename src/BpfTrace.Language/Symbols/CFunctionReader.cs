using System.Collections.Immutable;
using BpfTrace.Bpf.Btf;

namespace BpfTrace.Language.Symbols;

/// <summary>Reads the functions of a compiled BPF object from its BTF (the kernel's <c>Documentation/bpf/btf.rst</c>, <c>BTF_KIND_FUNC</c>).</summary>
public static class CFunctionReader
{
    private const int StaticLinkage = 0, ExternLinkage = 2;

    /// <summary>The functions an object defines. Their types read from the BTF for as long as they are in use.</summary>
    /// <param name="btf">The object's BTF.</param>
    /// <exception cref="BtfFormatException">It is malformed.</exception>
    public static ImmutableArray<CFunctionSymbol> Read(BtfFile btf)
    {
        ArgumentNullException.ThrowIfNull(btf);
        var importer = new BtfTypeImporter(static (_, _) => null);
        var functions = ImmutableArray.CreateBuilder<CFunctionSymbol>();
        foreach (BtfType function in btf.Types(BtfKind.Func))
        {
            if (function.Linkage != ExternLinkage)
                functions.Add(Read(function, importer));
        }
        return functions.ToImmutable();
    }

    private static CFunctionSymbol Read(BtfType function, BtfTypeImporter importer)
    {
        string? whyNot = function.Linkage == StaticLinkage ? "it is static" : null;
        var parameters = ImmutableArray.CreateBuilder<CParameter>();
        foreach (BtfParameter parameter in function.Parameters)
        {
            if (parameter.IsVariadic)
            {
                whyNot ??= "it takes a variable number of arguments";
                continue;
            }
            BpfType type = importer.Import(parameter.Type);
            if (!IsPassed(type))
                whyNot ??= $"its parameter '{parameter.Name}' is of type '{type.DisplayName}', which can be given by address only";
            parameters.Add(new CParameter(parameter.Name, type));
        }
        BpfType result = importer.Import(function.ReturnType);
        if (result is not VoidType && !IsPassed(result))
            whyNot ??= $"its value is of type '{result.DisplayName}'";
        return new CFunctionSymbol(function.Name, parameters.ToImmutable(), result) { WhyNot = whyNot };
    }

    /// <summary>What a register holds.</summary>
    private static bool IsPassed(BpfType type) => type is IntegerType or BoolType or EnumType or PointerType;
}
