using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Language.Binding;

/// <summary>Tells what is wrong from what only follows from it: one mistake is told once.</summary>
internal static class Consequences
{
    /// <summary>The diagnostics of a program without those that another error explains.</summary>
    public static IEnumerable<Diagnostic> Without(IEnumerable<Diagnostic> diagnostics, ProgramBinder bound)
    {
        Diagnostic[] all = [.. diagnostics.Select(d => WithNearMap(d, bound))];
        bool IsConsequence(Diagnostic diagnostic) =>
            diagnostic.Id == DiagnosticIds.UnresolvedType
            || (diagnostic.Id == DiagnosticIds.UndefinedMap && bound.SpoiltMaps.Contains(diagnostic.Message[DiagnosticBag.UndefinedMapPrefix.Length..]));
        return Array.Exists(all, d => d.IsError && !IsConsequence(d)) ? all.Where(d => !IsConsequence(d)) : all;
    }

    /// <summary>Of a map nothing is assigned to: another that was probably meant. Looked for at the end, when it is known which have a type.</summary>
    private static Diagnostic WithNearMap(Diagnostic diagnostic, ProgramBinder bound) =>
        diagnostic.Id == DiagnosticIds.UndefinedMap
        && DiagnosticBag.DidYouMean(Suggestions.Closest(diagnostic.Message[DiagnosticBag.UndefinedMapPrefix.Length..], bound.TypedMaps)) is { } hint
            ? diagnostic with { Hints = diagnostic.Hints.Add(hint) }
            : diagnostic;

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
