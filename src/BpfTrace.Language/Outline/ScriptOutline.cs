using System.Collections.Immutable;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Outline;

/// <summary>
/// What a script says of itself, without a kernel: the comment on top, the parameters it asks for, and its attach points.
/// </summary>
/// <remarks>
/// The comment's first paragraph is the synopsis, with or without the script's name before it; paragraphs that begin with <c>$1 name:</c> describe
/// positional parameters; indented lines are examples; the others are the description.
/// </remarks>
public sealed record ScriptOutline
{
    /// <summary>What it is for, in a sentence; empty where the script does not say.</summary>
    public string Synopsis { get; init; } = "";

    /// <summary>More about it, a paragraph each.</summary>
    public ImmutableArray<string> Description { get; init; } = [];

    /// <summary>Command lines to try.</summary>
    public ImmutableArray<string> Examples { get; init; } = [];

    /// <summary>The positional parameters in order, then the named ones by name.</summary>
    public ImmutableArray<ScriptParameter> Parameters { get; init; } = [];

    /// <summary>The attach points as they are written, each once, without begin and end.</summary>
    public ImmutableArray<string> AttachPoints { get; init; } = [];

    /// <summary>The outline of a script.</summary>
    /// <param name="program">Its tree; imports are in it when they were followed.</param>
    /// <param name="name">The script's name without directory and extension, which the comment may begin with.</param>
    public static ScriptOutline Of(ProgramSyntax program, string name)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(name);
        ScriptHeader header = ScriptHeader.Read(program, name);
        return new ScriptOutline
        {
            Synopsis = header.Synopsis,
            Description = [.. header.Description],
            Examples = [.. header.Examples],
            Parameters = new ParameterFinder(program, header).Find(),
            AttachPoints = AttachPointsOf(program),
        };
    }

    private static ImmutableArray<string> AttachPointsOf(ProgramSyntax program)
    {
        var points = ImmutableArray.CreateBuilder<string>();
        foreach (ProbeSyntax probe in program.Probes)
        {
            foreach (AttachPointSyntax point in probe.AttachPoints)
            {
                if (point.Provider.Text is not ("begin" or "BEGIN" or "end" or "END") && !points.Contains(point.Text))
                    points.Add(point.Text);
            }
        }

        return points.ToImmutable();
    }
}
