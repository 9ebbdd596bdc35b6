using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>A script that is kept to be run by its name, and what it says of itself. Plain data.</summary>
public sealed record ScriptTool : IEscapedMembers
{
    /// <summary>The name: the file's, without directory and <c>.bt</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, from the comment on top; may be empty.</summary>
    public string Synopsis { get; init; } = "";

    /// <summary>More about it, a paragraph each.</summary>
    public string[] Description { get; init; } = [];

    /// <summary>Its own parameters: the positional ones in order, then the named ones.</summary>
    public ScriptToolParameter[] Parameters { get; init; } = [];

    /// <summary>The attach points as they are written, wildcards not expanded, without begin and end.</summary>
    public string[] Probes { get; init; } = [];

    /// <summary>Command lines to try, from the comment on top.</summary>
    public string[] Examples { get; init; } = [];

    /// <summary>The script's file.</summary>
    public required string Path { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A parameter of a tool.</summary>
public sealed record ScriptToolParameter : IEscapedMembers
{
    /// <summary>Its name in PascalCase, as a PowerShell parameter.</summary>
    public required string Name { get; init; }

    /// <summary>Its name in the script: <c>--top</c>, <c>$1</c>.</summary>
    public required string ScriptName { get; init; }

    /// <summary>Its number; 0 for a named one.</summary>
    public int Position { get; init; }

    /// <summary>The .NET type it takes: <c>System.Boolean</c>, <c>System.Int64</c>, <c>System.UInt64</c> or <c>System.String</c>.</summary>
    public required string TypeName { get; init; }

    /// <summary>What it is when not given; null for one that must be given.</summary>
    public object? DefaultValue { get; init; }

    /// <summary>What it means; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether the tool does not run without it.</summary>
    public bool IsRequired { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string value = TypeName == "System.Boolean" ? "" : $" <{TypeName.Replace("System.", "", StringComparison.Ordinal).ToLowerInvariant()}>";
        string name = Position > 0 ? $"[-{Name}]" : "-" + Name;
        return IsRequired ? name + value : $"[{name}{value}]";
    }
}
