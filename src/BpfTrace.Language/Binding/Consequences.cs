using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Language.Binding;

/// <summary>Tells what is wrong from what only follows from it: one mistake is told once.</summary>
internal static class Consequences
{
    /// <summary>The diagnostics of a program without those that another error explains.</summary>
    public static IEnumerable<Diagnostic> Without(IEnumerable<Diagnostic> diagnostics, ProgramBinder bound)
    {
        Diagnostic[] all = [.. diagnostics];
        HashSet<string> spoilt = [.. bound.SpoiltMaps.Select(DiagnosticBag.UndefinedMap)];
        bool IsConsequence(Diagnostic diagnostic) =>
            diagnostic.Id == DiagnosticIds.UnresolvedType || (diagnostic.Id == DiagnosticIds.UndefinedMap && spoilt.Contains(diagnostic.Message));
        return Array.Exists(all, d => d.IsError && !IsConsequence(d)) ? all.Where(d => !IsConsequence(d)) : all;
    }

    /// <summary>
    /// Errors that hold whatever the types of maps are: those that can be told although some probe has no place to attach to, and with it what it would have
    /// kept in maps is not known.
    /// </summary>
    public static bool IsIndependent(Diagnostic diagnostic) => diagnostic.IsError && diagnostic.Id is
        DiagnosticIds.UnknownFunction or DiagnosticIds.UnknownIdentifier or DiagnosticIds.UndefinedVariable or DiagnosticIds.UnknownType
        or DiagnosticIds.NotInProbe or DiagnosticIds.ArgumentCount or DiagnosticIds.LiteralRequired or DiagnosticIds.UnsafeFunction
        or DiagnosticIds.JumpOutsideLoop or DiagnosticIds.UnrollRange or DiagnosticIds.MacroArguments or DiagnosticIds.RecursiveMacro
        or DiagnosticIds.StackArgument or DiagnosticIds.StringTooLong or DiagnosticIds.LiteralOverflow or DiagnosticIds.AlreadyDeclared;
}
