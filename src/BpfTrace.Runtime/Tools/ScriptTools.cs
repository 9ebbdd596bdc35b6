using System.Text;
using BpfTrace.Bpf.Proc;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Outline;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Finds tools: scripts (<c>*.bt</c>) in directories, by their names.</summary>
public static class ScriptTools
{
    private const string Extension = ".bt";

    /// <summary>
    /// The files of tools by name, sorted. Of several with one name the first directory's counts; a directory that is not there has none.
    /// </summary>
    /// <param name="directories">Where to look, in order; the path of a script is one too.</param>
    public static IReadOnlyDictionary<string, string> FindFiles(IEnumerable<string> directories)
    {
        ArgumentNullException.ThrowIfNull(directories);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string directory in directories)
        {
            if (Exists(directory))
                files.TryAdd(NameOf(directory), directory);
            else if (Directory.Exists(directory))
                AddScripts(files, directory);
        }

        return files;
    }

    /// <summary>Whether a path leads to a script's file. A named pipe or a device is none: who looks for tools or completes a name must not wait for it.</summary>
    public static bool Exists(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RegularFile.Exists(path);
    }

    /// <summary>Reads what a tool says of itself.</summary>
    /// <param name="path">The script's file.</param>
    /// <param name="diagnostics">What is wrong with the script; the tool is null then.</param>
    /// <returns>The tool; null for a script that is not right, or has no probes and is there to be imported.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ScriptTool? Read(string path, out IReadOnlyList<Diagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(path);
        ParseResult parsed = Parser.Parse(SourceText.FromFile(path));
        diagnostics = parsed.Diagnostics;
        if (!parsed.Success)
            return null;
        ProgramSyntax program = parsed.Root;
        if (ImportResolver.HasImports(program))
        {
            ImportResult imported = ImportResolver.Resolve(program, new ImportFiles(), []);
            diagnostics = imported.Diagnostics;
            if (CompiledTrace.HasError(imported.Diagnostics))
                return null;
            program = imported.Program;
        }

        return !program.Probes.Any() ? null : Describe(path, ScriptOutline.Of(program, NameOf(path)));
    }

    /// <summary>A name of a script as a PowerShell parameter is written: <c>max-depth</c> is <c>MaxDepth</c>.</summary>
    internal static string PascalCase(string name)
    {
        var text = new StringBuilder(name.Length);
        bool atStart = true;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                atStart = true;
                continue;
            }

            text.Append(atStart ? char.ToUpperInvariant(c) : c);
            atStart = false;
        }

        return text.ToString();
    }

    private static ScriptTool Describe(string path, ScriptOutline outline) => new()
    {
        Name = NameOf(path),
        Synopsis = outline.Synopsis,
        Description = [.. outline.Description],
        Parameters = [.. outline.Parameters.Select(Describe)],
        Probes = [.. outline.AttachPoints],
        Examples = [.. outline.Examples],
        Path = path,
    };

    private static ScriptToolParameter Describe(ScriptParameter parameter) => new()
    {
        Name = PascalCase(parameter.Name),
        ScriptName = parameter.ToString(),
        Position = parameter.Position,
        TypeName = parameter.Kind switch
        {
            ScriptParameterKind.Flag => "System.Boolean",
            ScriptParameterKind.Integer => "System.Int64",
            ScriptParameterKind.UnsignedInteger => "System.UInt64",
            _ => "System.String",
        },
        DefaultValue = parameter.Default,
        Description = parameter.Description,
        IsRequired = parameter.IsRequired,
    };

    private static void AddScripts(SortedDictionary<string, string> files, string directory)
    {
        try
        {
            foreach (string file in Directory.EnumerateFiles(directory, "*" + Extension))
            {
                if (Exists(file))
                    files.TryAdd(NameOf(file), file);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // A directory of the search path that this user may not read has no tools for this user.
        }
    }

    private static string NameOf(string path) => Path.GetFileName(path) is var file && file.EndsWith(Extension, StringComparison.Ordinal) ? file[..^Extension.Length] : file;
}
