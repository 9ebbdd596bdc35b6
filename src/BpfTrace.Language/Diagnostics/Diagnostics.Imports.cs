using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>No file or module has the name that is imported.</summary>
    public const string ImportNotFound = nameof(ImportNotFound);

    /// <summary>An imported file or directory cannot be read.</summary>
    public const string ImportUnreadable = nameof(ImportUnreadable);

    /// <summary>An import is not followed because everybody may write to the file or its directory.</summary>
    public const string ImportWritableByAll = nameof(ImportWritableByAll);

    /// <summary>An imported file is none of the kinds that can be imported.</summary>
    public const string ImportType = nameof(ImportType);

    /// <summary>An imported script has a <c>config</c> block.</summary>
    public const string ConfigInImport = nameof(ConfigInImport);

    /// <summary>An imported file has code that there is no compiler for.</summary>
    public const string ImportCode = nameof(ImportCode);

    /// <summary>What the C compiler says of an imported file.</summary>
    public const string ImportedC = nameof(ImportedC);

    /// <summary>A function of an imported C file that only C can call.</summary>
    public const string CFunctionNotCallable = nameof(CFunctionNotCallable);

    /// <summary>An import inside of a block names a script or a directory.</summary>
    public const string StatementImport = nameof(StatementImport);
}

/// <content>Wording of bpftrace's <c>src/ast/passes/resolve_imports.cpp</c>.</content>
public sealed partial class DiagnosticBag
{
    internal void ReportImportNotFound(TextLocation location, IReadOnlyList<string> looked, string? similar)
    {
        string paths = $"checked: {string.Join(',', looked)}";
        if (similar is null)
            Error(DiagnosticIds.ImportNotFound, location, "Unable to find suitable path for import", paths);
        else
            Error(DiagnosticIds.ImportNotFound, location, "Unable to find suitable path for import", paths, $"similar to builtins: {similar}");
    }

    internal void ReportImportUnreadable(TextLocation location, string path, string reason) =>
        Error(DiagnosticIds.ImportUnreadable, location, $"error reading import '\"{path}\"': {reason}");

    internal void ReportImportSkipped(TextLocation location, string path) =>
        Warning(DiagnosticIds.ImportWritableByAll, location, $"skipping due to global write permissions: \"{path}\"");

    internal void ReportImportRefused(TextLocation location, string path) =>
        Error(DiagnosticIds.ImportWritableByAll, location, $"cowardly refusing to import from a directory with global write permissions: \"{path}\"");

    internal void ReportImportType(TextLocation location, string name) =>
        Error(DiagnosticIds.ImportType, location, $"unknown import type: \"{name}\"", "scripts (.bt), C headers (.h) and directories of them can be imported");

    internal void ReportImportCode(TextLocation location, string path, string? reason) =>
        Error(
            DiagnosticIds.ImportCode,
            location,
            $"functions in C cannot be compiled{(reason is null ? "" : $" ({reason})")}: \"{path}\"",
            "Write them in the script as macros or fn functions; C headers (.h) can be imported for their types and constants.");

    internal void ReportImportObject(TextLocation location, string path) =>
        Error(
            DiagnosticIds.ImportCode,
            location,
            $"compiled objects cannot be linked in: \"{path}\"",
            "Import the C source (.bpf.c) that it was compiled from.");

    internal void ReportImportedC(TextLocation location, string message, bool isError)
    {
        if (isError)
            Error(DiagnosticIds.ImportedC, location, message);
        else
            Warning(DiagnosticIds.ImportedC, location, message);
    }

    internal void ReportCFunctionNotCallable(TextLocation location, string name, string reason) =>
        Error(DiagnosticIds.CFunctionNotCallable, location, $"The C function '{name}' cannot be called from a script: {reason}");

    internal void ReportCArgumentType(TextLocation location, string parameter, BpfType expected, BpfType found, CFunctionSymbol function) =>
        Error(
            DiagnosticIds.ArgumentType,
            location,
            $"Expected {expected} for argument{(parameter.Length > 0 ? $" `{parameter}`" : "")} got {found}",
            $"Function `{function.Name}` requires arguments ({string.Join(", ", function.Parameters.Select(static p => p.Type.ToString()))})");

    internal void ReportImportTooDeep(TextLocation location, int limit) =>
        Error(DiagnosticIds.NestingTooDeep, location, $"imports are nested too deep (limit is {limit})");

    internal void ReportConfigInImport(TextLocation location) =>
        Error(DiagnosticIds.ConfigInImport, location, "invalid `config` within import");

    internal void ReportStatementImport(TextLocation location) =>
        Error(
            DiagnosticIds.StatementImport,
            location,
            "Import statements that are not at the root are limited to specific object (.o), header (.h), or C source (.c or bpf.c) files");
}
