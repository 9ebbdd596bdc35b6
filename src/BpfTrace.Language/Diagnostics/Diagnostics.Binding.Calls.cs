using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>A function with too few or too many arguments.</summary>
    public const string ArgumentCount = nameof(ArgumentCount);

    /// <summary>A function with an argument of the wrong type.</summary>
    public const string ArgumentType = nameof(ArgumentType);

    /// <summary>A function with an argument out of range.</summary>
    public const string ArgumentRange = nameof(ArgumentRange);

    /// <summary>An argument must be a literal.</summary>
    public const string LiteralRequired = nameof(LiteralRequired);

    /// <summary>An argument must be a map, or another kind of map.</summary>
    public const string MapExpected = nameof(MapExpected);

    /// <summary>A function that changes the system, without permission.</summary>
    public const string UnsafeFunction = nameof(UnsafeFunction);

    /// <summary>A format and its arguments do not go together.</summary>
    public const string FormatMismatch = nameof(FormatMismatch);

    /// <summary>A value that can not be printed.</summary>
    public const string NotPrintable = nameof(NotPrintable);

    /// <summary>fail() or static_assert().</summary>
    public const string ScriptFailure = nameof(ScriptFailure);

    /// <summary>A macro with the wrong arguments.</summary>
    public const string MacroArguments = nameof(MacroArguments);

    /// <summary>A macro that uses itself.</summary>
    public const string RecursiveMacro = nameof(RecursiveMacro);

    /// <summary>Macros that use macros multiply beyond what can be compiled.</summary>
    public const string MacroTooLarge = nameof(MacroTooLarge);

    /// <summary>Two functions of one name.</summary>
    public const string SubprogramRedefined = nameof(SubprogramRedefined);

    /// <summary>A function returns something else than it says.</summary>
    public const string SubprogramReturn = nameof(SubprogramReturn);

    /// <summary>A function that calls itself.</summary>
    public const string RecursiveSubprogram = nameof(RecursiveSubprogram);

    /// <summary>A map is printed in a loop.</summary>
    public const string PrintInLoop = nameof(PrintInLoop);

    /// <summary>print(@stats, top, div).</summary>
    public const string StatsLimits = nameof(StatsLimits);

    /// <summary>A string length above max_strlen.</summary>
    public const string LengthShortened = nameof(LengthShortened);

    /// <summary>A named parameter with two defaults or descriptions.</summary>
    public const string NamedParameter = nameof(NamedParameter);

    /// <summary>debugf() writes where everybody reads.</summary>
    public const string Debugf = nameof(Debugf);

    /// <summary>A feature that may change.</summary>
    public const string UnstableFeature = nameof(UnstableFeature);

    /// <summary>A named argument that is not of its parameter's type.</summary>
    public const string NamedParameterValue = nameof(NamedParameterValue);

    /// <summary>A named argument the script does not ask for.</summary>
    public const string UnexpectedNamedParameters = nameof(UnexpectedNamedParameters);
}

public sealed partial class DiagnosticBag
{
    internal void ReportSubprogramRedefined(TextLocation location, string name, TextLocation other) =>
        Add(new Diagnostic(DiagnosticIds.SubprogramRedefined, DiagnosticSeverity.Error, $"Redefinition of function: {name}", location)
        {
            Notes = [new DiagnosticNote("The original is here.", other)],
        });

    internal void ReportSubprogramReturn(TextLocation location, string name, BpfType type, BpfType value) =>
        Error(DiagnosticIds.SubprogramReturn, location, $"Function {name} is of type {type}, cannot return {value}");

    internal void ReportRecursiveSubprogram(TextLocation location, string chain) =>
        Error(DiagnosticIds.RecursiveSubprogram, location, $"Recursive function call detected. Call chain: {chain}");

    internal void ReportArgumentCount(TextLocation location, string message) =>
        Error(DiagnosticIds.ArgumentCount, location, message);

    internal void ReportArgumentType(TextLocation location, string message) =>
        Error(DiagnosticIds.ArgumentType, location, message);

    internal void ReportArgumentRange(TextLocation location, string message, string? hint = null) =>
        Error(DiagnosticIds.ArgumentRange, location, message, [.. Hints(hint)]);

    internal void ReportLiteralRequired(TextLocation location, string message) =>
        Error(DiagnosticIds.LiteralRequired, location, message);

    internal void ReportMapExpected(TextLocation location, string message) =>
        Error(DiagnosticIds.MapExpected, location, message);

    internal void ReportUnsafe(TextLocation location, string name) =>
        Error(DiagnosticIds.UnsafeFunction, location, name == "system" ? $"{name}() is an unsafe function being used in safe mode" : $"{name}() is unsafe. To use you need the --unsafe flag", [.. Hints("Allow it with --unsafe (-Unsafe).")]);

    internal void ReportFormat(TextLocation location, string message) =>
        Error(DiagnosticIds.FormatMismatch, location, message);

    internal void ReportPrint(TextLocation location, string message) =>
        Error(DiagnosticIds.NotPrintable, location, message);

