namespace BpfTrace.Commands.Output;

/// <summary>A map's name that differs from another in the case of its letters alone too.</summary>
/// <param name="name">The name.</param>
internal sealed class MapName(string name) : IComparable
{
    private readonly string _name = name;

    public override string ToString() => _name;

    public int CompareTo(object? obj) => string.CompareOrdinal(_name, obj?.ToString());
}
