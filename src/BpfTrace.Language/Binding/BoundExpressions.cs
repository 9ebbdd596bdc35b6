using System.Collections.Immutable;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>An integer, boolean or enum constant, sign- or zero-extended to 64 bits by its type's sign.</summary>
public sealed record BoundConstant(TextSpan Span, BpfType Type, long Value) : BoundExpression(Span, Type);

/// <summary>A string constant. <see cref="BoundExpression.Type"/> is a <see cref="StringType"/> that fits it.</summary>
public sealed record BoundString(TextSpan Span, BpfType Type, ImmutableArray<byte> Value) : BoundExpression(Span, Type);

/// <summary>The value of <c>$x</c>.</summary>
public sealed record BoundVariable(TextSpan Span, VariableSymbol Variable) : BoundExpression(Span, Variable.Type);

/// <summary>
/// The value of <c>@m</c> or <c>@m[key]</c>. A missing key reads as zero or the empty string. An aggregating map read as a
/// number (<c>(int64)@c</c>, <c>@c > 5</c>) is this node under a <see cref="BoundConversion"/> from its <see cref="AggregateType"/>.
/// </summary>
/// <param name="Span">The script text.</param>
/// <param name="Map">The map.</param>
/// <param name="Key">The key, of the map's key type; null for a scalar map.</param>
public sealed record BoundMapValue(TextSpan Span, MapSymbol Map, BoundExpression? Key) : BoundExpression(Span, Map.ValueType);

/// <summary>Unary operators.</summary>
public enum UnaryOperator
{
    /// <summary><c>-x</c>.</summary>
    Negate,

    /// <summary><c>~x</c>.</summary>
    BitwiseNot,

    /// <summary><c>!x</c>; bool.</summary>
    LogicalNot,
}

/// <summary>A unary operation; the operand already has the operation's type.</summary>
public sealed record BoundUnary(TextSpan Span, BpfType Type, UnaryOperator Operator, BoundExpression Operand)
    : BoundExpression(Span, Type);

/// <summary>Binary operators.</summary>
public enum BinaryOperator
{
    /// <summary><c>+</c>; with a pointer on the left, the right operand is already scaled to bytes.</summary>
    Add,

    /// <summary><c>-</c>; with a pointer on the left, the right operand is already scaled to bytes.</summary>
    Subtract,

    /// <summary><c>*</c>.</summary>
    Multiply,

    /// <summary><c>/</c>, signed or not by the result's type; of a zero divisor, which is a runtime error, it is 1.</summary>
    Divide,

    /// <summary><c>%</c>, as <see cref="Divide"/>.</summary>
    Modulo,

    /// <summary><c>&amp;</c>.</summary>
    BitwiseAnd,

    /// <summary><c>|</c>.</summary>
    BitwiseOr,

    /// <summary><c>^</c>.</summary>
    BitwiseXor,

    /// <summary><c>&lt;&lt;</c>.</summary>
    ShiftLeft,

    /// <summary><c>&gt;&gt;</c>, arithmetic when the left operand is signed.</summary>
    ShiftRight,

    /// <summary><c>==</c>; bool. Operands may be strings, arrays, tuples.</summary>
    Equal,

    /// <summary><c>!=</c>; bool. Operands may be strings, arrays, tuples.</summary>
    NotEqual,

    /// <summary><c>&lt;</c>, by the operands' sign; bool.</summary>
    Less,

    /// <summary><c>&lt;=</c>; bool.</summary>
    LessOrEqual,

    /// <summary><c>&gt;</c>; bool.</summary>
    Greater,

    /// <summary><c>&gt;=</c>; bool.</summary>
    GreaterOrEqual,

    /// <summary><c>&amp;&amp;</c>, short circuit; bool.</summary>
    LogicalAnd,

    /// <summary><c>||</c>, short circuit; bool.</summary>
    LogicalOr,
}

/// <summary>
/// A binary operation. Integer operands of arithmetic and comparison already have one common type. Compared strings may have
/// different capacities: they are equal when their bytes up to the NUL are.
/// </summary>
public sealed record BoundBinary(TextSpan Span, BpfType Type, BoundExpression Left, BinaryOperator Operator, BoundExpression Right)
    : BoundExpression(Span, Type);

/// <summary><c>c ? a : b</c> and <c>if</c> as an expression; both branches have the result's type.</summary>
public sealed record BoundConditional(TextSpan Span, BpfType Type, BoundExpression Condition, BoundExpression WhenTrue, BoundExpression WhenFalse)
    : BoundExpression(Span, Type);

/// <summary>
/// A change of type, by a cast or implied: between integers (extend by the operand's sign, truncate), integer and pointer, integer
/// and bool (not zero), integer and byte array, string to a larger or smaller capacity, array and integer, pointer target,
/// an aggregate to its integer (the merged count, sum, average, …), tuple element-wise.
/// </summary>
public sealed record BoundConversion(TextSpan Span, BpfType Type, BoundExpression Operand) : BoundExpression(Span, Type);

/// <summary>
/// What a pointer points to. <see cref="Pointer"/> has a <see cref="PointerType"/>, whose address space says how it is read. Of
/// a structure, nothing is read until a field is.
/// </summary>
public sealed record BoundDereference(TextSpan Span, BpfType Type, BoundExpression Pointer) : BoundExpression(Span, Type);

/// <summary>
/// A member of a structure, union or record (<c>p->f</c> is a <see cref="BoundDereference"/> inside one of these). The receiver is never a pointer.
/// </summary>
public sealed record BoundFieldAccess(TextSpan Span, BpfType Type, BoundExpression Receiver, StructField Field) : BoundExpression(Span, Type);

