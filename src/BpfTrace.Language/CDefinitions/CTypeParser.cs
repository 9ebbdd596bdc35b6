using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// Reads C definitions of structures, unions, enums and typedefs, and lays them out as a compiler does on x86_64 (System V ABI). It knows
/// declarations, not the whole language: no expressions beyond integers, no preprocessor.
/// </summary>
internal sealed class CTypeParser
{
    /// <summary>The origin of the script's own structures.</summary>
    public const string Origin = "script";

    /// <summary>Whether a structure is the script's own.</summary>
    public static bool IsOwn(StructType type) => type.Origin.StartsWith(Origin, StringComparison.Ordinal);

    /// <summary>Deeper than any structure is; the reader recurses.</summary>
    private const int MaxDepth = 64;

    /// <summary>Bytes: far more than can be read from a probe, and few enough to count bits in an int.</summary>
    private const int MaxSize = 1 << 26;

    private readonly List<string> _tokens;
    private readonly TypeCatalog _types;
    private readonly HashSet<string> _defined;
    private int _next;
    private int _anonymous;
    private int _depth;

    private readonly Func<string, long?> _findNumber;

    private CTypeParser(string text, TypeCatalog types, HashSet<string> defined, Func<string, long?> findNumber)
    {
        _findNumber = findNumber;
        _tokens = Tokenize(text);
        _types = types;
        _defined = defined;
    }

    /// <summary>Enters what a definition defines; one that can not be read is reported.</summary>
    /// <param name="text">The definition.</param>
    /// <param name="location">Where it is.</param>
    /// <param name="types">Takes the types.</param>
    /// <param name="defined">The tags and constants defined so far, of which C allows one each.</param>
    /// <param name="findNumber">What a macro stands for.</param>
    /// <param name="diagnostics">Takes what is wrong.</param>
    public static void Parse(string text, TextLocation location, TypeCatalog types, HashSet<string> defined, Func<string, long?> findNumber, DiagnosticBag diagnostics)
    {
        try
        {
            var parser = new CTypeParser(text, types, defined, findNumber);
            while (parser._next < parser._tokens.Count)
                parser.ParseDeclaration();
        }
        catch (FormatException e)
        {
            diagnostics.ReportCDefinition(location, e.Message, null);
        }
    }

    private string Current => _next < _tokens.Count ? _tokens[_next] : "";

    private string Take() => _next < _tokens.Count ? _tokens[_next++] : throw new FormatException("unexpected end of a C definition");

    private bool TryTake(string token)
    {
        if (Current != token)
            return false;
        _next++;
        return true;
    }

    private void Expect(string token)
    {
        if (!TryTake(token))
            throw new FormatException($"expected '{token}' in a C definition, found '{Current}'");
    }

    /// <summary>The end of a member: compilers let the last one of a structure go without.</summary>
    private void ExpectMemberEnd()
    {
        if (Current != "}")
            Expect(";");
    }

    private void ParseDeclaration()
    {
        if (TryTake(";"))
            return;
        bool isTypedef = TryTake("typedef");
        BpfType type = ParseSpecifiers();
        while (Current != ";")
        {
            (string name, BpfType declared) = ParseDeclarator(type);
            if (isTypedef)
                _types.DefineTypedef(name, declared);
            SkipAttributes();
            if (!TryTake(","))
                break;
        }
        Expect(";");
    }

    private BpfType ParseSpecifiers()
    {
        var words = new List<string>();
        while (true)
        {
            SkipAttributes();
            switch (Current)
            {
                case "const" or "volatile" or "restrict" or "extern" or "static" or "inline":
                    _next++;
                    continue;
                case "struct" or "union" when words.Count == 0:
                    return ParseComposite(Take() == "union");
                case "enum" when words.Count == 0:
                    _next++;
                    return ParseEnum();
            }
            if (!IsWord(Current) || (words.Count > 0 && !IsBaseWord(Current)))
                break;
            if (words.Count > 0 && !IsBaseWord(words[^1]))
                break;
            words.Add(Take());
        }
        string name = string.Join(' ', Normalize(words));
        return name.Length == 0 ? throw new FormatException($"expected a type in a C definition, found '{Current}'")
            : WithoutArithmetic(name) ?? _types.FindNamed(name) ?? throw new FormatException($"unknown type name '{name}'");
    }

    /// <summary>Types the language does not compute with are the bytes they take, as BTF's are.</summary>
    private static BpfType? WithoutArithmetic(string name) => name switch
    {
        "float" => IntegerType.Int32,
        "double" => IntegerType.Int64,
        "long double" or "__int128" or "__int128_t" or "__uint128_t" => new ArrayType(IntegerType.UInt64, 2),
        _ => null,
    };

