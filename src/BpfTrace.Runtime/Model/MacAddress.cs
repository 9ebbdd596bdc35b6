using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.NetworkInformation;
using BpfTrace.Decoding;

namespace BpfTrace;

/// <summary>
/// A hardware address of six bytes (<c>macaddr()</c>): a <see cref="PhysicalAddress"/> that is written as bpftrace writes it, sorts, and has
/// its text as a property, because .NET's own has none and <c>ConvertTo-Json</c> would show nothing of it.
/// </summary>
/// <remarks>
/// It equals the same <see cref="PhysicalAddress"/>. PowerShell compares it with a text by <see cref="Parse"/>, however that separates the bytes:
/// <c>Where-Object mac -eq '08-00-2b-01-02-03'</c>.
/// </remarks>
public sealed class MacAddress : PhysicalAddress, IEquatable<MacAddress>, IComparable<MacAddress>, IComparable
{
    private readonly ulong _value;

    /// <summary>An address.</summary>
    /// <param name="bytes">Six bytes, as they are sent.</param>
    /// <exception cref="ArgumentException">There are not six.</exception>
    public MacAddress(ReadOnlySpan<byte> bytes)
        : base(bytes.Length == 6 ? bytes.ToArray() : throw new ArgumentException("a hardware address has six bytes", nameof(bytes))) =>
        _value = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);

    /// <summary>The address as text; what of it survives serialisation.</summary>
    public string Address => ToString();

    /// <summary>An address of its text, with colons, dashes, dots or nothing between the bytes: what PowerShell converts a string with.</summary>
    /// <param name="address">The text.</param>
    /// <exception cref="FormatException">It is none of six bytes.</exception>
    public static new MacAddress Parse(string? address)
    {
        ArgumentNullException.ThrowIfNull(address);
        byte[] bytes = PhysicalAddress.Parse(address).GetAddressBytes();
        return bytes.Length == 6 ? new MacAddress(bytes) : throw new FormatException($"'{address}' is no hardware address of six bytes.");
    }

    /// <summary><c>AA:BB:CC:DD:EE:FF</c>.</summary>
    public override string ToString() => string.Create(17, _value, static (text, value) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            int part = i / 3;
            int shift = ((5 - part) * 8) + (i % 3 == 0 ? 4 : 0);
            text[i] = i % 3 == 2 ? ':' : "0123456789ABCDEF"[(int)(value >> shift) & 15];
        }
    });

    /// <inheritdoc/>
    public bool Equals(MacAddress? other) => other is not null && _value == other._value;

    /// <summary>Equal to the same <see cref="PhysicalAddress"/>.</summary>
    public override bool Equals([NotNullWhen(true)] object? comparand) => base.Equals(comparand);

    /// <summary>That of the same <see cref="PhysicalAddress"/>.</summary>
    public override int GetHashCode() => base.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(MacAddress? other) => other is null ? 1 : _value.CompareTo(other._value);

    /// <summary>As for any other of its type; what is none comes to no order with it.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is of another type. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj is null or MacAddress ? CompareTo(obj as MacAddress) : throw ValueOrder.Unordered(this, obj);

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(MacAddress? left, MacAddress? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(MacAddress? left, MacAddress? right) => !(left == right);

    /// <summary>Whether one sorts before the other.</summary>
    public static bool operator <(MacAddress? left, MacAddress? right) => Comparer<MacAddress>.Default.Compare(left, right) < 0;

    /// <summary>Whether one sorts after the other.</summary>
    public static bool operator >(MacAddress? left, MacAddress? right) => Comparer<MacAddress>.Default.Compare(left, right) > 0;

    /// <summary>Whether one does not sort after the other.</summary>
    public static bool operator <=(MacAddress? left, MacAddress? right) => Comparer<MacAddress>.Default.Compare(left, right) <= 0;

    /// <summary>Whether one does not sort before the other.</summary>
    public static bool operator >=(MacAddress? left, MacAddress? right) => Comparer<MacAddress>.Default.Compare(left, right) >= 0;
}
