using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Parsing;

/// <summary>What came of parsing a script.</summary>
/// <param name="Root">The tree; after an error it holds what was parsed before it and must not be bound.</param>
/// <param name="Diagnostics">Errors, each with a location; empty when the script parsed.</param>
public sealed record ParseResult(ProgramSyntax Root, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>Whether the script parsed.</summary>
    public bool Success
    {
        get
        {
            foreach (Diagnostic diagnostic in Diagnostics)
            {
                if (diagnostic.IsError)
                    return false;
            }
            return true;
        }
    }
}
