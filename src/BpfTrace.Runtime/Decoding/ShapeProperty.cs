using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>A property of a made type and where its value lies.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Type">The value's type.</param>
/// <param name="Offset">Bytes from the start of the record or structure; of a packed value the place of its length.</param>
internal sealed record ShapeProperty(string Name, BpfType Type, int Offset)
{
    /// <summary>A string or buffer behind the fixed part of a record.</summary>
    public bool IsPacked { get; init; }

    /// <summary>The member, where it is a bit-field.</summary>
    public StructField? BitField { get; init; }

    /// <summary>NUL-separated strings in a buffer (<c>join()</c>): shown as a <c>string[]</c>.</summary>
    public bool IsStringList { get; init; }

    /// <summary>The property's CLR type.</summary>
    public Type ClrType(RuntimeTypes types) => IsStringList ? typeof(string[]) : types.ClrType(Type);

    /// <summary>
    /// Makes names usable together: PowerShell finds members without regard to case, so one that equals another or a member of the base type
    /// (<c>timestamp</c>, <c>text</c>) gets underscores.
    /// </summary>
    public static string Unique(string name, HashSet<string> taken)
    {
        string unique = name.Length == 0 ? "Value" : name;
        while (!taken.Add(unique))
            unique += "_";
        return unique;
    }
}
