using System.Globalization;
using System.Text;

namespace BpfTrace.Bpf.Symbols;

internal sealed partial class RustV0Demangler
{
    private void GenericArgument()
    {
        if (TryEat('L'))
            Lifetime(Base62());
        else if (TryEat('K'))
            Const();
        else
            Type();
    }

    private static string? BasicType(char tag) => tag switch
    {
        'a' => "i8",
        'b' => "bool",
        'c' => "char",
        'd' => "f64",
        'e' => "str",
        'f' => "f32",
        'h' => "u8",
        'i' => "isize",
        'j' => "usize",
        'l' => "i32",
        'm' => "u32",
        'n' => "i128",
        'o' => "u128",
        'p' => "_",
        's' => "i16",
        't' => "u16",
        'u' => "()",
        'v' => "...",
        'x' => "i64",
        'y' => "u64",
        'z' => "!",
        _ => null,
    };

    private void Type()
    {
        Enter();
        char tag = Next();
        switch (tag)
        {
            case 'R' or 'Q':
                Print("&");
                if (TryEat('L') && Base62() is > 0 and var lifetime)
                {
                    Lifetime(lifetime);
                    Print(" ");
                }

                Print(tag == 'Q' ? "mut " : "");
                Type();
                break;
            case 'P' or 'O':
                Print(tag == 'P' ? "*const " : "*mut ");
                Type();
                break;
            case 'A' or 'S':
                Print("[");
                Type();
                if (tag == 'A')
                {
                    Print("; ");
                    Const();
                }

                Print("]");
                break;
            case 'T':
                Tuple();
                break;
            case 'F':
                Binder(Function);
                break;
            case 'D':
                DynamicTraits();
                break;
            case 'B':
                BackReference(Type);
                break;
            default:
                if (BasicType(tag) is { } basic)
                {
                    Print(basic);
                }
                else
                {
                    _position--;
                    Path(inValue: false);
                }

                break;
        }

        _depth--;
    }

    private void Tuple()
    {
        Print("(");
        int count = 0;
        List(() =>
        {
            count++;
            Type();
        });
        Print(count == 1 ? ",)" : ")");
    }

    private void Function()
    {
        if (TryEat('U'))
            Print("unsafe ");
        if (TryEat('K'))
            Print(TryEat('C') ? "extern \"C\" " : $"extern \"{Identifier().Replace('_', '-')}\" ");
        Print("fn(");
        List(Type);
        Print(")");
        if (!TryEat('u')) // returns nothing
        {
            Print(" -> ");
            Type();
        }
    }

    private void DynamicTraits()
    {
        Print("dyn ");
        Binder(() =>
        {
            for (bool first = true; !TryEat('E'); first = false)
            {
                if (!first)
                    Print(" + ");
                DynamicTrait();
            }
        });
        if (!TryEat('L'))
            throw Malformed();
        if (Base62() is > 0 and var lifetime)
        {
            Print(" + ");
            Lifetime(lifetime);
        }
    }

    /// <summary>A trait and its associated types, which stand in the list of its arguments: <c>Iterator&lt;Item = u8&gt;</c>.</summary>
    private void DynamicTrait()
    {
        bool open = OpenPath();
        while (TryEat('p'))
        {
            Print(open ? ", " : "<");
            open = true;
            Print(Identifier() + " = ");
            Type();
        }

        if (open)
            Print(">");
    }

    /// <summary>A path whose list of arguments, if it has one, is left open.</summary>
    private bool OpenPath()
    {
        if (TryEat('B'))
        {
            bool open = false;
            BackReference(() => open = OpenPath());
            return open;
        }

        if (!TryEat('I'))
        {
            Path(inValue: false);
            return false;
        }

        Path(inValue: false);
        Print("<");
        List(GenericArgument);
        return true;
    }

    private void Binder(Action rule)
    {
        ulong count = OptionalBase62('G');
        if (count > 26)
            throw Malformed();
        if (count > 0)
        {
            Print("for<");
            for (ulong i = 0; i < count; i++)
            {
                _boundLifetimes++;
                Print(i == 0 ? "" : ", ");
                Lifetime(1);
            }

            Print("> ");
        }

        rule();
        _boundLifetimes -= (uint)count;
    }

    /// <summary>0 is the erased one; others count binders from the innermost.</summary>
    private void Lifetime(ulong index)
    {
        if (index > _boundLifetimes)
            throw Malformed();
        Print(index == 0 ? "'_" : "'" + (char)('a' + (int)((_boundLifetimes - index) % 26)));
    }

    private void Const()
    {
        Enter();
        char tag = Next();
        switch (tag)
        {
            case 'p':
                Print("_");
                break;
            case 'B':
                BackReference(Const);
                break;
            case 'b':
                Print(Hex() switch { "0" => "false", "1" => "true", _ => throw Malformed() });
                break;
            case 'c':
                Character(Hex());
                break;
            case 'a' or 's' or 'l' or 'x' or 'n' or 'i':
                Print(TryEat('n') ? "-" : "");
                Number(Hex());
                break;
            case 'h' or 't' or 'm' or 'y' or 'o' or 'j':
                Number(Hex());
                break;
            default:
                throw Malformed(); // structured constants: not of stable Rust
        }

        _depth--;
    }

    private string Hex()
    {
        int start = _position;
        while (Next() is var c && c != '_')
        {
            if (!char.IsAsciiHexDigitLower(c))
                throw Malformed();
        }

        string digits = text[start..(_position - 1)].TrimStart('0');
        return digits.Length == 0 ? "0" : digits;
    }

    private void Number(string hex) => Print(hex.Length > 16
        ? "0x" + hex
        : ulong.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));

    private void Character(string hex)
    {
        if (hex.Length > 6 || !Rune.TryCreate(int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), out Rune rune))
            throw Malformed();
        Print($"'{rune}'");
    }
}
