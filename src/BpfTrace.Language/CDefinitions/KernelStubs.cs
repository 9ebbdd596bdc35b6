using System.Globalization;
using System.Text;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// Stands for kernel types in C text: a structure is bytes of its size and alignment under its name, which is all that a member of its type
/// needs; the type itself is the kernel's afterwards. So no order of definitions is to be found, and nothing else of the kernel's clashes.
/// </summary>
internal sealed class KernelStubs(TypeCatalog types)
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The C text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Adds what a name stands for in the kernel.</summary>
    /// <param name="name">A tag with its keyword, or a plain name.</param>
    /// <returns>Whether there is such a thing, and it is new.</returns>
    public bool Add(string name)
    {
        if (!_known.Add(name))
            return false;
        int space = name.IndexOf(' ', StringComparison.Ordinal);
        string tag = name[(space + 1)..];
        switch (space < 0 ? "" : name[..space])
        {
            case "struct" or "union" when types.FindKernelStruct(tag, name[0] == 'u') is { Size: > 0 } type:
                _text.Append(CultureInfo.InvariantCulture, $"{name} {Bytes(type)};\n");
                return true;
            case "enum" when types.FindKernelEnum(tag) is { } type:
                string limit = type.Underlying.Size > 4 ? "0xffffffffffffffffULL" : type.Underlying.IsSigned ? "-1" : "0";
                _text.Append(CultureInfo.InvariantCulture, $"enum {tag} {{ {CInput.StubMember}_{tag} = {limit} }};\n");
                return true;
            case "":
                return AddNamed(name);
            default:
                return false;
        }
    }

    private bool AddNamed(string name)
    {
        if (types.FindKernelNamed(name) is { } type)
        {
            _text.Append("typedef ").Append(Declare(type, name)).Append(";\n");
            return true;
        }
        long value;
        if (types.FindConstant(name) is { } constant)
            value = constant.Value;
        else if (!KernelConstants.TryFind(name, out value))
            return false;
        _text.Append(CultureInfo.InvariantCulture, $"enum {{ {name} = {value}LL }};\n");
        return true;
    }

    private static string Declare(BpfType type, string name) => type switch
    {
        VoidType => $"void {name}",
        BoolType => $"_Bool {name}",
        IntegerType integer => $"{(integer.IsSigned ? "signed" : "unsigned")} {Word(integer.Size)} {name}",
        EnumType @enum => Declare(@enum.Underlying, name),
        PointerType => $"void *{name}",
        StringType text => $"char {name}[{Number(text.Capacity)}]",
        ArrayType array => Declare(array.Element, $"{name}[{Number(array.Count)}]"),
        StructType structure => $"{(structure.IsUnion ? "union" : "struct")} {Bytes(structure)} {name}",
        _ => $"char {name}[{Number(type.Size)}]",
    };

    private static string Word(int size) => size switch
    {
        1 => "char",
        2 => "short",
        4 => "int",
        _ => "long long",
    };

    private static string Bytes(StructType type) => $"{{ _Alignas({Number(type.Alignment)}) char {CInput.StubMember}[{Number(type.Size)}]; }}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
