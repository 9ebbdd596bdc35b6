using System.Buffers.Binary;

namespace BpfTrace.Formatting;

/// <summary>Network and hardware addresses as text.</summary>
internal static class AddressText
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;

    /// <summary>An address as inet_ntop(3) writes it; nothing for another family.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <param name="address">At least 4 or 16 bytes in network order.</param>
    public static void WriteInet(Utf8Writer writer, uint family, ReadOnlySpan<byte> address)
    {
        if (family == AF_INET)
            WriteIPv4(writer, address);
        else if (family == AF_INET6)
            WriteIPv6(writer, address);
    }

    /// <summary>A hardware address: <c>AA:BB:CC:DD:EE:FF</c>.</summary>
    public static void WriteMac(Utf8Writer writer, ReadOnlySpan<byte> address)
    {
        ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
        for (int i = 0; i < address.Length; i++)
        {
            if (i != 0)
                writer.Append((byte)':');
            writer.Append(digits[address[i] >> 4]);
            writer.Append(digits[address[i] & 15]);
        }
    }

    private static void WriteIPv4(Utf8Writer writer, ReadOnlySpan<byte> address)
    {
        for (int i = 0; i < 4; i++)
        {
            if (i != 0)
                writer.Append((byte)'.');
            writer.Append((ulong)address[i]);
        }
    }

    // The longest run of two or more zero words becomes "::"; of equal runs the first. IPv4 in the last four bytes is
    // written dotted only for ::a.b.c.d and ::ffff:a.b.c.d: unlike IPAddress.ToString, which does so for more prefixes.
    private static void WriteIPv6(Utf8Writer writer, ReadOnlySpan<byte> address)
    {
        Span<ushort> words = stackalloc ushort[8];
        int bestStart = -1;
        int bestLength = 1;
        int run = 0;
        for (int i = 0; i < 8; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt16BigEndian(address[(i * 2)..]);
            run = words[i] == 0 ? run + 1 : 0;
            if (run > bestLength)
            {
                bestLength = run;
                bestStart = i - run + 1;
            }
        }

        bool embedded = bestStart == 0 && (bestLength == 6 || (bestLength == 5 && words[5] == 0xFFFF));
        for (int i = 0; i < 8; i++)
        {
            if (i == bestStart)
            {
                writer.Append((byte)':');
                i += bestLength - 1;
                if (i == 7)
                    writer.Append((byte)':');
                continue;
            }

            if (i != 0)
                writer.Append((byte)':');
            if (i == 6 && embedded)
            {
                WriteIPv4(writer, address[12..]);
                return;
            }

            writer.AppendHex(words[i]);
        }
    }
}
