using System.Text;

namespace BpfTrace.Bpf.Btf;

/// <summary>
/// Writes structures, unions and enumerations as C definitions that have the same layout, with the explicit padding and
/// attributes that libbpf writes (and so <c>bpftrace -lv 'struct x'</c> shows).
/// </summary>
internal sealed class BtfCDefinition
{
    private static readonly (string Name, int Bits)[] s_paddings = [("long", 64), ("int", 32), ("short", 16), ("char", 8)];

    private readonly StringBuilder _text;
    private readonly BtfAlignments _alignments = new();

    public BtfCDefinition(StringBuilder text)
    {
        _text = text;
        Declarations = new BtfCType(text, this);
    }

    /// <summary>Writes declarations, with anonymous structures in place.</summary>
    public BtfCType Declarations { get; }

    /// <summary>The definition of a structure, union or enumeration, without the final semicolon.</summary>
    public static string Format(BtfType type)
    {
        StringBuilder text = new();
        BtfCDefinition definition = new(text);
        if (type.IsComposite)
            definition.Composite(type, 0);
        else if (type.IsEnum)
            definition.Enumeration(type, 0);
        else
            throw new InvalidOperationException($"A BTF {type.Kind} has no definition.");
        return text.ToString();
    }

    public void Composite(BtfType type, int level)
    {
        bool isStruct = type.Kind == BtfKind.Struct;
        int alignment = _alignments.Of(type);
        bool packed = isStruct && _alignments.IsPacked(type);
        bool previousIsBitfield = false;
        long offset = 0;

        _text.Append(isStruct ? "struct" : "union");
        if (!type.IsAnonymous)
            _text.Append(' ').Append(type.Name);
        _text.Append(" {");

        foreach (BtfMember member in type.Members)
        {
            int memberAlignment = packed ? 1 : _alignments.Of(member.Type);
            Pad(offset, member.BitOffset, memberAlignment, previousIsBitfield && member.BitfieldSize != 0, level + 1);
            NewLine(level + 1);
            Declarations.Declare(member.Type, member.Name, level + 1);
            previousIsBitfield = member.BitfieldSize != 0;
            if (previousIsBitfield)
                _text.Append(": ").Append(member.BitfieldSize);
            offset = member.BitOffset + (previousIsBitfield ? member.BitfieldSize : member.Type.Size * 8);
            _text.Append(';');
        }

        if (isStruct)
            Pad(offset, type.Size * 8, alignment, false, level + 1);
        if (type.Members.Count > 0 || type.Size > 0)
            NewLine(level);
        _text.Append('}');
        if (packed)
            _text.Append(" __attribute__((packed))");
    }

    public void Enumeration(BtfType type, int level)
    {
        _text.Append("enum");
        if (!type.IsAnonymous)
            _text.Append(' ').Append(type.Name);
        bool is64 = type.Kind == BtfKind.Enum64;
        bool fits32 = true;
        if (type.EnumValues.Count > 0)
        {
            _text.Append(" {");
            foreach (BtfEnumValue value in type.EnumValues)
            {
                NewLine(level + 1);
                _text.Append(value.Name).Append(" = ");
                if (type.IsSigned)
                    _text.Append(value.Value);
                else
                    _text.Append((ulong)value.Value);
                if (is64)
                    _text.Append(type.IsSigned ? "LL" : "ULL");
                _text.Append(',');
                fits32 &= (value.Value >> 32) == 0;
            }

            NewLine(level);
            _text.Append('}');
        }

        if (type.Size == 1)
            _text.Append(" __attribute__((mode(byte)))");
        else if (type.Size == 8 && (!is64 || fits32))
            _text.Append(" __attribute__((mode(word)))");
    }

    /// <summary>
    /// Writes unnamed bit fields where a compiler would not leave the same gap by itself: one of the widest type that begins
    /// inside of the gap on its natural boundary (<c>long: 0</c> moves to the boundary), then whole ones of it, then the rest.
    /// </summary>
    private void Pad(long offset, long next, int nextAlignment, bool inBitfield, int level)
    {
        if (offset >= next)
            return;
        if (next - offset > 1 << 22)
            throw new BtfFormatException("BTF structure with a hole above 512 KB.");

        int chosen = 0;
        while (chosen < s_paddings.Length - 1 && RoundUp(offset, s_paddings[chosen].Bits) > next)
            chosen++;
        (string name, int bits) = s_paddings[chosen];
        long boundary = RoundUp(offset, bits);
        if (boundary > offset && boundary <= next)
        {
            bool compilerWouldNot = (boundary == next && RoundUp(offset, nextAlignment * 8L) != boundary)
                || (boundary != next && next - boundary <= boundary - offset);
            if (inBitfield || compilerWouldNot)
                Padding(name, inBitfield ? boundary - offset : 0, level);
            offset = boundary;
        }

        for (; next - offset >= bits; offset += bits)
            Padding(name, bits, level);
        if (offset < next)
            Padding(Array.FindLast(s_paddings, p => p.Bits >= next - offset).Name, next - offset, level);
    }

    private void Padding(string type, long bits, int level)
    {
        NewLine(level);
        _text.Append(type).Append(": ").Append(bits).Append(';');
    }

    private void NewLine(int level) => _text.Append('\n').Append('\t', level);

    private static long RoundUp(long value, long unit) => (value + unit - 1) / unit * unit;
}
