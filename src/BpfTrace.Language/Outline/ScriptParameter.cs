namespace BpfTrace.Language.Outline;

/// <summary>What a parameter of a script takes.</summary>
public enum ScriptParameterKind
{
    /// <summary>Given or not: the default of <c>getopt</c> is a boolean, or there is none.</summary>
    Flag,

    /// <summary>A signed number of 64 bits: the default is negative, or it is <c>$1</c> outside of <c>str()</c>.</summary>
    Integer,

    /// <summary>An unsigned number of 64 bits: the default is a number that is not negative.</summary>
    UnsignedInteger,

    /// <summary>Text: the default is a string, or it is <c>str($1)</c> or a part of an attach point.</summary>
    Text,
}

/// <summary>A parameter of a script: <c>getopt("name", default, "description")</c>, or <c>$1</c>.</summary>
/// <param name="Name">The name: that of <c>getopt</c>; of <c>$1</c> the word the script's header gives it (<c>$1 seconds: …</c>), else <c>arg1</c>.</param>
/// <param name="Position">Its number; 0 for a named one.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Default">What it is when not given: a <see cref="bool"/>, <see cref="long"/>, <see cref="ulong"/> or <see cref="string"/>; null for a positional one that must be given.</param>
/// <param name="Description">What it means; may be empty.</param>
public sealed record ScriptParameter(string Name, int Position, ScriptParameterKind Kind, object? Default, string Description)
{
    /// <summary>Whether the script does not run without it: an attach point is made with it.</summary>
    public bool IsRequired => Default is null;

    /// <summary>As it is given on a command line: <c>--name</c> or <c>$1</c>.</summary>
    public override string ToString() => Position > 0 ? $"${Position}" : "--" + Name;
}
