using System.Buffers.Binary;

namespace BpfTrace.Decoding;

/// <summary>What a factory calls to read a number; named by the number's type.</summary>
internal static class ScalarReaders
{
    public static bool Bool(ReadOnlySpan<byte> bytes, int offset) => bytes[offset] != 0;

    public static sbyte Int8(ReadOnlySpan<byte> bytes, int offset) => (sbyte)bytes[offset];

    public static byte UInt8(ReadOnlySpan<byte> bytes, int offset) => bytes[offset];

    public static short Int16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt16LittleEndian(bytes[offset..]);

    public static ushort UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    public static int Int32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);

    public static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    public static long Int64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);

    public static ulong UInt64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
