using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Arithmetic on literals as bpftrace folds it (<c>fold_literals.cpp</c>): exact between int64's minimum and uint64's maximum,
/// nothing beyond. Two non-negative numbers are unsigned, any other pair is signed.
/// </summary>
internal static class ConstantFolder
{
    /// <summary>A literal's value.</summary>
    public static Int128 ValueOf(BoundConstant literal) =>
        literal.Type is IntegerType { IsSigned: false } ? (ulong)literal.Value : literal.Value;

    /// <summary>The result of an operation that gives a number; null for an overflow, a division by zero and the like.</summary>
    public static Int128? Fold(BinaryOperatorKind op, Int128 left, Int128 right)
    {
        bool unsigned = left >= 0 && right >= 0;
        if (!unsigned && (left > long.MaxValue || right > long.MaxValue))
            return null;
        Int128? result = op switch
        {
            BinaryOperatorKind.Add => left + right,
            BinaryOperatorKind.Subtract => !unsigned && left - right > long.MaxValue ? null : left - right,
            BinaryOperatorKind.Multiply => left * right,
            BinaryOperatorKind.Divide => right == 0 ? null : left / right,
            BinaryOperatorKind.Modulo => right == 0 ? null : left % right,
            BinaryOperatorKind.BitwiseAnd => left & right,
            BinaryOperatorKind.BitwiseOr => left | right,
            BinaryOperatorKind.BitwiseXor => left ^ right,
            BinaryOperatorKind.ShiftLeft => right < 0 || right >= 64 ? null
                : unsigned ? (Int128)unchecked((ulong)left << (int)right) : (Int128)unchecked((long)left << (int)right),
            BinaryOperatorKind.ShiftRight => right < 0 || right >= 64 ? null : left >> (int)right,
            _ => null,
        };
        return result is { } value && value >= long.MinValue && value <= ulong.MaxValue ? value : null;
    }

    /// <summary>The result of a comparison or logical operation; null when the operator is neither.</summary>
    public static bool? Compare(BinaryOperatorKind op, Int128 left, Int128 right) => op switch
    {
        BinaryOperatorKind.Equal => left == right,
        BinaryOperatorKind.NotEqual => left != right,
        BinaryOperatorKind.Less => left < right,
        BinaryOperatorKind.LessOrEqual => left <= right,
        BinaryOperatorKind.Greater => left > right,
        BinaryOperatorKind.GreaterOrEqual => left >= right,
        BinaryOperatorKind.LogicalAnd => left != 0 && right != 0,
        BinaryOperatorKind.LogicalOr => left != 0 || right != 0,
        _ => null,
    };

    /// <summary>The same for strings, by bytes.</summary>
    public static bool? Compare(BinaryOperatorKind op, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int order = left.SequenceCompareTo(right);
        return op switch
        {
            BinaryOperatorKind.Equal => order == 0,
            BinaryOperatorKind.NotEqual => order != 0,
            BinaryOperatorKind.Less => order < 0,
            BinaryOperatorKind.LessOrEqual => order <= 0,
            BinaryOperatorKind.Greater => order > 0,
            BinaryOperatorKind.GreaterOrEqual => order >= 0,
            BinaryOperatorKind.LogicalAnd => !left.IsEmpty && !right.IsEmpty,
            BinaryOperatorKind.LogicalOr => !left.IsEmpty || !right.IsEmpty,
            _ => null,
        };
    }

    /// <summary>Whether two literals are equal; null when one is none.</summary>
    public static bool? AreEqual(BoundExpression left, BoundExpression right)
    {
        switch (left, right)
        {
            case (BoundConstant a, BoundConstant b):
                return a.Type is BoolType == b.Type is BoolType && ValueOf(a) == ValueOf(b);
            case (BoundString a, BoundString b):
                return a.Value.AsSpan().SequenceEqual(b.Value.AsSpan());
            case (BoundTuple a, BoundTuple b):
                return AreEqual(a, b);
            default:
                return left is BoundConstant or BoundString or BoundTuple && right is BoundConstant or BoundString or BoundTuple ? false : null;
        }
    }

    private static bool? AreEqual(BoundTuple a, BoundTuple b)
    {
        if (a.Elements.Length != b.Elements.Length)
            return false;
        for (int i = 0; i < a.Elements.Length; i++)
        {
            int j = a.TupleType.IsRecord ? b.TupleType.Fields.ToList().FindIndex(f => f.Name == a.TupleType.Fields[i].Name) : i;
            if (j < 0)
                return null;
            if (AreEqual(a.Elements[i], b.Elements[j]) is not true and var result)
                return result;
        }
        return true;
    }
}
