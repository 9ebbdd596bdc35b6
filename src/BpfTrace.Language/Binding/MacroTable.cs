using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <summary>The script's macros by name; one name may have several, told apart by their parameters.</summary>
internal sealed class MacroTable
{
    private readonly Dictionary<string, List<MacroSyntax>> _macros = new(StringComparer.Ordinal);

    public MacroTable(ProgramSyntax program)
    {
        foreach (MacroSyntax macro in program.Macros)
        {
            if (!_macros.TryGetValue(macro.Name, out List<MacroSyntax>? named))
                _macros[macro.Name] = named = [];
            named.Add(macro);
        }
    }

    /// <summary>Every macro's name.</summary>
    public IEnumerable<string> Names => _macros.Keys;

    /// <summary>The macros of a name, in the script's order.</summary>
    public IReadOnlyList<MacroSyntax> Named(string name) => _macros.TryGetValue(name, out List<MacroSyntax>? named) ? named : [];
}
