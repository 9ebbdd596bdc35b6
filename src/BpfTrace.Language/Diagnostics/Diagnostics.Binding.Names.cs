using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>A name that means nothing.</summary>
    public const string UnknownIdentifier = nameof(UnknownIdentifier);

    /// <summary>A function that does not exist.</summary>
    public const string UnknownFunction = nameof(UnknownFunction);

    /// <summary>A builtin of bpftrace that there is no support for on this machine.</summary>
    public const string NotSupported = nameof(NotSupported);

    /// <summary>A kernel or user symbol, or a control group, that does not exist.</summary>
    public const string UnknownSymbol = nameof(UnknownSymbol);

    /// <summary>A type that is not known.</summary>
    public const string UnknownType = nameof(UnknownType);

    /// <summary>A member that does not exist.</summary>
    public const string UnknownField = nameof(UnknownField);

    /// <summary>A variable nothing was assigned to.</summary>
    public const string UndefinedVariable = nameof(UndefinedVariable);

    /// <summary>A variable whose type is not to be found out.</summary>
    public const string UnresolvedType = nameof(UnresolvedType);

    /// <summary>A map nothing is assigned to.</summary>
    public const string UndefinedMap = nameof(UndefinedMap);

    /// <summary>A variable is declared where it is visible already.</summary>
    public const string AlreadyDeclared = nameof(AlreadyDeclared);

    /// <summary>A declared variable without a value.</summary>
    public const string NeverAssigned = nameof(NeverAssigned);

    /// <summary>A variable that outlives its block, as in bpftrace 0.17.</summary>
    public const string ProbeScope = nameof(ProbeScope);

    /// <summary>A declared variable is read before it has a value.</summary>
    public const string UsedBeforeAssigned = nameof(UsedBeforeAssigned);

    /// <summary>A declared map that is not used.</summary>
    public const string UnusedMap = nameof(UnusedMap);

    /// <summary>A map declaration with an unknown kind.</summary>
    public const string InvalidMapType = nameof(InvalidMapType);

    /// <summary>A map is declared as a kind its values do not go into.</summary>
    public const string MapTypeConflict = nameof(MapTypeConflict);

    /// <summary>A variable can not have this type.</summary>
    public const string InvalidDeclarationType = nameof(InvalidDeclarationType);
}

public sealed partial class DiagnosticBag
{
    internal void ReportUnknownIdentifier(TextLocation location, string name, string? suggestion, string? header = null) =>
        Add(new Diagnostic(DiagnosticIds.UnknownIdentifier, DiagnosticSeverity.Error, $"Unknown identifier: '{name}'", location)
        {
            Hints = [.. Hints(suggestion == name ? $"{name}() is a function, and takes arguments." : DidYouMean(suggestion), header)],
            IsLack = header is not null,
        });

    internal void ReportUnknownFunction(TextLocation location, string name, string? suggestion) =>
        Error(DiagnosticIds.UnknownFunction, location, $"Unknown function: '{name}'", [.. Hints(DidYouMean(suggestion))]);

    /// <summary><c>dw_ustack</c> unwinds in the kernel by tables made of <c>.eh_frame</c>, whose registers are those of one architecture.</summary>
    internal void ReportNoTableUnwinding(TextLocation location) =>
        Error(DiagnosticIds.NotSupported, location, "dw_ustack is not available on this machine (requires x86_64)", ["ustack follows frame pointers: programs and libraries compiled with -fno-omit-frame-pointer have them."]);

    internal void ReportUnknownSymbol(TextLocation location, string message, string? why = null) =>
        Lack(DiagnosticIds.UnknownSymbol, location, message, [.. Hints(why)]);

    internal void ReportUnknownType(TextLocation location, string message, string? why = null) =>
        Error(DiagnosticIds.UnknownType, location, message, [.. Hints(why)]);

