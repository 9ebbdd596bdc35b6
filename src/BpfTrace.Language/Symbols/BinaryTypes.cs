using BpfTrace.Bpf.Dwarf;
using BpfTrace.Language.Probes;

namespace BpfTrace.Language.Symbols;

/// <summary>
/// The functions and types of the binary a probe is in, from its debug information. Nothing is read before it is asked for.
/// </summary>
internal sealed class BinaryTypes(IKernelCatalog catalog, AttachTarget target, string? directories)
{
    private readonly Dictionary<string, StructType?> _structs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EnumConstant?> _constants = new(StringComparer.Ordinal);
    private DwarfTypeImporter? _importer;
    private bool _isOpen;
    private DwarfFile? _file;
    private DwarfFunction? _function;
    private string? _problem;

    /// <summary>The binary.</summary>
    public string Path => target.Target;

    /// <summary>Whether there is debug information.</summary>
    public bool IsKnown => Open();

    /// <summary>Why debug information could not be looked for, if it was asked for; null when it was.</summary>
    public string? Problem => _problem;

    /// <summary>What is missing of the debug information that is there; null for nothing.</summary>
    public string? Warning => _file?.Warning;

    /// <summary>The function the probe is in; null where it is not known.</summary>
    public DwarfFunction? Function
    {
        get
        {
            Open();
            return _function;
        }
    }

    /// <summary>A structure, class or union by its name.</summary>
    public StructType? FindStruct(string name, bool isUnion)
    {
        string key = isUnion ? "union " + name : name;
        if (_structs.TryGetValue(key, out StructType? known))
            return known;
        StructType? found = Find(name, kind => DwarfTypeImporter.IsKind(kind, isUnion)) as StructType;
        _structs[key] = found;
        return found;
    }

    /// <summary>An enumeration by its name.</summary>
    public EnumType? FindEnum(string name) => Find(name, static kind => kind == DwarfTypeKind.Enumeration) as EnumType;

    /// <summary>A typedef, or in C++ a class named without its keyword.</summary>
    public BpfType? FindNamed(string name) =>
        Find(name, static kind => kind is DwarfTypeKind.Typedef or DwarfTypeKind.Structure or DwarfTypeKind.Class or DwarfTypeKind.Union or DwarfTypeKind.Enumeration);

    /// <summary>An enumeration's constant by its name; its type is 64 bits wide, as bpftrace has it.</summary>
    public EnumConstant? FindConstant(string name)
    {
        if (_constants.TryGetValue(name, out EnumConstant? known))
            return known;
        EnumConstant? found = null;
        if (Open() && _file!.FindEnumerator(name, _function) is var (type, value) && Import(type) is EnumType imported)
            found = new EnumConstant(imported with { Underlying = value.Value < 0 ? IntegerType.Int64 : IntegerType.UInt64 }, value.Value);
        _constants[name] = found;
        return found;
    }

    /// <summary>The language's type; null is void.</summary>
    public BpfType Import(DwarfType? type) => _importer!.Import(type);

    private BpfType? Find(string name, Func<DwarfTypeKind, bool> isWanted) =>
        Open() && _file!.FindType(name, isWanted, _function) is { } type ? Import(type) : null;

    private bool Open()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            _file = catalog.DebugInformation(Path, directories, out _problem);
            if (_file is not null)
            {
                if (target.Name.Length > 0 && catalog.UserSymbol(Path, target.Name) is { } symbol)
                    _function = _file.FindFunction(symbol.Address);
                _importer = new DwarfTypeImporter(_file, _function);
            }
        }
        return _file is not null;
    }
}