    private static bool IsBaseWord(string word) => word is "unsigned" or "signed" or "long" or "short" or "int" or "char" or "double" or "__int128";

    /// <summary>The order and the filling words of C's integer types do not matter.</summary>
    private static List<string> Normalize(List<string> words)
    {
        if (!words.TrueForAll(IsBaseWord))
            return words;
        if (words.Contains("double"))
            return words.Contains("long") ? ["long", "double"] : ["double"];
        if (words.Contains("__int128"))
            return ["__int128"];
        var result = new List<string>();
        if (words.Contains("unsigned"))
            result.Add("unsigned");
        else if (words.Contains("signed") && words.Contains("char"))
            result.Add("signed");
        result.Add(words.Contains("char") ? "char" : words.Contains("short") ? "short" : words.Contains("long") ? "long" : "int");
        return result;
    }

    private StructType ParseComposite(bool isUnion)
    {
        if (++_depth > MaxDepth)
            throw new FormatException("structures are nested too deep");
        bool packed = SkipAttributes(ofStructure: true);
        string name = IsWord(Current) ? Take() : "";
        if (!TryTake("{"))
        {
            _depth--;
            return name.Length == 0 ? throw new FormatException("a structure without name and members")
                : _types.FindStruct(name, isUnion) ?? new StructType(name, isUnion, 0, static () => [], "forward");
        }

        // Pointers to itself inside of the definition need the name before the members are known.
        StructType? self = null;
        var layout = new CLayout(isUnion);
        ImmutableArray<StructField> fields = default;
        ExpectNew(name);
        if (name.Length > 0)
            _types.Define(self = new StructType(name, isUnion, 0, () => _types.FindStruct(name, isUnion) is { } done && !ReferenceEquals(done, self) ? done.Fields : [], Origin));
        while (!TryTake("}"))
            ParseMember(layout);
        packed |= SkipAttributes(ofStructure: true);
        (fields, int size) = layout.Finish(packed);
        _depth--;
        string origin = name.Length > 0 ? Origin : Origin + "#" + (++_anonymous).ToString(CultureInfo.InvariantCulture) + ":" + _next.ToString(CultureInfo.InvariantCulture);
        var type = new StructType(name, isUnion, size, () => fields, origin);
        if (name.Length > 0)
            _types.Define(type);
        return type;
    }

    /// <summary>A tag, or an enum's constant, may be defined once.</summary>
    private void ExpectNew(string name)
    {
        if (name.Length > 0 && !_defined.Add(name))
            throw new FormatException($"redefinition of '{name}'");
    }

    private void ParseMember(CLayout layout)
    {
        BpfType type = ParseSpecifiers();
        if (Current is ";" or "}")
        {
            ExpectMemberEnd();
            layout.Add("", type, 0);
            return;
        }
        do
        {
            (string name, BpfType declared) = Current == ":" ? ("", type) : ParseDeclarator(type);
            bool isBitField = TryTake(":");
            int bits = isBitField ? (int)TakeNumber() : 0;
            SkipAttributes();
            if (isBitField && (bits < 0 || bits > declared.Size * 8))
                throw new FormatException($"width of bit-field '{name}' ({bits} bits) exceeds the width of its type ({declared.Size * 8} bits)");
            layout.Add(name, declared, bits, isBitField);
            if (layout.Size > MaxSize)
                throw new FormatException("structure is too large");
        }
        while (TryTake(","));
        ExpectMemberEnd();
    }

    private (string Name, BpfType Type) ParseDeclarator(BpfType type)
    {
        while (TryTake("*"))
        {
            type = new PointerType(type, AddressSpace.None);
            while (Current is "const" or "volatile" or "restrict" or "__restrict" or "__user" or "__rcu")
                _next++;
        }
        if (TryTake("("))
        {
            // A pointer to a function: what it points to has no type of ours.
            if (++_depth > MaxDepth)
                throw new FormatException("declarators are nested too deep");
            Expect("*");
            (string function, _) = ParseDeclarator(BpfType.Void);
            Expect(")");
            _depth--;
            if (Current == "(")
                SkipParentheses();
            return (function, new PointerType(BpfType.Void, AddressSpace.None));
        }
        string name = IsWord(Current) ? Take() : "";
        return (name, ParseArray(type));
    }

