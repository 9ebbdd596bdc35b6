using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Imports;

/// <summary>
/// Follows the imports of a script (bpftrace <c>src/ast/passes/resolve_imports.cpp</c>): finds the files, parses scripts, and puts their
/// parts before the importing script's. A file is imported once, however often it is named; a circle of imports ends there.
/// </summary>
public static class ImportResolver
{
    /// <summary>Whether a script has an import to follow. A look at its text is all it takes for one that has none.</summary>
    public static bool HasImports(ProgramSyntax program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return !program.Imports.IsEmpty || Statements(program).Count > 0;
    }

    /// <summary>Follows the imports of a script that parsed.</summary>
    /// <param name="program">The script; its source is one file.</param>
    /// <param name="files">Where files are read from.</param>
    /// <param name="searchPaths">Directories to look in after the importing script's and the first script's own.</param>
    /// <param name="workingDirectory">The directory of a script that is in no file; empty for the process's.</param>
    public static ImportResult Resolve(ProgramSyntax program, IImportFiles files, IReadOnlyList<string> searchPaths, string workingDirectory = "")
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(searchPaths);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        var import = new ImportWalk(program, files, searchPaths, workingDirectory);
        import.Follow(program);
        return new ImportResult(import.Diagnostics.HasErrors ? program : import.Merge(), import.Diagnostics.ToImmutableArray());
    }

    /// <summary>The imports inside of blocks.</summary>
    internal static List<ImportStatementSyntax> Statements(ProgramSyntax program)
    {
        var found = new List<ImportStatementSyntax>();
        if (!program.Source.Text.Contains("import", StringComparison.Ordinal))
            return found;
        foreach (SyntaxNode node in program.DescendantsAndSelf())
        {
            if (node is ImportStatementSyntax statement)
                found.Add(statement);
        }
        return found;
    }
}
