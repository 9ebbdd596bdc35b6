using BpfTrace.Decoding;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>A function or object at an address, in the kernel (<c>ksym</c>) or in a process (<c>usym</c>).</summary>
/// <remarks>
/// It compares and prints by its text, and equals a string of that text, so that <c>Where-Object func -eq vfs_read</c>,
/// <c>Group-Object</c> and <c>Sort-Object</c> work on it.
/// </remarks>
public sealed class Symbol : IComparable<Symbol>, IComparable, IEquatable<Symbol>, IEscapedMembers
{
    /// <summary>A symbol.</summary>
    /// <param name="address">The address asked for.</param>
    /// <param name="name">The symbol's name; null when none is known.</param>
    /// <param name="offset">Bytes from the symbol's start.</param>
    /// <param name="module">The module or file; null when not known.</param>
    public Symbol(ulong address, string? name = null, ulong offset = 0, string? module = null)
    {
        Address = address;
        Name = name;
        Offset = offset;
        Module = module;
    }

    /// <summary>The address.</summary>
    public ulong Address { get; }

    /// <summary>The symbol's name; null when none is known.</summary>
    public string? Name { get; }

    /// <summary>Bytes from the symbol's start to <see cref="Address"/>.</summary>
    public ulong Offset { get; }

    /// <summary>The kernel module or the file it is in; null when not known, and for the kernel proper.</summary>
    public string? Module { get; }

    /// <summary>The name, or the address in hexadecimal where there is none: as bpftrace prints it.</summary>
    public override string ToString() => Name ?? AddressText(Address);

    /// <inheritdoc/>
    public bool Equals(Symbol? other) => other is not null && Address == other.Address && ToString() == other.ToString();

    /// <summary>Equal to a symbol of the same address and name, and to a string of the same text.</summary>
    public override bool Equals(object? obj) => obj switch
    {
        Symbol other => Equals(other),
        string text => string.Equals(ToString(), text, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());

    /// <inheritdoc/>
    public int CompareTo(Symbol? other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>By the text: that of another symbol, or a string.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is neither. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Symbol other => CompareTo(other),
        string text => string.CompareOrdinal(ToString(), text),
        _ => throw ValueOrder.Unordered(this, obj),
    };

    /// <summary>Whether two symbols have the same address and name.</summary>
    public static bool operator ==(Symbol? left, Symbol? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two symbols differ.</summary>
    public static bool operator !=(Symbol? left, Symbol? right) => !(left == right);

    /// <summary>Whether one's text sorts before the other's.</summary>
    public static bool operator <(Symbol? left, Symbol? right) => Compare(left, right) < 0;

    /// <summary>Whether one's text sorts after the other's.</summary>
    public static bool operator >(Symbol? left, Symbol? right) => Compare(left, right) > 0;

    /// <summary>Whether one's text does not sort after the other's.</summary>
    public static bool operator <=(Symbol? left, Symbol? right) => Compare(left, right) <= 0;

    /// <summary>Whether one's text does not sort before the other's.</summary>
    public static bool operator >=(Symbol? left, Symbol? right) => Compare(left, right) >= 0;

    // A C++ stream writes a null pointer as a bare 0: bpftrace's src/ksyms.cpp, stringify_addr.
    internal static string AddressText(ulong address) => address == 0 ? "0" : $"0x{address:x}";

    private static int Compare(Symbol? left, Symbol? right) => left is null ? (right is null ? 0 : -1) : left.CompareTo(right);
}
