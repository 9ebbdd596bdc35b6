using System.Buffers.Binary;

namespace BpfTrace;

/// <summary>A hardware address of six bytes (<c>macaddr()</c>).</summary>
/// <remarks>It equals a string of its text, so that <c>Where-Object mac -eq '08:00:2B:01:02:03'</c> works.</remarks>
public sealed class MacAddress : IEquatable<MacAddress>, IComparable<MacAddress>, IComparable
{
    private readonly ulong _value;

    /// <summary>An address.</summary>
    /// <param name="bytes">Six bytes, as they are sent.</param>
    public MacAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 6)
            throw new ArgumentException("a hardware address has six bytes", nameof(bytes));
        _value = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
    }

    /// <summary>The address as text; what of it survives serialisation.</summary>
    public string Address => ToString();

    /// <summary>The six bytes, as they are sent.</summary>
    public byte[] GetAddressBytes()
    {
        var bytes = new byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(_value >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)_value);
        return bytes;
    }

    /// <summary><c>AA:BB:CC:DD:EE:FF</c>.</summary>
    public override string ToString()
    {
        string hex = _value.ToString("X12", null);
        return string.Join(':', Enumerable.Range(0, 6).Select(i => hex.Substring(i * 2, 2)));
    }

    /// <inheritdoc/>
    public bool Equals(MacAddress? other) => other is not null && _value == other._value;

    /// <summary>Equal to the same address and to a string of its text.</summary>
    public override bool Equals(object? obj) => obj switch
    {
        MacAddress other => Equals(other),
        string text => string.Equals(ToString(), text, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());

    /// <inheritdoc/>
    public int CompareTo(MacAddress? other) => other is null ? 1 : _value.CompareTo(other._value);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as MacAddress);

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
