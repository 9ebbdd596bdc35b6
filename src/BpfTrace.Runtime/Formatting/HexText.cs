namespace BpfTrace.Formatting;

/// <summary>Raw bytes as text: bpftrace's <c>hex_format_buffer</c> (src/util/strings.cpp).</summary>
internal static class HexText
{
    /// <summary>Writes a buffer.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="bytes">The buffer.</param>
    /// <param name="keepAscii">Printable ASCII stays as it is (<c>%r</c>, print).</param>
    /// <param name="escape">Others are <c>\x00</c>; when false all are two digits with spaces between (<c>%rh</c>).</param>
    public static void Write(Utf8Writer writer, ReadOnlySpan<byte> bytes, bool keepAscii = true, bool escape = true)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            if (keepAscii && b is >= 32 and <= 126)
            {
                writer.Append(b);
                continue;
            }

            if (escape)
                writer.Append("\\x"u8);
            writer.Append(digits[b >> 4]);
            writer.Append(digits[b & 15]);
            if (!escape && i != bytes.Length - 1)
                writer.Append((byte)' ');
        }
    }
}
