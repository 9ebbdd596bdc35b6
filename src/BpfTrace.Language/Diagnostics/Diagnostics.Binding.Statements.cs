using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>A string literal longer than max_strlen.</summary>
    public const string StringTooLong = nameof(StringTooLong);

    /// <summary>Arithmetic on literals that does not fit 64 bits.</summary>
    public const string LiteralOverflow = nameof(LiteralOverflow);

    /// <summary>A literal string cut to nothing.</summary>
    public const string AlwaysEmpty = nameof(AlwaysEmpty);

    /// <summary>A positional parameter that was not given.</summary>
    public const string EmptyParameter = nameof(EmptyParameter);

    /// <summary>A value nobody uses.</summary>
    public const string ValueDiscarded = nameof(ValueDiscarded);

    /// <summary>A statement after a jump.</summary>
    public const string Unreachable = nameof(Unreachable);

    /// <summary>break or continue outside of a loop.</summary>
    public const string JumpOutsideLoop = nameof(JumpOutsideLoop);

    /// <summary>An unroll count that is no literal from 1 to 100.</summary>
    public const string UnrollRange = nameof(UnrollRange);

    /// <summary>A while loop.</summary>
    public const string DeprecatedFeature = nameof(DeprecatedFeature);

    /// <summary>A form that has a newer one.</summary>
    public const string DeprecatedForm = nameof(DeprecatedForm);

    /// <summary>A setting that does not exist or has a wrong value.</summary>
    public const string InvalidConfig = nameof(InvalidConfig);

    /// <summary>A setting without effect.</summary>
    public const string ConfigNoEffect = nameof(ConfigNoEffect);

    /// <summary>A setting under its old name.</summary>
    public const string ConfigRenamed = nameof(ConfigRenamed);

    /// <summary>A header that the kernel's BTF stands in for.</summary>
    public const string HeaderSkipped = nameof(HeaderSkipped);

    /// <summary>A C definition that can not be read.</summary>
    public const string CDefinition = nameof(CDefinition);
}

public sealed partial class DiagnosticBag
{
    internal void ReportStringTooLong(TextLocation location, int limit, string text) =>
        Error(DiagnosticIds.StringTooLong, location, $"String is too long (over {limit} bytes): {text}");

    internal void ReportLiteralOverflow(TextLocation location) =>
        Error(DiagnosticIds.LiteralOverflow, location, "unable to fold literals due to overflow or underflow");

    internal void ReportNegativeUnderflow(TextLocation location) =>
        Error(DiagnosticIds.LiteralOverflow, location, "negative value will underflow");

    internal void ReportAlwaysEmpty(TextLocation location) =>
        Warning(DiagnosticIds.AlwaysEmpty, location, "literal string will always be empty");

    internal void ReportEmptyParameter(TextLocation location, long index) =>
        Warning(DiagnosticIds.EmptyParameter, location, $"Positional parameter ${index} is empty or not provided. ");

    internal void ReportValueDiscarded(TextLocation location) =>
        Warning(DiagnosticIds.ValueDiscarded, location, "Return value discarded.");

    internal void ReportUnreachable(TextLocation location) =>
        Warning(DiagnosticIds.Unreachable, location, "Unreachable statement.");

    internal void ReportJumpOutsideLoop(TextLocation location, string jump, string place) =>
        Error(DiagnosticIds.JumpOutsideLoop, location, $"'{jump}' statement is not allowed in a {place}");

    internal void ReportUnrollRange(TextLocation location, string message) =>
        Error(DiagnosticIds.UnrollRange, location, message);

    internal void ReportDeprecatedWhile(TextLocation location) =>
        Warning(DiagnosticIds.DeprecatedFeature, location, "While loops are deprecated and may be removed in the future.", [.. Hints("For loops support ranges (e.g. `for ($x : $start..$end) { ... }`), and can be used in place of while. These are more easily proven to be bounded by the verifier.")]);

    internal void ReportDeprecatedForm(TextLocation location, string old, string current) =>
        Warning(DiagnosticIds.DeprecatedForm, location, $"{old} is the form of older bpftrace versions.", $"Use {current} instead.");

    internal void ReportInvalidConfig(TextLocation? location, string message, string? suggestion = null) =>
        Error(DiagnosticIds.InvalidConfig, location, message, [.. Hints(DidYouMean(suggestion))]);

    internal void ReportConfigNoEffect(TextLocation location, string key) =>
        Warning(DiagnosticIds.ConfigNoEffect, location, $"{key} is deprecated and has no effect");

    /// <param name="location">The entry; null for one from outside of the script.</param>
    /// <param name="key">The old name.</param>
    /// <param name="name">The new one.</param>
    internal void ReportConfigRenamed(TextLocation? location, string key, string name) =>
        Add(new Diagnostic(DiagnosticIds.ConfigRenamed, DiagnosticSeverity.Warning, $"{key} has been renamed, please use {name}", location)
        {
            Display = location is null ? DiagnosticDisplay.MessageOnly : DiagnosticDisplay.Full,
        });

    internal void ReportHeaderSkipped(TextLocation location, string header, string? why) =>
        Warning(DiagnosticIds.HeaderSkipped, location, $"{header} is not read: the kernel's own types are used", [.. Hints(why)]);

    internal void ReportHeaderMissing(TextLocation location, string header, string includedFrom) =>
        Warning(
            DiagnosticIds.HeaderSkipped,
            location,
            $"'{header}' file not found{(includedFrom.Length == 0 ? "" : $" (included from {includedFrom})")}: the kernel's own types and the constants known are used");

    internal void ReportHeaderIncomplete(TextLocation location, string header, int line, string message) =>
        Warning(DiagnosticIds.HeaderSkipped, location, $"{header} is read in part: line {line}: {message}");

    /// <summary>An error of the C front end, or of our own reader of C; the word is clang's.</summary>
    internal void ReportCDefinition(TextLocation location, string message, string? note) =>
        Error(DiagnosticIds.CDefinition, location, "C definition error: " + message, [.. Hints(note)]);

    internal void ReportCWarning(TextLocation location, string message) =>
        Warning(DiagnosticIds.CDefinition, location, "C definition warning: " + message);

    /// <summary>bpftrace says of this only what clang does.</summary>
    internal void ReportMixedDefinition(TextLocation location, string own, string part) =>
        Error(
            DiagnosticIds.CDefinition,
            location,
            $"C definition error: field has incomplete type '{part}'",
            $"'{own}' is also a type of the kernel (BTF). A script that defines it anew has to define '{part}' too: parts are not taken from the running kernel, which may have another layout.",
            $"Without the script's definition, the kernel's own '{own}' is used.");

    internal void ReportCMacroRecursion(TextLocation location, string chain) =>
        Error(DiagnosticIds.RecursiveMacro, location, $"Macro recursion: {chain}");

    internal void ReportCMacroNoExpression(TextLocation location, string text) =>
        Error(DiagnosticIds.CDefinition, location, $"unable to expand macro as an expression: {text}");
}