    /// <summary>A type that would be the kernel's.</summary>
    internal void ReportUnknownKernelType(TextLocation location, string message, string? why = null) =>
        Lack(DiagnosticIds.UnknownType, location, message, [.. Hints(why)]);

    internal void ReportUnknownField(TextLocation location, string message, string? suggestion, string? others = null) =>
        Error(DiagnosticIds.UnknownField, location, message, [.. Hints(DidYouMean(suggestion) ?? others)]);

    /// <summary>A member of a type that is the kernel's, or of a probe's arguments.</summary>
    internal void ReportUnknownKernelField(TextLocation location, string message, string? suggestion, string? others = null) =>
        Lack(DiagnosticIds.UnknownField, location, message, [.. Hints(DidYouMean(suggestion) ?? others)]);

    internal void ReportUndefinedVariable(TextLocation location, string name, string? suggestion) =>
        Error(DiagnosticIds.UndefinedVariable, location, $"Undefined or undeclared variable: {name}", [.. Hints(DidYouMean(suggestion))]);

    internal void ReportUnresolvedVariable(TextLocation location) =>
        Error(DiagnosticIds.UnresolvedType, location, "Could not resolve the type of this variable");

    internal void ReportUndefinedMap(TextLocation location, string name) =>
        Error(DiagnosticIds.UndefinedMap, location, UndefinedMapPrefix + name);

    /// <summary>What the message of a map that nothing is assigned to begins with; the name follows.</summary>
    internal const string UndefinedMapPrefix = "Undefined map: ";

    internal void ReportAlreadyDeclared(TextLocation location, string name, DiagnosticNote note) =>
        Add(new Diagnostic(DiagnosticIds.AlreadyDeclared, DiagnosticSeverity.Error, $"Variable {name} was already declared. Variable shadowing is not allowed.", location) { Notes = [note] });

    internal void ReportLoopShadows(TextLocation location, string name, DiagnosticNote note) =>
        Add(new Diagnostic(DiagnosticIds.AlreadyDeclared, DiagnosticSeverity.Error, $"Loop declaration shadows existing variable: {name}", location) { Notes = [note] });

    internal void ReportNeverAssigned(TextLocation location, string name) =>
        Warning(DiagnosticIds.NeverAssigned, location, $"Variable {name} was never assigned to.");

    internal void ReportProbeScope(TextLocation location, string name) =>
        Warning(DiagnosticIds.ProbeScope, location, $"{name} is used after the block it is first assigned in; newer bpftrace wants it declared before that block", [.. Hints($"Declare it before: let {name};")]);

    internal void ReportUsedBeforeAssigned(TextLocation location, string name) =>
        Warning(DiagnosticIds.UsedBeforeAssigned, location, $"Variable used before it was assigned: {name}");

    internal void ReportUnusedMap(TextLocation location, string name) =>
        Warning(DiagnosticIds.UnusedMap, location, $"Unused map: {name}");

    internal void ReportMapRedeclared(TextLocation location, string name, TextLocation first) =>
        Add(new Diagnostic(DiagnosticIds.AlreadyDeclared, DiagnosticSeverity.Error, $"Map {name} was already declared.", location)
        {
            Notes = [new DiagnosticNote("This is the initial declaration.", first)],
        });

    internal void ReportInvalidMapType(TextLocation location, string type) =>
        Error(DiagnosticIds.InvalidMapType, location, $"Invalid bpf map type: {type}", [.. Hints("Valid map types: hash, lruhash, percpuhash, percpulruhash")]);

    internal void ReportMapTypeConflict(TextLocation location, string declared, string used) =>
        Error(DiagnosticIds.MapTypeConflict, location, $"Incompatible map types. Type from declaration: {declared}. Type from value/key type: {used}");

    internal void ReportInvalidDeclarationType(TextLocation location, BpfType type) =>
        Error(DiagnosticIds.InvalidDeclarationType, location, $"Invalid variable declaration type: {type}");
}
