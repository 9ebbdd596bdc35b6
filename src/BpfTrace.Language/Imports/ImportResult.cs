using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Imports;

/// <summary>What came of following a script's imports.</summary>
/// <param name="Program">
/// The script with the parts of all imported scripts before its own, in the order of their dependence; its source is the text of all files.
/// The script itself where nothing is imported, or after an error.
/// </param>
/// <param name="Diagnostics">Errors and warnings, also the syntax errors of imported scripts.</param>
public sealed record ImportResult(ProgramSyntax Program, ImmutableArray<Diagnostic> Diagnostics);
