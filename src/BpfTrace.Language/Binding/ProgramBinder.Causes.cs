using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <content>
/// Which variables and maps have no type because of a mistake that was told already: in what is assigned to them, or further up.
/// </content>
internal sealed partial class ProgramBinder
{
    private readonly HashSet<VariableKey> _causedVariables = [];
    private int _spoiltReads;

    private CauseMark MarkCauses() => new(Diagnostics.Count, _spoiltReads);

    /// <summary>Whether an error since the mark says why nothing is known of a value, itself or of something read in it.</summary>
    private bool IsCaused(CauseMark since)
    {
        if (_spoiltReads > since.SpoiltReads)
            return true;
        for (int i = since.Diagnostics; i < Diagnostics.Count; i++)
        {
            if (Diagnostics[i] is { IsError: true, Id: not (DiagnosticIds.UnresolvedType or DiagnosticIds.UndefinedMap) })
                return true;
        }
        return false;
    }

    private void Spoil(MapSymbol map, CauseMark before)
    {
        SpoiltMaps.Add(map.Name);
        if (IsCaused(before))
            CausedMaps.Add(map.Name);
    }

    /// <summary>How much was told, and read of what was told to be wrong, at some place.</summary>
    private readonly record struct CauseMark(int Diagnostics, int SpoiltReads);
}
