using System.Collections.Immutable;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private static bool IsComparison(BinaryOperatorKind op) => op is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual
        or BinaryOperatorKind.Less or BinaryOperatorKind.LessOrEqual or BinaryOperatorKind.Greater or BinaryOperatorKind.GreaterOrEqual
        or BinaryOperatorKind.LogicalAnd or BinaryOperatorKind.LogicalOr;

    private static bool IsLogical(BinaryOperatorKind op) => op is BinaryOperatorKind.LogicalAnd or BinaryOperatorKind.LogicalOr;

    private static bool IsEquality(BinaryOperatorKind op) => op is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual;

    private static BinaryOperator ToBound(BinaryOperatorKind op) => op switch
    {
        BinaryOperatorKind.LogicalOr => BinaryOperator.LogicalOr,
        BinaryOperatorKind.LogicalAnd => BinaryOperator.LogicalAnd,
        BinaryOperatorKind.BitwiseOr => BinaryOperator.BitwiseOr,
        BinaryOperatorKind.BitwiseXor => BinaryOperator.BitwiseXor,
        BinaryOperatorKind.BitwiseAnd => BinaryOperator.BitwiseAnd,
        BinaryOperatorKind.Equal => BinaryOperator.Equal,
        BinaryOperatorKind.NotEqual => BinaryOperator.NotEqual,
        BinaryOperatorKind.Less => BinaryOperator.Less,
        BinaryOperatorKind.LessOrEqual => BinaryOperator.LessOrEqual,
        BinaryOperatorKind.Greater => BinaryOperator.Greater,
        BinaryOperatorKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        BinaryOperatorKind.ShiftLeft => BinaryOperator.ShiftLeft,
        BinaryOperatorKind.ShiftRight => BinaryOperator.ShiftRight,
        BinaryOperatorKind.Add => BinaryOperator.Add,
        BinaryOperatorKind.Subtract => BinaryOperator.Subtract,
        BinaryOperatorKind.Multiply => BinaryOperator.Multiply,
        BinaryOperatorKind.Divide => BinaryOperator.Divide,
        _ => BinaryOperator.Modulo,
    };

    private BoundExpression BindBinary(BinaryExpressionSyntax syntax)
    {
        // A chain a + b + c … leans to the left and can be long: follow it without recursion.
        var chain = new Stack<BinaryExpressionSyntax>();
        ExpressionSyntax innermost = syntax;
        while (innermost is BinaryExpressionSyntax binary)
        {
            chain.Push(binary);
            innermost = binary.Left;
        }
        BoundExpression left = BindExpression(innermost);
        while (chain.TryPop(out BinaryExpressionSyntax? binary))
            left = MakeBinary(binary, left, BindExpression(binary.Right));
        return left;
    }

    private BoundExpression MakeBinary(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right)
    {
        if (IsUnknown(left) || IsUnknown(right))
            return Unknown(syntax.Span);
        if (Fold(syntax, left, right) is { } folded)
            return folded;
        BpfType lt = left.Type, rt = right.Type;
        if (lt is VoidType || rt is VoidType)
            return InvalidOperands(syntax, lt, rt);
        if (lt is PointerType || rt is PointerType)
            return MakePointerBinary(syntax, left, right);
        if (IsNumber(lt) && IsNumber(rt))
            return MakeNumberBinary(syntax, left, right);
        if (lt is ArrayType a && rt is ArrayType b)
            return MakeArrayBinary(syntax, left, right, a, b);
        if (!TypeRules.IsCompatible(lt, rt))
        {
            Diagnostics.ReportComparedTypes(At(syntax), syntax.Operator, At(syntax.Left), lt, At(syntax.Right), rt);
            return Unknown(syntax.Span);
        }
        if (!IsEquality(syntax.Operator))
            return InvalidOperands(syntax, lt, rt);
        return lt is TupleType t ? MakeTupleBinary(syntax, left, right, t, (TupleType)rt) : Compare(syntax, left, right);
    }

    /// <summary>Numbers as operators take them: integers, enums, bools, and aggregations that read as one.</summary>
    private static bool IsNumber(BpfType type) => TypeRules.IsInteger(type) || type is BoolType || TypeRules.IsCastableAggregate(type);

    private BoundError InvalidOperands(BinaryExpressionSyntax syntax, BpfType left, BpfType right)
    {
        Diagnostics.ReportInvalidOperand(At(syntax), $"The {SyntaxFacts.GetText(syntax.Operator)} operator can not be used on expressions of types {left}, {right}");
        return Unknown(syntax.Span);
    }

    private static BoundBinary Compare(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right) =>
        new(syntax.Span, BpfType.Bool, left, ToBound(syntax.Operator), right);

    private BoundExpression MakeNumberBinary(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right)
    {
        BinaryOperatorKind op = syntax.Operator;
        if (IsLogical(op))
            return Compare(syntax, ToCondition(left), ToCondition(right));
        AddressSpace space = MergeSpaces(syntax, left.Type, right.Type);
        if (left.Type is BoolType && right.Type is BoolType)
        {
            if (IsEquality(op))
                return Compare(syntax, left, right);
            BoundBinary number = new(syntax.Span, IsComparison(op) ? BpfType.Bool : IntegerType.UInt64,
                Convert(left, IntegerType.UInt64), ToBound(op), Convert(right, IntegerType.UInt64));
            return IsComparison(op) ? number : new BoundConversion(syntax.Span, BpfType.Bool, number);
        }
        if (IsComparison(op))
        {
            IntegerType common = PromoteOperands(left.Type, right.Type);
            return Compare(syntax, ConvertOperand(left, common), ConvertOperand(right, common));
        }
        IntegerType result = ResultType(syntax, left.Type, right.Type) with { Space = space };
        return new BoundBinary(syntax.Span, result, ConvertOperand(left, result), ToBound(op), ConvertOperand(right, result));
    }

    private static IntegerType PromoteOperands(BpfType left, BpfType right)
    {
        if (left is BoolType)
            return TypeRules.AsInteger(right) ?? IntegerType.Int64;
        if (right is BoolType)
            return TypeRules.AsInteger(left) ?? IntegerType.Int64;
        return TypeRules.PromoteIntegers(AsOperand(left), AsOperand(right));
    }

    /// <summary>Converts an operand, with a warning where a number may not fit.</summary>
    private BoundExpression ConvertOperand(BoundExpression operand, IntegerType type) =>
        operand.Type is BoolType ? Convert(operand, type) : TryConvert(operand, type) ?? Convert(ReadAggregate(operand), type);

    /// <summary>Arithmetic is 64 bits wide; signed if an operand is or it is a subtraction (bpftrace <c>get_binop_int</c>).</summary>
    private IntegerType ResultType(BinaryExpressionSyntax syntax, BpfType left, BpfType right)
    {
        IntegerType a = AsOperand(left), b = AsOperand(right);
        if (a.IsSignFlexible && !b.IsSignFlexible)
            a = a with { IsSigned = b.IsSigned };
        else if (b.IsSignFlexible && !a.IsSignFlexible)
            b = b with { IsSigned = a.IsSigned };
        if (!a.Equals(b) && syntax.Operator is BinaryOperatorKind.Divide or BinaryOperatorKind.Modulo && (a.IsSigned || b.IsSigned))
            Diagnostics.ReportSignedDivision(At(syntax), SyntaxFacts.GetText(syntax.Operator));
        return a.IsSigned || b.IsSigned || syntax.Operator == BinaryOperatorKind.Subtract ? IntegerType.Int64 : IntegerType.UInt64;
    }

    private static IntegerType AsOperand(BpfType type) => type switch
    {
        AggregateType aggregate => TypeRules.ReadAs(aggregate),
        BoolType => IntegerType.UInt8,
        _ => TypeRules.AsInteger(type)!,
    };

    private AddressSpace MergeSpaces(BinaryExpressionSyntax syntax, BpfType left, BpfType right)
    {
        AddressSpace a = (left as IntegerType)?.Space ?? AddressSpace.None, b = (right as IntegerType)?.Space ?? AddressSpace.None;
        if (a != b && a != AddressSpace.None && b != AddressSpace.None)
        {
            Diagnostics.ReportAddressSpaceMismatch(At(syntax));
            return AddressSpace.None;
        }
        return a != AddressSpace.None ? a : b;
    }

    private BoundExpression MakePointerBinary(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right)
    {
        BinaryOperatorKind op = syntax.Operator;
        if (IsLogical(op) && (left.Type is PointerType || IsNumber(left.Type)) && (right.Type is PointerType || IsNumber(right.Type)))
            return Compare(syntax, ToCondition(left), ToCondition(right));
        if (left.Type is PointerType p && right.Type is PointerType q)
        {
            if (!IsComparison(op))
                return InvalidOperands(syntax, p, q);
            if (!TypeRules.Same(p.Target, q.Target))
                Diagnostics.ReportDistinctPointers(At(syntax), At(syntax.Left), p.Target, At(syntax.Right), q.Target);
            return Compare(syntax, ToAddress(left), ToAddress(right));
        }
        bool isLeft = left.Type is PointerType;
        BoundExpression pointer = isLeft ? left : right, other = isLeft ? right : left;
        if (!IsNumber(other.Type))
            return InvalidOperands(syntax, left.Type, right.Type);
        if (IsComparison(op))
            return Compare(syntax, ToAddress(left), ToAddress(right));
        if (op is not (BinaryOperatorKind.Add or BinaryOperatorKind.Subtract) || (op == BinaryOperatorKind.Subtract && !isLeft))
            return InvalidOperands(syntax, left.Type, right.Type);
        return new BoundBinary(syntax.Span, pointer.Type, pointer, ToBound(op), Scale(other, (PointerType)pointer.Type));
    }

    /// <summary>A count of elements in bytes; of <c>void</c>, elements are bytes.</summary>
    private static BoundExpression Scale(BoundExpression count, PointerType pointer)
    {
        long size = Math.Max(pointer.Target.Size, 1);
        BoundExpression wide = Convert(ReadAggregate(count), IntegerType.Int64);
        if (size == 1)
            return wide;
        return wide is BoundConstant constant
            ? constant with { Value = unchecked(constant.Value * size) }
            : new BoundBinary(count.Span, IntegerType.Int64, wide, BinaryOperator.Multiply, new BoundConstant(count.Span, IntegerType.Int64, size));
    }

    private BoundExpression MakeArrayBinary(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right, ArrayType a, ArrayType b)
    {
        string? error = !IsEquality(syntax.Operator) ? $"The {SyntaxFacts.GetText(syntax.Operator)} operator cannot be used on arrays."
            : a.Count != b.Count ? "Only arrays of same size support comparison operators."
            : !TypeRules.IsInteger(a.Element) || !TypeRules.Same(a, b) ? "Only arrays of same sized integer support comparison operators."
            : null;
        if (error is null)
            return Compare(syntax, left, right);
        Diagnostics.ReportInvalidOperand(At(syntax), error);
        return Unknown(syntax.Span);
    }

    private BoundExpression MakeTupleBinary(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right, TupleType a, TupleType b)
    {
        if (TypeRules.Promote(a, b) is not TupleType common || TryConvert(left, common) is not { } l || TryConvert(right, common) is not { } r)
        {
            Diagnostics.ReportComparedTypes(At(syntax), syntax.Operator, At(syntax.Left), a, At(syntax.Right), b);
            return Unknown(syntax.Span);
        }
        return Compare(syntax, l, r);
    }

    private BoundExpression? Fold(BinaryExpressionSyntax syntax, BoundExpression left, BoundExpression right)
    {
        if (!IsLiteral(left) || !IsLiteral(right))
            return null;
        BinaryOperatorKind op = syntax.Operator;
        switch (left, right)
        {
            case (BoundString a, BoundString b):
                return FoldStrings(syntax, a, b);
            case (BoundString text, BoundConstant { Type: IntegerType, Value: >= 0 } offset) when op == BinaryOperatorKind.Add:
                return SkipBytes(syntax.Span, text, offset.Value);
            case (BoundConstant { Type: IntegerType, Value: >= 0 } offset, BoundString text) when op == BinaryOperatorKind.Add:
                return SkipBytes(syntax.Span, text, offset.Value);
            case (BoundString or BoundConstant, BoundString or BoundConstant) when IsLogical(op):
                return MakeBoolean(syntax.Span, ConstantFolder.Compare(op, ((BoundConstant)ToCondition(left)).Value, ((BoundConstant)ToCondition(right)).Value)!.Value);
            case (BoundTuple, BoundTuple) when IsEquality(op):
                return ConstantFolder.AreEqual(left, right) is { } equal ? MakeBoolean(syntax.Span, equal == (op == BinaryOperatorKind.Equal)) : null;
            case (BoundConstant { Type: IntegerType } a, BoundConstant { Type: IntegerType } b):
                return FoldIntegers(syntax, a, b);
            case (BoundConstant { Type: BoolType } a, BoundConstant { Type: BoolType } b) when ConstantFolder.Compare(op, a.Value, b.Value) is { } result:
                return MakeBoolean(syntax.Span, result);
            case (BoundConstant { Type: BoolType }, BoundConstant { Type: BoolType, Value: 0 }) when op is BinaryOperatorKind.Divide or BinaryOperatorKind.Modulo:
                Diagnostics.ReportLiteralOverflow(At(syntax));
                return Unknown(syntax.Span);
            default:
                return null;
        }
    }

    private BoundExpression FoldIntegers(BinaryExpressionSyntax syntax, BoundConstant a, BoundConstant b)
    {
        Int128 left = ConstantFolder.ValueOf(a), right = ConstantFolder.ValueOf(b);
        if (ConstantFolder.Compare(syntax.Operator, left, right) is { } isTrue)
            return MakeBoolean(syntax.Span, isTrue);
        if (ConstantFolder.Fold(syntax.Operator, left, right) is not { } value)
        {
            Diagnostics.ReportLiteralOverflow(At(syntax));
            return Unknown(syntax.Span);
        }
        return value < 0 ? MakeInteger(syntax.Span, (long)value) : MakeInteger(syntax.Span, (ulong)value);
    }

    private BoundExpression FoldStrings(BinaryExpressionSyntax syntax, BoundString a, BoundString b)
    {
        if (syntax.Operator == BinaryOperatorKind.Add)
            return MakeString(syntax.Span, [.. a.Value, .. b.Value]);
        if (ConstantFolder.Compare(syntax.Operator, a.Value.AsSpan(), b.Value.AsSpan()) is { } isTrue)
            return MakeBoolean(syntax.Span, isTrue);
        Diagnostics.ReportInvalidOperand(At(syntax), "illegal literal operation with strings");
        return Unknown(syntax.Span);
    }

    private BoundString SkipBytes(TextSpan span, BoundString text, long count)
    {
        if (count >= text.Value.Length)
        {
            Diagnostics.ReportAlwaysEmpty(At(span));
            return MakeString(span, ImmutableArray<byte>.Empty);
        }
        return MakeString(span, text.Value[(int)count..]);
    }
}
