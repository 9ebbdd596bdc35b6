using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>Words, operators and precedences of the language (bpftrace <c>src/parser.cpp</c>).</summary>
public static class SyntaxFacts
{
    /// <summary>
    /// How strongly a binary operator binds; larger binds tighter, all are left associative. The conditional
    /// <c>? :</c> binds weaker than all of them, unary operators tighter.
    /// </summary>
    public static int GetPrecedence(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LogicalOr => 1,
        BinaryOperatorKind.LogicalAnd => 2,
        BinaryOperatorKind.BitwiseOr => 3,
        BinaryOperatorKind.BitwiseXor => 4,
        BinaryOperatorKind.BitwiseAnd => 5,
        BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual => 6,
        BinaryOperatorKind.Less or BinaryOperatorKind.LessOrEqual
            or BinaryOperatorKind.Greater or BinaryOperatorKind.GreaterOrEqual => 7,
        BinaryOperatorKind.ShiftLeft or BinaryOperatorKind.ShiftRight => 8,
        BinaryOperatorKind.Add or BinaryOperatorKind.Subtract => 9,
        BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide or BinaryOperatorKind.Modulo => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The operator as written.</summary>
    public static string GetText(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LogicalOr => "||",
        BinaryOperatorKind.LogicalAnd => "&&",
        BinaryOperatorKind.BitwiseOr => "|",
        BinaryOperatorKind.BitwiseXor => "^",
        BinaryOperatorKind.BitwiseAnd => "&",
        BinaryOperatorKind.Equal => "==",
        BinaryOperatorKind.NotEqual => "!=",
        BinaryOperatorKind.Less => "<",
        BinaryOperatorKind.LessOrEqual => "<=",
        BinaryOperatorKind.Greater => ">",
        BinaryOperatorKind.GreaterOrEqual => ">=",
        BinaryOperatorKind.ShiftLeft => "<<",
        BinaryOperatorKind.ShiftRight => ">>",
        BinaryOperatorKind.Add => "+",
        BinaryOperatorKind.Subtract => "-",
        BinaryOperatorKind.Multiply => "*",
        BinaryOperatorKind.Divide => "/",
        BinaryOperatorKind.Modulo => "%",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The operator as written; <see cref="IsPostfix"/> says on which side.</summary>
    public static string GetText(UnaryOperatorKind kind) => kind switch
    {
        UnaryOperatorKind.LogicalNot => "!",
        UnaryOperatorKind.BitwiseNot => "~",
        UnaryOperatorKind.Negate => "-",
        UnaryOperatorKind.Dereference => "*",
        UnaryOperatorKind.AddressOf => "&",
        UnaryOperatorKind.PreIncrement or UnaryOperatorKind.PostIncrement => "++",
        UnaryOperatorKind.PreDecrement or UnaryOperatorKind.PostDecrement => "--",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The keyword of a C type.</summary>
    public static string GetText(TypeTag tag) => tag switch
    {
        TypeTag.Struct => "struct",
        TypeTag.Union => "union",
        TypeTag.Enum => "enum",
        _ => throw new ArgumentOutOfRangeException(nameof(tag)),
    };

    /// <summary>Whether the operator stands after its operand.</summary>
    public static bool IsPostfix(UnaryOperatorKind kind) =>
        kind is UnaryOperatorKind.PostIncrement or UnaryOperatorKind.PostDecrement;

    /// <summary>Whether the operator changes its operand.</summary>
    public static bool IsIncrementOrDecrement(UnaryOperatorKind kind) =>
        kind is UnaryOperatorKind.PreIncrement or UnaryOperatorKind.PreDecrement
            or UnaryOperatorKind.PostIncrement or UnaryOperatorKind.PostDecrement;

    /// <summary>
    /// The binary operator that begins with the characters given; compound assignments (<c>+=</c>) and <c>++</c>,
    /// <c>--</c> are none.
    /// </summary>
    /// <param name="first">First character.</param>
    /// <param name="second">The one after it, or NUL.</param>
    /// <param name="third">The one after that, or NUL.</param>
    /// <param name="kind">The operator.</param>
    /// <param name="length">How many characters it has.</param>
    internal static bool TryGetBinaryOperator(char first, char second, char third, out BinaryOperatorKind kind, out int length)
    {
        BinaryOperatorKind? found = (first, second) switch
        {
            ('|', '|') => BinaryOperatorKind.LogicalOr,
            ('&', '&') => BinaryOperatorKind.LogicalAnd,
            ('=', '=') => BinaryOperatorKind.Equal,
            ('!', '=') => BinaryOperatorKind.NotEqual,
            ('<', '=') => BinaryOperatorKind.LessOrEqual,
            ('>', '=') => BinaryOperatorKind.GreaterOrEqual,
            ('<', '<') => third == '=' ? null : BinaryOperatorKind.ShiftLeft,
            ('>', '>') => third == '=' ? null : BinaryOperatorKind.ShiftRight,
            (_, '=') => null,
            ('+', '+') or ('-', '-') => null,
            ('|', _) => BinaryOperatorKind.BitwiseOr,
            ('^', _) => BinaryOperatorKind.BitwiseXor,
            ('&', _) => BinaryOperatorKind.BitwiseAnd,
            ('<', _) => BinaryOperatorKind.Less,
            ('>', _) => BinaryOperatorKind.Greater,
            ('+', _) => BinaryOperatorKind.Add,
            ('-', _) => BinaryOperatorKind.Subtract,
            ('*', _) => BinaryOperatorKind.Multiply,
            ('/', _) => BinaryOperatorKind.Divide,
            ('%', _) => BinaryOperatorKind.Modulo,
            _ => null,
        };
        kind = found.GetValueOrDefault();
        length = found is null ? 0 : GetText(kind).Length;
        return found is not null;
    }

    /// <summary>
    /// The operator of a compound assignment (<c>+=</c>, <c>&lt;&lt;=</c>) that begins with the characters given.
    /// </summary>
    /// <param name="first">First character.</param>
    /// <param name="second">The one after it, or NUL.</param>
    /// <param name="third">The one after that, or NUL.</param>
    /// <param name="kind">The operator without its <c>=</c>.</param>
    /// <param name="length">How many characters it has, <c>=</c> included.</param>
    internal static bool TryGetCompoundAssignment(char first, char second, char third, out BinaryOperatorKind kind, out int length)
    {
        BinaryOperatorKind? found = (first, second, third) switch
        {
            ('<', '<', '=') => BinaryOperatorKind.ShiftLeft,
            ('>', '>', '=') => BinaryOperatorKind.ShiftRight,
            ('+', '=', _) => BinaryOperatorKind.Add,
            ('-', '=', _) => BinaryOperatorKind.Subtract,
            ('*', '=', _) => BinaryOperatorKind.Multiply,
            ('/', '=', _) => BinaryOperatorKind.Divide,
            ('%', '=', _) => BinaryOperatorKind.Modulo,
            ('&', '=', _) => BinaryOperatorKind.BitwiseAnd,
            ('|', '=', _) => BinaryOperatorKind.BitwiseOr,
            ('^', '=', _) => BinaryOperatorKind.BitwiseXor,
            _ => null,
        };
        kind = found.GetValueOrDefault();
        length = found is null ? 0 : GetText(kind).Length + 1;
        return found is not null;
    }

    /// <summary>Whether a character can begin an identifier.</summary>
    public static bool IsIdentifierStart(char c) => char.IsAsciiLetter(c) || c == '_';

    /// <summary>Whether a character can continue an identifier.</summary>
    public static bool IsIdentifierPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>Whether a part of an attach point is a pattern: a <c>*</c>, or both <c>[</c> and <c>]</c> (bpftrace <c>src/util/wildcard.cpp</c>).</summary>
    public static bool HasWildcard(string text) => WildcardPattern.HasWildcard(text);

    /// <summary>Parses <c>struct</c>, <c>union</c>, <c>enum</c>.</summary>
    public static bool TryGetTypeTag(string word, out TypeTag tag)
    {
        switch (word)
        {
            case "struct":
                tag = TypeTag.Struct;
                return true;
            case "union":
                tag = TypeTag.Union;
                return true;
            case "enum":
                tag = TypeTag.Enum;
                return true;
            default:
                tag = default;
                return false;
        }
    }

    /// <summary>
    /// Names the grammar reserves for values of a probe: they begin neither a cast nor a record (bpftrace
    /// <c>Parser::is_builtin</c>). Other builtins (<c>comm</c>, <c>cpu</c>) are ordinary identifiers to the grammar.
    /// </summary>
    public static bool IsReservedBuiltin(ReadOnlySpan<char> name) => name switch
    {
        "args" or "ctx" or "kstack" or "nsecs" or "pid" or "tid" or "ustack" => true,
        _ => IsNumbered(name, "arg") || IsNumbered(name, "sarg") || IsInternalBuiltin(name),
    };

    /// <summary>
    /// Names that are always values: the reserved ones and the builtins of bpftrace 0.17's lexer, which are macros of
    /// the standard library today.
    /// </summary>
    internal static bool IsValueBuiltin(ReadOnlySpan<char> name) => name switch
    {
        "cgroup" or "comm" or "cpid" or "cpu" or "curtask" or "elapsed" or "func" or "gid" or "jiffies" or "ncpus" or "numaid"
            or "pcomm" or "ppid" or "probe" or "rand" or "retval" or "uid" or "username" or "usermode" => true,
        _ => IsReservedBuiltin(name),
    };

    /// <summary>
    /// Names of builtin types (bpftrace <c>ident_to_builtin_type</c> in <c>src/types.cpp</c>): in <c>sizeof(uint64)</c>
    /// they are types, where another lone identifier may be an expression.
    /// </summary>
    public static bool IsBuiltinTypeName(ReadOnlySpan<char> name) => name switch
    {
        "bool" or "int8" or "int16" or "int32" or "int64" or "uint8" or "uint16" or "uint32" or "uint64"
            or "void" or "string" or "buffer" or "inet" or "min_t" or "max_t" or "sum_t" or "count_t" or "avg_t" or "stats_t"
            or "umin_t" or "umax_t" or "usum_t" or "uavg_t" or "ustats_t" or "timestamp" or "macaddr_t"
            or "cgroup_path_t" or "username_t" => true,
        _ => false,
    };

    private static bool IsNumbered(ReadOnlySpan<char> name, string prefix) =>
        name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal)
        && !name[prefix.Length..].ContainsAnyExceptInRange('0', '9');

    private static bool IsInternalBuiltin(ReadOnlySpan<char> name)
    {
        const string Prefix = "__builtin_";
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..] is "comm" or "cpid" or "cpu"
            or "dw_ustack" or "elapsed" or "func" or "ncpus" or "probe" or "retval" or "usermode";
    }

    /// <summary>The first position from <paramref name="at"/> on that is neither white space nor in a comment; a comment without an end is one to the text's end.</summary>
    internal static int SkipLayout(string text, int at)
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            bool isLine = text.AsSpan(at).StartsWith("//");
            if (!isLine && !text.AsSpan(at).StartsWith("/*"))
                break;
            int end = isLine ? text.IndexOf('\n', at) : text.IndexOf("*/", at + 2, StringComparison.Ordinal);
            at = end < 0 ? text.Length : isLine ? end : end + 2;
        }
        return at;
    }

    /// <summary>The word at an offset; without one the character there.</summary>
    internal static TextSpan WordAt(string text, int offset)
    {
        int start = Math.Min(offset, text.Length), end = start;
        while (end < text.Length && IsIdentifierPart(text[end]))
            end++;
        return TextSpan.FromBounds(start, end == start ? Math.Min(start + 1, text.Length) : end);
    }
}