/// <summary>An element of a tuple or record (<c>$t.0</c>, <c>$r.x</c>).</summary>
public sealed record BoundTupleElement(TextSpan Span, BpfType Type, BoundExpression Receiver, TupleField Element) : BoundExpression(Span, Type);

/// <summary>
/// <c>a[i]</c> on an array, string or pointer. An index outside an array is a runtime error and reads as zero.
/// The index is a 64-bit integer; on a pointer it counts elements.
/// </summary>
public sealed record BoundElementAccess(TextSpan Span, BpfType Type, BoundExpression Receiver, BoundExpression Index) : BoundExpression(Span, Type);

/// <summary>A tuple or record made of its elements, each converted to its field's type.</summary>
public sealed record BoundTuple(TextSpan Span, TupleType TupleType, ImmutableArray<BoundExpression> Elements) : BoundExpression(Span, TupleType);

/// <summary><c>&amp;$x</c>, <c>&amp;@m</c>, <c>&amp;@m[k]</c>, or the address of something read through a pointer.</summary>
public sealed record BoundAddressOf(TextSpan Span, BpfType Type, BoundExpression Operand) : BoundExpression(Span, Type);

/// <summary><c>&amp;@m</c> of a map with keys: the kernel's map, for functions in C.</summary>
public sealed record BoundMapAddress(TextSpan Span, BpfType Type, MapSymbol Map) : BoundExpression(Span, Type);

/// <summary><c>++</c> and <c>--</c>. The target is a <see cref="BoundVariable"/> or <see cref="BoundMapValue"/>.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Type">The target's type.</param>
/// <param name="Target">What is changed; read and written, not atomically.</param>
/// <param name="Delta">+1 or -1; for a pointer, its target's size in bytes.</param>
/// <param name="IsPrefix">True: the value is the new one.</param>
public sealed record BoundIncrement(TextSpan Span, BpfType Type, BoundExpression Target, long Delta, bool IsPrefix) : BoundExpression(Span, Type);

/// <summary>Statements, then a value.</summary>
public sealed record BoundBlockExpression(TextSpan Span, BpfType Type, ImmutableArray<BoundStatement> Statements, BoundExpression Value)
    : BoundExpression(Span, Type);

/// <summary>
/// A builtin or function evaluated in the kernel: <c>pid</c>, <c>nsecs</c>, <c>str(p, n)</c>, <c>ksym(a)</c>, <c>strncmp(a, b, n)</c> … by
/// bpftrace's name. Which exist, with their argument and result types, is the binder's table.
/// </summary>
/// <param name="Span">The script text.</param>
/// <param name="Type">The result's type.</param>
/// <param name="Function">The function.</param>
/// <param name="Arguments">The arguments that are evaluated, converted to what the function takes; defaults are filled in.</param>
/// <param name="Data">A constant the binder settled (a clock mode, a format's index, a register's name); null for most.</param>
public sealed record BoundCall(TextSpan Span, BpfType Type, FunctionSymbol Function, ImmutableArray<BoundExpression> Arguments, object? Data = null)
    : BoundExpression(Span, Type);

/// <summary><c>arg0</c>, <c>arg1</c>, … of kprobe, uprobe (registers, then stack) and raw tracepoint probes; usdt probes have them where their note says.</summary>
public sealed record BoundArgument(TextSpan Span, BpfType Type, int Index) : BoundExpression(Span, Type);

/// <summary>
/// <c>args</c>: the probe's typed arguments. Its type is a <see cref="StructType"/> in <see cref="AddressSpace.Context"/>: field
/// offsets are those of the program's context (the tracepoint's record; 8 × index for fentry, fexit and raw tracepoints).
/// </summary>
public sealed record BoundArgs(TextSpan Span, BpfType Type) : BoundExpression(Span, Type);

/// <summary><c>retval</c>: of kretprobe and uretprobe the return register, of fexit the slot after the arguments.</summary>
public sealed record BoundReturnValue(TextSpan Span, BpfType Type, int Index) : BoundExpression(Span, Type);

/// <summary><c>ctx</c>: a pointer to the program's context.</summary>
public sealed record BoundContext(TextSpan Span, BpfType Type) : BoundExpression(Span, Type);

/// <summary><c>delete(@m, k)</c>; the value is whether the key existed.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Map">The map.</param>
/// <param name="Key">The key; null for a scalar map.</param>
/// <param name="IsDiscarded">True when the value is not used: a missing key is then a runtime warning.</param>
public sealed record BoundDelete(TextSpan Span, MapSymbol Map, BoundExpression? Key, bool IsDiscarded) : BoundExpression(Span, BpfType.Bool);

/// <summary><c>has_key(@m, k)</c>.</summary>
public sealed record BoundHasKey(TextSpan Span, MapSymbol Map, BoundExpression Key) : BoundExpression(Span, BpfType.Bool);

/// <summary><c>len(@m)</c>: how many entries a map has.</summary>
public sealed record BoundMapLength(TextSpan Span, BpfType Type, MapSymbol Map) : BoundExpression(Span, Type);

/// <summary>A call of a function of the script.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Subprogram">The function.</param>
/// <param name="Arguments">The arguments, of the parameters' types.</param>
public sealed record BoundSubprogramCall(TextSpan Span, SubprogramSymbol Subprogram, ImmutableArray<BoundExpression> Arguments)
    : BoundExpression(Span, Subprogram.ReturnType);

/// <summary>A call of a function compiled from C.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Function">The function.</param>
/// <param name="Arguments">The arguments, of the parameters' types.</param>
public sealed record BoundCFunctionCall(TextSpan Span, CFunctionSymbol Function, ImmutableArray<BoundExpression> Arguments)
    : BoundExpression(Span, Function.ReturnType);
