namespace BpfTrace.Fuzz.Generation;

/// <summary>Roughly what an expression's type is: enough for a good share of the programs to bind.</summary>
internal enum ValueKind
{
    Integer,
    Bool,
    String,
    Tuple,
    Record,
    Task,
    Pointer,
    Buffer,
    Stack,
    Symbol,
    Timestamp,
    Address,
    User,
    Array,
    Cgroup,
}

/// <summary>A kind, and the kinds of what a tuple or record consists of.</summary>
internal sealed record ValueShape(ValueKind Kind, ValueShape[] Items)
{
    public static ValueShape Integer { get; } = new(ValueKind.Integer, []);

    public static ValueShape Bool { get; } = new(ValueKind.Bool, []);

    public static ValueShape String { get; } = new(ValueKind.String, []);

    public static ValueShape Of(ValueKind kind) => new(kind, []);

    /// <summary>Whether two shapes are the same; records do not compare arrays.</summary>
    public bool Matches(ValueShape other)
    {
        if (Kind != other.Kind || Items.Length != other.Items.Length)
            return false;
        for (int i = 0; i < Items.Length; i++)
        {
            if (!Items[i].Matches(other.Items[i]))
                return false;
        }

        return true;
    }
}

/// <summary>A map of the program being made.</summary>
/// <param name="Name">With its sign.</param>
/// <param name="Key">The key's shape; null for a scalar map.</param>
/// <param name="Value">The value's shape; an integer for a map of an aggregation.</param>
/// <param name="Aggregation">The aggregation's name; null for a plain map.</param>
internal sealed record MapPlan(string Name, ValueShape? Key, ValueShape Value, string? Aggregation);

/// <summary>A macro of the program being made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Per parameter <c>$</c> for a variable, <c>@</c> for a map, <c>e</c> for an expression.</param>
internal sealed record MacroPlan(string Name, string Parameters);

/// <summary>A variable in scope.</summary>
internal sealed record VariablePlan(string Name, ValueShape Shape);
