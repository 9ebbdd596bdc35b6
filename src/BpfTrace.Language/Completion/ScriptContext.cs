using System.Collections.Immutable;

namespace BpfTrace.Language.Completion;

/// <summary>Where in a script a caret is.</summary>
internal enum ScriptPlace
{
    /// <summary>In a comment, a string, a structure: nothing is completed there.</summary>
    Nowhere,

    /// <summary>Among attach points.</summary>
    AttachPoint,

    /// <summary>In a predicate, a probe's block or a macro.</summary>
    Body,

    /// <summary>In the config block.</summary>
    Config,
}

/// <summary>What a script's text up to a caret tells, without parsing it: it is not finished yet.</summary>
internal sealed record ScriptContext
{
    /// <summary>Where the caret is.</summary>
    public ScriptPlace Place { get; init; }

    /// <summary>Where the word at the caret begins.</summary>
    public int WordStart { get; init; }

    /// <summary>The word up to the caret; with its <c>@</c> or <c>$</c>.</summary>
    public string Word { get; init; } = "";

    /// <summary>True for the first attach point of an item: words such as <c>config</c> may stand there.</summary>
    public bool IsItemStart { get; init; }

    /// <summary>The attach points of the probe around the caret; empty in a macro.</summary>
    public string AttachPoints { get; init; } = "";

    /// <summary>What stands before the dot or arrow at the caret: <c>args</c>, <c>((struct sock *)arg0)->__sk_common</c>; null without one.</summary>
    public string? MemberOf { get; init; }

    /// <summary><c>struct</c>, <c>union</c> or <c>enum</c> where it stands before the word at the caret: the name of a type follows; null elsewhere.</summary>
    public string? TypeKeyword { get; init; }

    /// <summary>The body's complete statements before the one at the caret, and the braces it has open.</summary>
    public string Before { get; init; } = "";

    /// <summary>How many braces of <see cref="Before"/> are open, the body's own included.</summary>
    public int OpenBraces { get; init; }

    /// <summary>The items of the script that are no probes: structures, macros, the config block.</summary>
    public string Preamble { get; init; } = "";

    /// <summary>The script's maps, with their <c>@</c>, sorted.</summary>
    public ImmutableArray<string> Maps { get; init; } = [];

    /// <summary>The variables of the body up to the caret, with their <c>$</c>, sorted.</summary>
    public ImmutableArray<string> Variables { get; init; } = [];

    /// <summary>The headers of the script's macros: <c>name($a, @b)</c>.</summary>
    public ImmutableArray<string> Macros { get; init; } = [];
}
