using BpfTrace.Language.Binding;

namespace BpfTrace.Formatting;

/// <summary>
/// A printf conversion made ready, and the writing of one value by it. Numbers are cut to the length modifier, to 32 bits without one, as
/// HEAD does (src/format_string.cpp). Width, zero padding and precision work as C's printf has them, on the whole converted text.
/// </summary>
/// <remarks>
/// HEAD formats through a C++ stream and there differs from C, and from bpftrace 0.17, in corners: zeros before a minus sign
/// (<c>000-5</c>), zeros after a left-aligned number, precision read and ignored. Those are not followed: they are not what its documentation
/// ("similar to printf in C") promises.
/// </remarks>
internal sealed class Conversion
{
    private readonly FormatConversion _format;
    private readonly int _bits;

    public Conversion(FormatConversion format)
    {
        _format = format;
        _bits = format.Length switch
        {
            "hh" => 8,
            "h" => 16,
            "" => 32,
            _ => 64,
        };
        Kind = format.Conversion switch
        {
            "d" or "i" => ConversionKind.Signed,
            "u" or "o" or "x" or "X" => ConversionKind.Unsigned,
            "c" => ConversionKind.Character,
            "p" => ConversionKind.Pointer,
            "gr" => ConversionKind.GfpFlags,
            "r" or "rx" or "rh" => ConversionKind.Buffer,
            _ => ConversionKind.Text,
        };
    }

    public ConversionKind Kind { get; }

    public bool WidthIsValue => _format.WidthIsValue;

    public bool PrecisionIsValue => _format.PrecisionIsValue;

    /// <summary>How many values it consumes.</summary>
    public int ValueCount => 1 + (WidthIsValue ? 1 : 0) + (PrecisionIsValue ? 1 : 0);

    /// <summary>The width, precision and alignment of one use: a negative width from a value aligns left, a negative precision is none.</summary>
    public ConversionField Field(long width, long precision)
    {
        long w = WidthIsValue ? width : _format.Width ?? 0;
        long p = PrecisionIsValue ? precision : _format.Precision ?? -1;
        bool left = _format.LeftAlign || w < 0;
        return new ConversionField((int)Math.Min(Math.Abs(Math.Max(w, -int.MaxValue)), MaxWidth), (int)Math.Clamp(p, -1, MaxWidth), left);
    }

    /// <summary>Writes an integer by any of the conversions that take one.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="bits">The value, extended to 64 bits by its type's signedness.</param>
    /// <param name="field">Width and precision.</param>
    public void WriteInteger(Utf8Writer writer, long bits, ConversionField field)
    {
        int start = writer.Length;
        switch (Kind)
        {
            case ConversionKind.Signed:
                long signed = CutSigned(bits);
                WriteDigits(writer, signed < 0 ? (ulong)-signed : (ulong)signed, signed < 0 ? "-"u8 : _format.PlusSign ? "+"u8 : _format.SpaceSign ? " "u8 : default, field);
                return;
            case ConversionKind.Unsigned:
                WriteDigits(writer, CutUnsigned(bits), default, field);
                return;
            case ConversionKind.Character:
                writer.Append((byte)bits);
                break;
            case ConversionKind.Pointer:
                // A C++ stream writes a null pointer as a bare 0.
                if (bits != 0)
                    writer.Append("0x"u8);
                writer.AppendHex((ulong)bits);
                break;
            case ConversionKind.GfpFlags:
                GfpFlags.Write(writer, (ulong)bits);
                break;
            default:
                writer.Append(bits);
                break;
        }

        Finish(writer, start, field);
    }

    /// <summary>Writes a buffer by <c>%r</c>, <c>%rx</c> or <c>%rh</c>.</summary>
    public void WriteBuffer(Utf8Writer writer, ReadOnlySpan<byte> bytes, ConversionField field)
    {
        int start = writer.Length;
        HexText.Write(writer, bytes, keepAscii: _format.Conversion == "r", escape: _format.Conversion != "rh");
        Finish(writer, start, field);
    }

    /// <summary>Cuts the text written since <paramref name="start"/> to the precision and pads it to the width.</summary>
    public void FinishText(Utf8Writer writer, int start, ConversionField field)
    {
        if (field.Precision >= 0 && writer.Length - start > field.Precision)
            writer.Truncate(start + field.Precision);
        Finish(writer, start, field);
    }

    // A width can come from a traced value: a bound on what one record may print.
    private const int MaxWidth = 1 << 12;

    private void Finish(Utf8Writer writer, int start, ConversionField field) =>
        writer.Pad(start, field.Width, field.LeftAlign, _format.ZeroPad && !field.LeftAlign ? (byte)'0' : (byte)' ');

    private long CutSigned(long bits) => _bits switch
    {
        8 => (sbyte)bits,
        16 => (short)bits,
        32 => (int)bits,
        _ => bits,
    };

    private ulong CutUnsigned(long bits) => _bits switch
    {
        8 => (byte)bits,
        16 => (ushort)bits,
        32 => (uint)bits,
        _ => (ulong)bits,
    };

    private void WriteDigits(Utf8Writer writer, ulong value, ReadOnlySpan<byte> sign, ConversionField field)
    {
        Span<byte> digits = stackalloc byte[24];
        int first = digits.Length;
        ReadOnlySpan<byte> alphabet = _format.Conversion == "X" ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        ulong radix = _format.Conversion switch
        {
            "x" or "X" => 16,
            "o" => 8,
            _ => 10,
        };
        ulong rest = value;
        while (rest != 0)
        {
            (rest, ulong digit) = Math.DivRem(rest, radix);
            digits[--first] = alphabet[(int)digit];
        }

        if (value == 0 && field.Precision != 0)
            digits[--first] = (byte)'0';
        ReadOnlySpan<byte> number = digits[first..];
        ReadOnlySpan<byte> prefix = !_format.Alternate || value == 0 ? default : _format.Conversion switch
        {
            "x" => "0x"u8,
            "X" => "0X"u8,
            "o" => "0"u8,
            _ => default,
        };

        int zeros = Math.Max(field.Precision - number.Length, 0);
        if (_format.ZeroPad && !field.LeftAlign && field.Precision < 0)
            zeros = Math.Max(field.Width - sign.Length - prefix.Length - number.Length, 0);
        int start = writer.Length;
        writer.Append(sign);
        writer.Append(prefix);
        writer.AppendRepeated((byte)'0', zeros);
        writer.Append(number);
        writer.Pad(start, field.Width, field.LeftAlign, (byte)' ');
    }
}

/// <summary>What kind of value a conversion takes.</summary>
internal enum ConversionKind
{
    Signed,
    Unsigned,
    Character,
    Pointer,
    GfpFlags,
    Buffer,
    Text,
}

/// <summary>The width, precision (-1 for none) and alignment of one use of a conversion.</summary>
internal readonly record struct ConversionField(int Width, int Precision, bool LeftAlign);
