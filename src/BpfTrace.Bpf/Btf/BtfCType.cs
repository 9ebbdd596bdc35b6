using System.Text;

namespace BpfTrace.Bpf.Btf;

/// <summary>
/// Writes a type as a C declaration, spaced as libbpf spaces it, which is what bpftrace prints in <c>-lv</c>:
/// <c>struct task_struct *p</c>, <c>int (*fn)(void *)</c>, <c>char comm[16]</c>.
/// </summary>
internal sealed class BtfCType
{
    /// <summary>No declaration of a real program comes near it; a cycle in malformed data would never stop.</summary>
    private const int MaxLength = 4 << 20;

    private const int MaxDepth = 40;

    private readonly StringBuilder _text;
    private readonly BtfCDefinition? _definitions;

    /// <param name="text">Receives the text.</param>
    /// <param name="definitions">Writes anonymous structures in place; null writes only their keyword.</param>
    public BtfCType(StringBuilder text, BtfCDefinition? definitions)
    {
        _text = text;
        _definitions = definitions;
    }

    /// <summary>The type alone, or the declaration of a name with it. Anonymous structures are written out.</summary>
    public static string Format(BtfType type, string name)
    {
        StringBuilder text = new();
        new BtfCDefinition(text).Declarations.Declare(type, name, 0);
        return text.ToString();
    }

    /// <summary>Appends a declaration at a nesting level.</summary>
    public void Declare(BtfType type, string name, int level)
    {
        if (level > MaxDepth || _text.Length > MaxLength)
            throw new BtfFormatException($"BTF type {type.Id} is nested too deeply.");

        // From the declared type inwards to the named one at the end of the chain; written from the end back.
        Stack<BtfType> chain = new();
        for (BtfType t = type; ; t = t.Target)
        {
            if (chain.Count > MaxDepth)
                throw type.Endless();
            chain.Push(t);
            if (!t.IsModifier && t.Kind is not (BtfKind.Ptr or BtfKind.FuncProto or BtfKind.Array))
                break;
        }

        Chain(chain, name, level);
    }

    private void Chain(Stack<BtfType> chain, string name, int level)
    {
        bool lastWasPointer = true;
        while (chain.TryPop(out BtfType type))
        {
            switch (type.Kind)
            {
                case BtfKind.Ptr:
                    _text.Append(lastWasPointer ? "*" : " *");
                    break;
                case BtfKind.Const:
                    _text.Append(" const");
                    break;
                case BtfKind.Volatile:
                    _text.Append(" volatile");
                    break;
                case BtfKind.Restrict:
                    _text.Append(" restrict");
                    break;
                case BtfKind.TypeTag:
                    Qualifiers(chain);
                    _text.Append(type.KindFlag ? $" __attribute__(({type.Name}))" : $" __attribute__((btf_type_tag(\"{type.Name}\")))");
                    break;
                case BtfKind.Array:
                    ArrayRest(chain, type, name, lastWasPointer, level);
                    return;
                case BtfKind.FuncProto:
                    FunctionRest(chain, type, name, lastWasPointer, level);
                    return;
                default:
                    Qualifiers(chain);
                    Base(type, level);
                    break;
            }

            lastWasPointer = type.Kind == BtfKind.Ptr;
        }

        Name(name, lastWasPointer);
    }

    private void Base(BtfType type, int level)
    {
        switch (type.Kind)
        {
            case BtfKind.Struct or BtfKind.Union when type.IsAnonymous && _definitions is not null:
                _definitions.Composite(type, level);
                break;
            case BtfKind.Enum or BtfKind.Enum64 when type.IsAnonymous && _definitions is not null:
                _definitions.Enumeration(type, level);
                break;
            default:
                string keyword = Keyword(type);
                string name = type.Name;
                _text.Append(keyword);
                if (keyword.Length > 0 && name.Length > 0)
                    _text.Append(' ');
                _text.Append(name);
                break;
        }
    }

    /// <summary><c>struct</c>, <c>union</c>, <c>enum</c> or nothing.</summary>
    public static string Keyword(BtfType type) => type.Kind switch
    {
        BtfKind.Struct => "struct",
        BtfKind.Union => "union",
        BtfKind.Enum or BtfKind.Enum64 => "enum",
        BtfKind.Fwd => type.IsUnionForward ? "union" : "struct",
        _ => "",
    };

    /// <summary>The qualifiers of a base type stand in front of it: <c>const char</c>.</summary>
    private void Qualifiers(Stack<BtfType> chain)
    {
        while (chain.TryPeek(out BtfType next) && next.Kind is BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict)
        {
            chain.Pop();
            _text.Append(next.Kind switch { BtfKind.Const => "const ", BtfKind.Volatile => "volatile ", _ => "restrict " });
        }
    }

    /// <summary>GCC repeats an element's qualifiers on the array, and puts <c>volatile</c> on functions that do not return: both mean nothing.</summary>
    private static void DropQualifiers(Stack<BtfType> chain)
    {
        while (chain.TryPeek(out BtfType next) && next.Kind is BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict)
            chain.Pop();
    }

    private void ArrayRest(Stack<BtfType> chain, BtfType array, string name, bool lastWasPointer, int level)
    {
        DropQualifiers(chain);
        if (!chain.TryPeek(out BtfType next))
        {
            Name(name, lastWasPointer);
        }
        else
        {
            bool parentheses = next.Kind != BtfKind.Array;
            if (name.Length > 0 && !lastWasPointer)
                _text.Append(' ');
            if (parentheses)
                _text.Append('(');
            Chain(chain, name, level);
            if (parentheses)
                _text.Append(')');
        }

        _text.Append('[').Append(array.Length).Append(']');
    }

    private void FunctionRest(Stack<BtfType> chain, BtfType function, string name, bool lastWasPointer, int level)
    {
        DropQualifiers(chain);
        if (chain.Count > 0)
        {
            _text.Append(" (");
            Chain(chain, name, level);
            _text.Append(')');
        }
        else
        {
            Name(name, lastWasPointer);
        }

        BtfList<BtfParameter> parameters = function.Parameters;
        if (parameters.Count == 0 || (parameters.Count == 1 && parameters[0].IsVariadic))
        {
            _text.Append("(void)");
            return;
        }

        _text.Append('(');
        for (int i = 0; i < parameters.Count; i++)
        {
            if (i > 0)
                _text.Append(", ");
            BtfParameter parameter = parameters[i];
            if (parameter.IsVariadic)
                _text.Append("...");
            else
                Declare(parameter.Type, parameter.Name, level + 1);
        }

        _text.Append(')');
    }

    private void Name(string name, bool lastWasPointer)
    {
        if (name.Length > 0 && !lastWasPointer)
            _text.Append(' ');
        _text.Append(name);
    }
}
