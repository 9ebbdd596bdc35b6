using System.Collections.Immutable;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Formatting;

/// <summary>A format string made ready for many records: it writes from bytes (<see cref="Write(Utf8Writer, RecordValues)"/>) or from objects.</summary>
internal sealed class PrintfFormat
{
    private readonly Part[] _parts;
    private readonly ImmutableArray<BpfType> _types;

    public PrintfFormat(FormatString format, ImmutableArray<BpfType> types)
    {
        _types = types;
        _parts = new Part[format.Parts.Length]; // no list: of a structure of ours it would have to be compiled when used
        int value = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            if (format.Parts[i] is FormatConversion conversion)
            {
                var ready = new Conversion(conversion);
                _parts[i] = new Part([], ready, value);
                value += ready.ValueCount;
            }
            else
            {
                _parts[i] = new Part(((FormatLiteral)format.Parts[i]).Text.ToArray(), null, 0);
            }
        }
    }

    /// <summary>A value whose text has no control characters but those of the string it is.</summary>
    public static bool IsStringOrNumber(BpfType type) => type is StringType or IntegerType or BoolType;

    /// <summary>Whether the format's own text and its numbers are plain, and all else are strings written as they are.</summary>
    public bool IsTextOfStrings()
    {
        foreach (Part part in _parts)
        {
            bool isPlain = part.Conversion is { } conversion
                ? conversion.Kind is ConversionKind.Text or ConversionKind.Signed or ConversionKind.Unsigned or ConversionKind.Pointer
                    && part.Value + conversion.ValueCount <= _types.Length && IsStringOrNumber(_types[part.Value + conversion.ValueCount - 1])
                : !ConsoleEscape.IsNeeded(part.Literal);
            if (!isPlain)
                return false;
        }

        return true;
    }

    /// <summary>Writes a record.</summary>
    public void Write(Utf8Writer writer, RecordValues values)
    {
        foreach (Part part in _parts)
        {
            if (part.Conversion is not { } conversion)
            {
                writer.Append(part.Literal);
                continue;
            }

            ConversionField field = Field(part, conversion, values, out int index);
            if ((uint)index >= (uint)_types.Length)
                return;
            WriteValue(writer, conversion, field, _types[index], values, index);
        }
    }

    /// <summary>Writes a record as a command for a shell.</summary>
    /// <param name="command">Where.</param>
    /// <param name="values">The record's values.</param>
    /// <param name="own">Bit i is set where value i is the script's own.</param>
    public void WriteCommand(ShellText command, RecordValues values, ulong own)
    {
        foreach (Part part in _parts)
        {
            if (part.Conversion is not { } conversion)
            {
                command.AppendOwn(part.Literal);
                continue;
            }

            ConversionField field = Field(part, conversion, values, out int index);
            if ((uint)index >= (uint)_types.Length)
                return;
            int start = command.Writer.Length;
            if (index < 64 && (own >> index & 1) != 0)
            {
                WriteValue(command.Writer, conversion, field, _types[index], values, index);
                command.EndOwn(start);
                continue;
            }

            // Judged without its padding: that separates words, blanks of the value itself must not.
            WriteValue(command.Writer, conversion, field with { Width = 0 }, _types[index], values, index);
            bool isPlain = ShellText.IsPlain(command.Writer.Written[start..]);
            if (field.Width != 0)
            {
                command.Writer.Truncate(start);
                WriteValue(command.Writer, conversion, field, _types[index], values, index);
            }

            command.EndForeign(start, isPlain);
        }
    }

    /// <summary>Writes values that were decoded before.</summary>
    public void Write(Utf8Writer writer, object?[] values)
    {
        foreach (Part part in _parts)
        {
            if (part.Conversion is not { } conversion)
            {
                writer.Append(part.Literal);
                continue;
            }

            int index = part.Value;
            long width = conversion.WidthIsValue && ObjectWriter.TryNumber(values[index++], out long w) ? w : 0;
            long precision = conversion.PrecisionIsValue && ObjectWriter.TryNumber(values[index++], out long p) ? p : 0;
            ConversionField field = conversion.Field(width, precision);
            if ((uint)index >= (uint)values.Length)
                return;
            object? value = values[index];
            int start = writer.Length;
            if (conversion.Kind == ConversionKind.Buffer && value is byte[] buffer)
            {
                conversion.WriteBuffer(writer, buffer, field);
            }
            else if (conversion.Kind is not (ConversionKind.Text or ConversionKind.Buffer) && ObjectWriter.TryNumber(value, out long bits))
            {
                conversion.WriteInteger(writer, bits, field);
            }
            else
            {
                ObjectWriter.Write(writer, _types[index], value);
                conversion.FinishText(writer, start, field);
            }
        }
    }

    private static void WriteValue(Utf8Writer writer, Conversion conversion, ConversionField field, BpfType type, RecordValues values, int index)
    {
        int start = writer.Length;
        switch (conversion.Kind)
        {
            case ConversionKind.Text:
                values.WriteText(writer, index);
                conversion.FinishText(writer, start, field);
                break;
            case ConversionKind.Buffer when type is BufferType:
                conversion.WriteBuffer(writer, values.Bytes(index), field);
                break;
            case ConversionKind.Buffer:
                values.WriteText(writer, index);
                conversion.FinishText(writer, start, field);
                break;
            default:
                if (RawValue.TryScalar(type, values.Bytes(index), out long bits, out _))
                {
                    conversion.WriteInteger(writer, bits, field);
                }
                else
                {
                    values.WriteText(writer, index);
                    conversion.FinishText(writer, start, field);
                }

                break;
        }
    }

    /// <summary>A conversion's field, its <c>*</c> read from the values.</summary>
    private ConversionField Field(Part part, Conversion conversion, RecordValues values, out int index)
    {
        index = part.Value;
        long width = conversion.WidthIsValue ? Star(values, index++) : 0;
        long precision = conversion.PrecisionIsValue ? Star(values, index++) : 0;
        return conversion.Field(width, precision);
    }

    private long Star(RecordValues values, int index) =>
        (uint)index < (uint)_types.Length && RawValue.TryScalar(_types[index], values.Bytes(index), out long bits, out bool isSigned)
            ? (isSigned ? bits : (int)bits)
            : 0;

    private readonly record struct Part(byte[] Literal, Conversion? Conversion, int Value);
}