    internal void ReportFailed(TextLocation location, string message) =>
        Error(DiagnosticIds.ScriptFailure, location, message);

    internal void ReportMacroArguments(TextLocation location, string message, params ReadOnlySpan<DiagnosticNote> notes) =>
        Add(new Diagnostic(DiagnosticIds.MacroArguments, DiagnosticSeverity.Error, message, location) { Notes = [.. notes] });

    internal void ReportShadowsMacroArgument(TextLocation location, string name, DiagnosticNote note) =>
        Add(new Diagnostic(DiagnosticIds.AlreadyDeclared, DiagnosticSeverity.Error, $"Variable declaration shadows macro arg {name}", location) { Notes = [note] });

    internal void ReportForeignMap(TextLocation location, string name) =>
        Error(DiagnosticIds.MacroArguments, location, $"Unhygienic access to map: {name}. Maps must be passed into the macro as arguments.");

    internal void ReportMacroTooLarge(TextLocation location, string name, int limit) =>
        Error(DiagnosticIds.MacroTooLarge, location, $"{name} expands to too much: a probe can hold {limit} uses of macros, those within macros counted");

    internal void ReportRecursiveMacro(TextLocation location, string chain) =>
        Error(DiagnosticIds.RecursiveMacro, location, $"Recursive macro call detected. Call chain: {chain}");

    internal void ReportMacroRedefined(TextLocation location, string name, TextLocation original) =>
        ReportMacroArguments(location, $"Redefinition of macro: {name}", new DiagnosticNote("This is the original definition.", original));

    internal void ReportTypeArgument(TextLocation location) =>
        Error(DiagnosticIds.MacroArguments, location, "When used as a call argument, `typeof` builtin only valid for macro calls that are expecting a type parameter");

    internal void ReportTypeReplacement(TextLocation location, string macro, string parameter, string type) =>
        Error(DiagnosticIds.MacroArguments, location, $"Invalid replacement for macro '{macro}' type parameter '{parameter}' which makes up the type '{type}'");

    internal void ReportPrintInLoop(TextLocation location) =>
        Warning(DiagnosticIds.PrintInLoop, location, "Due to it's asynchronous nature using 'print()' in a loop can lead to unexpected behavior. The map will likely be updated before the runtime can 'print' it.");

    internal void ReportStatsLimits(TextLocation location) =>
        Warning(DiagnosticIds.StatsLimits, location, "print()'s top and div arguments are ignored when used on stats() maps.");

    internal void ReportLengthShortened(TextLocation location, long length, int limit) =>
        Warning(DiagnosticIds.LengthShortened, location, $"length param ({length}) is too long and will be shortened to {limit} bytes (see BPFTRACE_MAX_STRLEN)");

    internal void ReportNamedParameter(TextLocation location, string message) =>
        Error(DiagnosticIds.NamedParameter, location, message);

    internal void ReportDebugf(TextLocation location) =>
        Warning(DiagnosticIds.Debugf, location, "The debugf() builtin is not recommended for production use. For more information see bpf_trace_printk in bpf-helpers(7).");

    /// <summary>Printed without its place, as bpftrace does (src/ast/passes/unstable_feature.cpp).</summary>
    internal void ReportUnstable(TextLocation location, string feature, string key) =>
        Add(new Diagnostic(
            DiagnosticIds.UnstableFeature,
            DiagnosticSeverity.Warning,
            $"Script is using an unstable feature: {feature}. To prevent this warning you must explicitly enable it in the config e.g. {key}=enable",
            location) { Display = DiagnosticDisplay.MessageOnly });

    internal void ReportUnstableRefused(TextLocation location, string feature, string key) =>
        Error(DiagnosticIds.UnstableFeature, location, $"{feature} feature is not enabled by default. To enable this unstable feature, set the config flag to enable. {key}=enable");

    internal void ReportImportStatement(TextLocation location) =>
        Error(
            DiagnosticIds.UnstableFeature,
            location,
            "Import statements that are not at the top level are primarily for the standard library. If this is functionality you need, please file an issue to explain why.",
            "an import at the top of the script needs no permission; unstable_import_statement=enable in the config block gives it here");

    internal void ReportNamedParameterValue(string message) => Error(DiagnosticIds.NamedParameterValue, null, message);

    internal void ReportUnexpectedNamedParameters(string message, string hint) => Error(DiagnosticIds.UnexpectedNamedParameters, null, message, hint);

    /// <summary>Adds where a macro is used to the diagnostics its body gave.</summary>
    /// <param name="from">How many diagnostics there were before.</param>
    /// <param name="use">Where the macro is used.</param>
    internal void AddExpansionNote(int from, TextLocation use)
    {
        for (int i = from; i < _diagnostics.Count; i++)
        {
            Diagnostic diagnostic = _diagnostics[i];
            _diagnostics[i] = diagnostic with { Notes = diagnostic.Notes.Add(new DiagnosticNote("expanded from", use, DiagnosticNoteKind.ExpandedFrom)) };
        }
    }
}
