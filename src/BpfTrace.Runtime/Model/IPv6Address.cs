using System.Net;

namespace BpfTrace;

/// <summary>
/// An <see cref="IPAddress"/> of sixteen bytes whose text is a property. An IPv4 address is .NET's own class, which has its number as a
/// property; of an IPv6 one no property holds the bytes, and <c>ConvertTo-Json</c> would lose it.
/// </summary>
public sealed class IPv6Address : IPAddress
{
    private IPv6Address(ReadOnlySpan<byte> bytes)
        : base(bytes)
    {
    }

    /// <summary>The address as text, by the name PowerShell gives it.</summary>
    public string IPAddressToString => ToString();

    /// <summary>The address of four or sixteen bytes in network order.</summary>
    /// <exception cref="ArgumentException">There are neither four nor sixteen.</exception>
    public static IPAddress Create(ReadOnlySpan<byte> bytes) => bytes.Length == 16 ? new IPv6Address(bytes) : new IPAddress(bytes);
}
