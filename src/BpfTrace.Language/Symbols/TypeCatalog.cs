using BpfTrace.Bpf.Btf;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Probes;

namespace BpfTrace.Language.Symbols;

/// <summary>A constant of an enum.</summary>
/// <param name="Type">The enum, 64 bits wide.</param>
/// <param name="Value">The constant's value; its bits where the enum has no sign.</param>
internal sealed record EnumConstant(EnumType Type, long Value);

/// <summary>
/// The types and constants a script can name: those of its own C part first, then the kernel's, then the modules'.
/// Nothing is read before it is asked for.
/// </summary>
internal sealed partial class TypeCatalog : IKernelTypeNames
{
    private readonly IKernelCatalog _kernel;
    private readonly BtfTypeImporter _importer;
    private readonly Dictionary<string, StructType> _scriptStructs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StructType?> _structs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumConstant?> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumType> _scriptEnums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BpfType> _scriptTypedefs = new(StringComparer.Ordinal);

    public TypeCatalog(IKernelCatalog kernel)
    {
        _kernel = kernel;
        _importer = new BtfTypeImporter((name, isUnion) => FindOwnOrKernelStruct(name, isUnion));
    }

    /// <summary>Whether the kernel's types are known.</summary>
    public bool HasKernelTypes => _kernel.KernelTypes is not null;

    /// <summary>What a C front end read; null for none.</summary>
    public ICUnit? Unit { get; set; }

    /// <summary>Forgets what was entered of the script.</summary>
    public void ForgetScript()
    {
        _scriptStructs.Clear();
        _structs.Clear();
        _constants.Clear();
        _scriptEnums.Clear();
        _scriptTypedefs.Clear();
    }

    /// <inheritdoc/>
    public StructType? FindKernelStruct(string name, bool isUnion) =>
        FindBtf(name, isUnion ? BtfKind.Union : BtfKind.Struct) is { } type ? (StructType)_importer.Import(type) : null;

    /// <inheritdoc/>
    public EnumType? FindKernelEnum(string name) => FindBtf(name, BtfKind.Enum) is { } type ? (EnumType)_importer.Import(type) : null;

    /// <inheritdoc/>
    public BpfType? FindKernelNamed(string name)
    {
        // The language has names that C does not, such as string.
        if (CTypeNames.Find(name) is IntegerType or BoolType)
            return CTypeNames.Find(name);
        foreach (BtfFile file in KernelFiles())
        {
            if ((file.FindByName(name, BtfKind.Typedef) ?? file.FindByName(name, BtfKind.Int)) is { } type)
                return _importer.Import(type);
        }
        return null;
    }

    /// <summary>The types of the binary whose probe is bound; null outside of user probes. They come after the script's and before the kernel's.</summary>
    public BinaryTypes? Binary { get; set; }

    /// <summary>Enters a structure of the script; it hides the kernel's.</summary>
    public void Define(StructType type) => _scriptStructs[StructKey(type.Name, type.IsUnion)] = type;

    /// <summary>Enters an enum of the script with its constants.</summary>
    public void Define(EnumType type, IEnumerable<(string Name, long Value)> values)
    {
        if (type.Name.Length > 0)
            _scriptEnums[type.Name] = type;
        EnumType wide = type.Widened;
        foreach ((string name, long value) in values)
            _constants[name] = new EnumConstant(wide, value);
    }

    /// <summary>Enters a typedef of the script.</summary>
    public void DefineTypedef(string name, BpfType type) => _scriptTypedefs[name] = type;

    /// <summary>A structure or union by tag.</summary>
    public StructType? FindStruct(string name, bool isUnion) =>
        Binary is not null && !_scriptStructs.ContainsKey(StructKey(name, isUnion)) && Unit?.FindStruct(name, isUnion) is null
        && Binary.FindStruct(name, isUnion) is { } found
            ? found
            : FindOwnOrKernelStruct(name, isUnion);

    private StructType? FindOwnOrKernelStruct(string name, bool isUnion)
    {
        string key = StructKey(name, isUnion);
        if (_scriptStructs.TryGetValue(key, out StructType? own))
            return own;
        if (_structs.TryGetValue(key, out StructType? known))
            return known;
        _structs[key] = null;
        StructType? found = Unit?.FindStruct(name, isUnion) ?? FindKernelStruct(name, isUnion);
        _structs[key] = found;
        return found;
    }