    private BpfType ParseArray(BpfType element)
    {
        if (!TryTake("["))
            return element;
        long count = Current == "]" ? 0 : TakeNumber();
        Expect("]");
        if (++_depth > MaxDepth)
            throw new FormatException("arrays are nested too deep");
        BpfType inner = ParseArray(element);
        _depth--;
        if (count < 0 || count > MaxSize / Math.Max(1, inner.Size))
            throw new FormatException(count < 0 ? "array has a negative size" : "array is too large");
        return inner is IntegerType { Bits: 8, IsSigned: true } && count > 0 && IsChar ? new StringType((int)count) { MayFill = true } : new ArrayType(inner, (int)count);
    }

    /// <summary>Whether the last type read was written as <c>char</c>: arrays of it are strings.</summary>
    private bool IsChar => LastTypeWord() == "char";

    private string LastTypeWord()
    {
        for (int i = _next - 1; i >= 0 && _tokens[i] is not (";" or "{"); i--)
        {
            if (_tokens[i] is "char")
                return i > 0 && _tokens[i - 1] is "unsigned" or "signed" ? "" : "char";
        }
        return "";
    }

    private EnumType ParseEnum()
    {
        string name = IsWord(Current) ? Take() : "";
        if (!TryTake("{"))
            return _types.FindEnum(name) ?? throw new FormatException($"unknown enum '{name}'");
        ExpectNew(name);
        var names = ImmutableSortedDictionary.CreateBuilder<long, string>();
        var values = new List<(string, long)>();
        long value = 0;
        while (!TryTake("}"))
        {
            string constant = Take();
            ExpectNew(constant);
            if (TryTake("="))
                value = TakeNumber();
            values.Add((constant, value));
            names.TryAdd(value, constant);
            value++;
            if (!TryTake(",") && Current != "}")
                throw new FormatException($"expected ',' in an enum, found '{Current}'");
        }
        bool isSigned = values.Exists(static v => v.Item2 < 0);
        var type = new EnumType(name, isSigned ? IntegerType.Int32 : IntegerType.UInt32, names.ToImmutable());
        _types.Define(type, values);
        return type;
    }

    private long TakeNumber()
    {
        bool negative = TryTake("-");
        string text = Take();
        if (_types.FindConstant(text) is { } constant)
            return negative ? -constant.Value : constant.Value;
        if (_findNumber(text) is { } defined)
            return negative ? -defined : defined;
        if (KernelConstants.TryFind(text, out long known))
            return negative ? -known : known;
        if (!Probes.AttachPointParser.TryParseNumber(text, out ulong value))
            throw new FormatException($"expected a number in a C definition, found '{text}'");
        if (TryTake("<<"))
            value <<= (int)TakeNumber();
        return negative ? -(long)value : (long)value;
    }

    /// <summary>Passes over attributes. Those that place members are the C front end's to read, but for a whole structure's <c>packed</c>.</summary>
    /// <returns>Whether <c>packed</c> is one of them.</returns>
    private bool SkipAttributes(bool ofStructure = false)
    {
        bool packed = false;
        while (Current is "__attribute__" or "__packed" or "__user" or "__rcu")
        {
            int start = _next++;
            if (Current == "(")
                SkipParentheses();
            foreach (string token in _tokens.GetRange(start, _next - start))
            {
                bool isPacked = token is "packed" or "__packed__" or "__packed";
                packed |= isPacked;
                if ((isPacked && !ofStructure) || token is "aligned" or "__aligned__" or "mode" or "__mode__" or "vector_size" or "__vector_size__")
                    throw new FormatException($"the attribute '{token}' is read by libclang only");
            }
        }
        return packed;
    }

    private void SkipParentheses()
    {
        int depth = 0;
        do
        {
            string token = Take();
            depth += token == "(" ? 1 : token == ")" ? -1 : 0;
        }
        while (depth > 0);
    }

    private static bool IsWord(string token) => token.Length > 0 && SyntaxFacts.IsIdentifierStart(token[0]);

    private static List<string> Tokenize(string text)
    {
        var tokens = new List<string>();
        int i = 0;
        while (i < text.Length)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (text.AsSpan(i).StartsWith("//"))
            {
                int end = text.IndexOf('\n', i);
                i = end < 0 ? text.Length : end;
            }
            else if (text.AsSpan(i).StartsWith("/*"))
            {
                int end = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? text.Length : end + 2;
            }
            else if (SyntaxFacts.IsIdentifierPart(c))
            {
                int start = i;
                while (i < text.Length && SyntaxFacts.IsIdentifierPart(text[i]))
                    i++;
                tokens.Add(text[start..i]);
            }
            else
            {
                int length = text.AsSpan(i).StartsWith("<<") ? 2 : 1;
                tokens.Add(text.Substring(i, length));
                i += length;
            }
        }
        return tokens;
    }
}
