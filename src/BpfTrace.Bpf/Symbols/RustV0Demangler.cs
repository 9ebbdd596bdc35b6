using System.Globalization;
using System.Text;

namespace BpfTrace.Bpf.Symbols;

/// <summary>One name of Rust's newer mangling (RFC 2603), without its <c>_R</c>. The methods are the rules of the grammar.</summary>
internal sealed partial class RustV0Demangler(string text)
{
    // Names that refer back to themselves would grow without end.
    private const int LargestName = 4096;
    private const int DeepestNesting = 128;

    private readonly StringBuilder _out = new();
    private int _position;
    private int _depth;
    private uint _boundLifetimes;

    /// <summary>The readable name; null if it is malformed.</summary>
    public string? Demangle()
    {
        try
        {
            if (_position < text.Length && char.IsAsciiDigit(text[_position]))
                return null; // a version that does not exist yet
            Path(inValue: true);
            if (_position < text.Length)
                Skip(() => Path(inValue: false)); // the crate it was instantiated in
            return _position == text.Length ? _out.ToString() : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static FormatException Malformed() => new("not a Rust name");

    private char Next() => _position < text.Length ? text[_position++] : throw Malformed();

    private bool TryEat(char c)
    {
        if (_position >= text.Length || text[_position] != c)
            return false;
        _position++;
        return true;
    }

    private void Print(string piece)
    {
        if (_out.Length + piece.Length > LargestName)
            throw Malformed();
        _out.Append(piece);
    }

    private void Skip(Action rule)
    {
        int length = _out.Length;
        rule();
        _out.Length = length;
    }

    private void Enter()
    {
        if (++_depth > DeepestNesting)
            throw Malformed();
    }

    /// <summary><c>_</c> is 0, <c>0_</c> is 1, <c>Z_</c> is 62.</summary>
    private ulong Base62()
    {
        if (TryEat('_'))
            return 0;
        ulong value = 0;
        for (char c = Next(); c != '_'; c = Next())
        {
            int digit = c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'z' ? c - 'a' + 10 : c is >= 'A' and <= 'Z' ? c - 'A' + 36 : throw Malformed();
            value = unchecked((value * 62) + (ulong)digit);
        }

        return value + 1;
    }

    private ulong OptionalBase62(char tag) => TryEat(tag) ? Base62() + 1 : 0;

    private void BackReference(Action rule)
    {
        int origin = _position - 1;
        ulong target = Base62();
        if (target >= (ulong)origin)
            throw Malformed();
        int here = _position;
        _position = (int)target;
        rule();
        _position = here;
    }

    private void Path(bool inValue)
    {
        Enter();
        switch (Next())
        {
            case 'C':
                OptionalBase62('s');
                Print(Identifier());
                break;
            case 'M':
                ImplPath();
                Print("<");
                Type();
                Print(">");
                break;
            case 'X':
                ImplPath();
                Trait();
                break;
            case 'Y':
                Trait();
                break;
            case 'N':
                Nested(inValue);
                break;
            case 'I':
                Path(inValue);
                Print(inValue ? "::<" : "<");
                List(GenericArgument);
                Print(">");
                break;
            case 'B':
                BackReference(() => Path(inValue));
                break;
            default:
                throw Malformed();
        }

        _depth--;
    }

    private void Trait()
    {
        Print("<");
        Type();
        Print(" as ");
        Path(inValue: false);
        Print(">");
    }

    private void ImplPath() => Skip(() =>
    {
        OptionalBase62('s');
        Path(inValue: false);
    });

    private void Nested(bool inValue)
    {
        char space = Next();
        Path(inValue);
        ulong disambiguator = OptionalBase62('s');
        string name = Identifier();
        if (char.IsAsciiLetterUpper(space))
        {
            string kind = space switch { 'C' => "closure", 'S' => "shim", _ => space.ToString() };
            Print($"::{{{kind}{(name.Length > 0 ? ":" : "")}{name}#{disambiguator.ToString(CultureInfo.InvariantCulture)}}}");
        }
        else if (name.Length > 0)
        {
            Print("::" + name);
        }
    }

    private void List(Action rule)
    {
        for (bool first = true; !TryEat('E'); first = false)
        {
            if (!first)
                Print(", ");
            rule();
        }
    }

    private string Identifier()
    {
        bool isPunycode = TryEat('u');
        int digits = 0;
        while (_position + digits < text.Length && char.IsAsciiDigit(text[_position + digits]))
        {
            digits++;
            if (text[_position] == '0')
                break; // a number has no zeros before it: what follows is the next one
        }

        if (digits is 0 or > 6)
            throw Malformed();
        int length = int.Parse(text.AsSpan(_position, digits), NumberStyles.None, CultureInfo.InvariantCulture);
        _position += digits;
        TryEat('_');
        if (length > text.Length - _position)
            throw Malformed();
        string name = text.Substring(_position, length);
        _position += length;
        return isPunycode ? Punycode(name) : name;
    }

    /// <summary>RFC 3492, with an underscore in place of the hyphen before the encoded part.</summary>
    private static string Punycode(string encoded)
    {
        int split = encoded.LastIndexOf('_');
        var runes = new List<Rune>();
        foreach (Rune rune in (split < 0 ? "" : encoded[..split]).EnumerateRunes())
            runes.Add(rune);
        long code = 128, index = 0, bias = 72;
        bool first = true;
        for (int i = split + 1; i < encoded.Length;)
        {
            long before = index, weight = 1;
            for (long k = 36; ; k += 36)
            {
                if (i >= encoded.Length)
                    throw Malformed();
                char c = encoded[i++];
                long digit = c is >= 'a' and <= 'z' ? c - 'a' : c is >= '0' and <= '9' ? c - '0' + 26 : throw Malformed();
                index += digit * weight;
                long threshold = Math.Clamp(k - bias, 1, 26);
                if (digit < threshold)
                    break;
                weight *= 36 - threshold;
                if (weight > int.MaxValue)
                    throw Malformed();
            }

            long delta = first ? (index - before) / 700 : (index - before) / 2;
            first = false;
            delta += delta / (runes.Count + 1);
            for (bias = 0; delta > 455; bias += 36)
                delta /= 35;
            bias += 36 * delta / (delta + 38);
            code += index / (runes.Count + 1);
            index %= runes.Count + 1;
            if (code > int.MaxValue || !Rune.IsValid((int)code))
                throw Malformed();
            runes.Insert((int)index++, new Rune((int)code));
        }

        return string.Concat(runes);
    }
}