    /// <summary>An enum by tag.</summary>
    public EnumType? FindEnum(string name) =>
        _scriptEnums.TryGetValue(name, out EnumType? own) ? own
        : Unit?.FindEnum(name) ?? Binary?.FindEnum(name) ?? FindKernelEnum(name);

    /// <summary>An enum constant by name; its type is 64 bits wide, as bpftrace has it.</summary>
    public EnumConstant? FindConstant(string name)
    {
        if (_constants.TryGetValue(name, out EnumConstant? known))
            return known ?? Binary?.FindConstant(name);
        EnumConstant? found = null;
        if (Unit?.FindConstant(name) is { } read)
            found = new EnumConstant(read.Type.Widened, read.Value);
        else if (_kernel.KernelTypes is { } btf && btf.TryFindEnumConstant(name, out BtfEnumValue value, out BtfType type))
        {
            var imported = (EnumType)_importer.Import(type);
            found = new EnumConstant(imported with { Underlying = value.Value < 0 ? IntegerType.Int64 : IntegerType.UInt64 }, value.Value);
        }
        _constants[name] = found;
        return found ?? Binary?.FindConstant(name);
    }

    /// <summary>A type by its plain name: a typedef, or C's own names (<c>char</c>, <c>unsigned long</c>).</summary>
    public BpfType? FindNamed(string name)
    {
        if (_scriptTypedefs.TryGetValue(name, out BpfType? own))
            return own;
        if (CTypeNames.Find(name) is { } builtin)
            return builtin;
        return Unit?.FindTypedef(name) ?? Binary?.FindNamed(name) ?? FindKernelNamed(name);
    }

    /// <summary>The language's type for a BTF type.</summary>
    public BpfType Import(BtfType type) => _importer.Import(type);

    /// <summary>The prototype of a kernel function; null when it has none. An empty module means any.</summary>
    public BtfType? FindFunction(string module, string name)
    {
        if (module.Length > 0 && module != "*")
        {
            BtfFile? file = module == "vmlinux" ? _kernel.KernelTypes : _kernel.ModuleTypes(module);
            return file?.FindByName(name, BtfKind.Func);
        }
        return FindBtf(name, BtfKind.Func);
    }

    /// <summary>A typedef, in the kernel or a module.</summary>
    public BtfType? FindTypedef(string name) => FindBtf(name, BtfKind.Typedef);

    /// <summary>A type from its C spelling: <c>const char *</c>, <c>struct sk_buff *</c>, <c>unsigned int</c>.</summary>
    public BpfType? Parse(string text)
    {
        var words = new List<string>();
        int pointers = 0;
        bool user = false;
        foreach (string word in text.Replace("*", " * ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "*")
                pointers++;
            else if (word.Contains("user", StringComparison.Ordinal) && word.StartsWith("__", StringComparison.Ordinal))
                user = true;
            else if (word is not ("const" or "volatile" or "restrict" or "__restrict") && !word.StartsWith("__attribute__", StringComparison.Ordinal))
                words.Add(word);
        }
        BpfType? type = words switch
        {
            ["struct" or "union", var tag] => FindStruct(tag, words[0] == "union")
                ?? new StructType(tag, words[0] == "union", 0, static () => [], "forward"),
            ["enum", var tag] => FindEnum(tag),
            [] => null,
            _ => FindNamed(string.Join(' ', words)),
        };
        if (type is null && pointers > 0)
            type = BpfType.Void;
        for (int i = 0; i < pointers; i++)
            type = new PointerType(type!, user && i == pointers - 1 ? AddressSpace.User : AddressSpace.None);
        return type;
    }

    private static string StructKey(string name, bool isUnion) => isUnion ? "union " + name : name;

    private BtfType? FindBtf(string name, BtfKind kind)
    {
        foreach (BtfFile file in KernelFiles())
        {
            if ((ReferenceEquals(file, _kernel.KernelTypes) ? file.FindByName(name, kind) : file.FindOwnByName(name, kind)) is { } type)
                return type;
        }
        return null;
    }

    private IEnumerable<BtfFile> KernelFiles()
    {
        if (_kernel.KernelTypes is not { } kernel)
            yield break;
        yield return kernel;
        foreach (string module in _kernel.TypeModules)
        {
            if (module != "vmlinux" && _kernel.ModuleTypes(module) is { } file)
                yield return file;
        }
    }
}
