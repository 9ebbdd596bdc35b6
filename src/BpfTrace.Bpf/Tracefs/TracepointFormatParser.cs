using System.Collections.Immutable;
using System.Globalization;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>Reads a tracepoint's <c>format</c> file (written by the kernel's <c>kernel/trace/trace_events.c</c>, <c>f_show</c>).</summary>
internal static class TracepointFormatParser
{
    public static TracepointFormat Parse(string category, string text)
    {
        string name = "";
        int id = -1;
        string print = "";
        var fields = ImmutableArray.CreateBuilder<TracepointField>();
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith("name:", StringComparison.Ordinal))
                name = line[5..].Trim();
            else if (line.StartsWith("ID:", StringComparison.Ordinal))
                id = Number(line[3..], line);
            else if (line.StartsWith("print fmt:", StringComparison.Ordinal))
                print = line[10..].Trim();
            else if (line.StartsWith("field:", StringComparison.Ordinal))
                fields.Add(Field(line));
        }

        if (name.Length == 0 || id < 0)
            throw new FormatException("A tracepoint's format without name or ID.");
        return new TracepointFormat(category, name, id, fields.ToImmutable()) { PrintFormat = print };
    }

    // field:__data_loc char[] filename;	offset:8;	size:4;	signed:1;
    private static TracepointField Field(string line)
    {
        string[] parts = line.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string declaration = parts[0]["field:".Length..].Trim();
        int offset = -1;
        int size = -1;
        bool signed = false;
        foreach (string part in parts.AsSpan(1))
        {
            int colon = part.IndexOf(':');
            switch (colon < 0 ? "" : part[..colon])
            {
                case "offset":
                    offset = Number(part[(colon + 1)..], line);
                    break;
                case "size":
                    size = Number(part[(colon + 1)..], line);
                    break;
                case "signed":
                    signed = Number(part[(colon + 1)..], line) != 0;
                    break;
            }
        }

        if (offset < 0 || size < 0)
            throw new FormatException($"A tracepoint's field without offset or size: '{line}'.");
        (string type, string name) = SplitDeclaration(declaration, size);
        return new TracepointField(type, name, offset, size, signed) { Declaration = declaration };
    }

    /// <summary>Divides <c>char comm[16]</c> into <c>char[16]</c> and <c>comm</c>; in <c>__data_loc char[] name</c> the brackets are the type's already.</summary>
    private static (string Type, string Name) SplitDeclaration(string declaration, int size)
    {
        string? length = null;
        int bracket = declaration.EndsWith(']') ? declaration.LastIndexOf('[') : -1;
        if (bracket > 0)
        {
            length = declaration[(bracket + 1)..^1].Trim();
            declaration = declaration[..bracket].TrimEnd();
        }

        int start = declaration.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(declaration[start - 1]) || declaration[start - 1] == '_'))
            start--;
        string name = declaration[start..];
        string type = declaration[..start].TrimEnd();
        if (length is null)
            return (type, name);

        // A length can be a constant's name (TASK_COMM_LEN in kernels before 5.18): then the size tells it.
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            count = size / Math.Max(1, ElementSize(type, size));
        return ($"{type}[{count}]", name);
    }

    private static int ElementSize(string type, int whole) => type switch
    {
        _ when type.EndsWith('*') => 8,
        "char" or "signed char" or "unsigned char" or "u8" or "s8" or "__u8" or "__s8" or "bool" or "uint8_t" or "int8_t" => 1,
        "short" or "unsigned short" or "u16" or "s16" or "__u16" or "__s16" or "uint16_t" or "int16_t" => 2,
        "int" or "unsigned int" or "unsigned" or "u32" or "s32" or "__u32" or "__s32" or "uint32_t" or "int32_t" => 4,
        "long" or "unsigned long" or "long long" or "unsigned long long" or "u64" or "s64" or "__u64" or "__s64" or "size_t" or "uint64_t" or "int64_t" => 8,
        _ => whole,
    };

    private static int Number(string text, string line)
        => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new FormatException($"A tracepoint's format with the bad number '{text}' in '{line}'.");
}
