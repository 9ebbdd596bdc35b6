using BpfTrace.Tests.Language.Syntax;

namespace BpfTrace.Fuzz;

/// <summary>Scripts that mutation starts from.</summary>
internal static class SeedScripts
{
    /// <summary>The tests' own scripts, and those below a directory in the order of their names.</summary>
    public static IReadOnlyList<string> Load(string? directory) => directory is null
        ? ScriptCorpus.Scripts
        : [.. ScriptCorpus.Scripts, .. Directory.EnumerateFiles(directory, "*.bt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
}
