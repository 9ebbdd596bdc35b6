using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Operators.</content>
internal sealed partial class ProgramEmitter
{
    private LLVMValueRef EmitUnary(BoundUnary unary)
    {
        LLVMValueRef operand = Scalar(unary.Operand);
        return unary.Operator switch
        {
            UnaryOperator.Negate => _builder.BuildNeg(operand),
            UnaryOperator.BitwiseNot => _builder.BuildNot(operand),
            _ => Equal(operand, Constant(operand.TypeOf, 0)),
        };
    }

    private LLVMValueRef EmitBinary(BoundBinary binary)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.LogicalAnd:
                return Choose(Condition(binary.Left), _module.I1, () => Condition(binary.Right), () => Bool(false));
            case BinaryOperator.LogicalOr:
                return Choose(Condition(binary.Left), _module.I1, () => Bool(true), () => Condition(binary.Right));
        }

        if (!TypeFacts.InRegister(binary.Left.Type))
            return EmitMemoryComparison(binary);

        // A call on the right may not lose the left value: it is in a register the helper saves or on the stack, LLVM's care.
        LLVMValueRef left = Scalar(binary.Left);
        LLVMValueRef right = Scalar(binary.Right);
        bool isSigned = TypeFacts.IsSigned(binary.Left.Type);
        if (IsComparison(binary.Operator))
        {
            LLVMTypeRef common = left.TypeOf.IntWidth >= right.TypeOf.IntWidth ? left.TypeOf : right.TypeOf;
            left = Resize(left, common, isSigned);
            right = Resize(right, common, TypeFacts.IsSigned(binary.Right.Type));
            return Compare(Predicate(binary.Operator, isSigned), left, right);
        }

        LLVMTypeRef type = RegisterType(binary.Type);
        left = Resize(left, type, isSigned);
        right = Resize(right, type, TypeFacts.IsSigned(binary.Right.Type));
        return Arithmetic(binary.Operator, left, right, binary.Type, isSigned, binary.Span);
    }

    private LLVMValueRef Arithmetic(
        BinaryOperator op, LLVMValueRef left, LLVMValueRef right, BpfType type, bool leftSigned, TextSpan span) => op switch
    {
        BinaryOperator.Add => Add(left, right),
        BinaryOperator.Subtract => Sub(left, right),
        BinaryOperator.Multiply => Mul(left, right),
        BinaryOperator.Divide => EmitDivision(left, right, TypeFacts.IsSigned(type), isModulo: false, span),
        BinaryOperator.Modulo => EmitDivision(left, right, TypeFacts.IsSigned(type), isModulo: true, span),
        BinaryOperator.BitwiseAnd => And(left, right),
        BinaryOperator.BitwiseOr => Or(left, right),
        BinaryOperator.BitwiseXor => Xor(left, right),

        // A shift by the width or more is undefined in LLVM; the machine takes the count modulo the width, and so do we.
        BinaryOperator.ShiftLeft => _builder.BuildShl(left, And(right, left.TypeOf.IntWidth - 1)),
        BinaryOperator.ShiftRight when leftSigned => _builder.BuildAShr(left, And(right, left.TypeOf.IntWidth - 1)),
        _ => _builder.BuildLShr(left, And(right, left.TypeOf.IntWidth - 1)),
    };

    /// <summary>A division or remainder. By zero it is reported, and its result is 1.</summary>
    private LLVMValueRef EmitDivision(LLVMValueRef left, LLVMValueRef right, bool isSigned, bool isModulo, TextSpan span)
    {
        if (right.IsAConstantInt.Handle != IntPtr.Zero && right.ConstIntZExt != 0)
            return Divide(left, right, isSigned, isModulo);

        // A branch, not a choice between two values: dividing by zero is undefined to LLVM, which would drop the check.
        return Choose(
            Equal(right, Constant(right.TypeOf, 0)),
            left.TypeOf,
            () =>
            {
                EmitRuntimeError(RuntimeErrorKind.DivideByZero, null, Int(0), span);
                return Constant(left.TypeOf, 1);
            },
            () => Divide(left, right, isSigned, isModulo));
    }

    /// <summary>BPF divides unsigned numbers (before its version 4): signed ones by their magnitudes.</summary>
    private LLVMValueRef Divide(LLVMValueRef left, LLVMValueRef right, bool isSigned, bool isModulo)
    {
        if (!isSigned)
            return isModulo ? _builder.BuildURem(left, right) : _builder.BuildUDiv(left, right);

        LLVMValueRef leftNegative = IsNegative(left);
        LLVMValueRef rightNegative = IsNegative(right);
        LLVMValueRef leftMagnitude = Select(leftNegative, _builder.BuildNeg(left), left);
        LLVMValueRef rightMagnitude = Select(rightNegative, _builder.BuildNeg(right), right);
        LLVMValueRef result = isModulo
            ? _builder.BuildURem(leftMagnitude, rightMagnitude)
            : _builder.BuildUDiv(leftMagnitude, rightMagnitude);

        // C's rule: the quotient truncates towards zero, the remainder has the dividend's sign.
        LLVMValueRef negate = isModulo ? leftNegative : Xor(leftNegative, rightNegative);
        return Select(negate, _builder.BuildNeg(result), result);
    }

    private LLVMValueRef EmitMemoryComparison(BoundBinary binary)
    {
        bool wantEqual = binary.Operator == BinaryOperator.Equal;
        LLVMValueRef equal = binary.Left.Type is StringType
            ? EmitStringEquality(binary)
            : EmitBytesEquality(binary.Left, binary.Right);
        return wantEqual ? equal : Equal(equal, Bool(false));
    }

    /// <summary>Tuples and arrays, byte for byte; both are written clean.</summary>
    private LLVMValueRef EmitBytesEquality(BoundExpression leftExpression, BoundExpression rightExpression)
    {
        int size = leftExpression.Type.Size;
        LLVMValueRef left = SlotFor(leftExpression.Type);
        LLVMValueRef right = SlotFor(leftExpression.Type);
        StoreValue(leftExpression, left, clean: true);
        StoreValue(rightExpression, right, clean: true);
        return CompareBytes(left, right, size);
    }

    /// <summary>
    /// Equality of 8-aligned own memory, eight bytes at a time. What is large is loaded in this order, and what is known so far put down in
    /// between: else LLVM loads it all first, to places on the stack.
    /// </summary>
    private LLVMValueRef CompareBytes(LLVMValueRef left, LLVMValueRef right, int size)
    {
        bool isLarge = size > InlineLimit;
        LLVMValueRef difference = Int(0);
        for (int offset = 0; offset < size;)
        {
            int step = PieceAt(offset, size);
            LLVMTypeRef type = IntegerOf(step * 8);
            LLVMValueRef x = isLarge ? LoadVolatile(type, Offset(left, offset)) : Load(type, Offset(left, offset));
            LLVMValueRef y = isLarge ? LoadVolatile(type, Offset(right, offset)) : Load(type, Offset(right, offset));
            difference = Or(difference, ToInt64(Xor(x, y)));
            offset += step;
            if (isLarge && offset % InlineLimit == 0)
                difference = ThroughMemory(difference, _module.I64);
        }

        return Equal(difference, Int(0));
    }

    /// <summary>The widest load at this offset that stays within the size.</summary>
    private static int PieceAt(int offset, int size) => (size - offset) switch
    {
        >= 8 => 8,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };

    /// <summary>A condition: a bool, or any number that is not zero.</summary>
    private LLVMValueRef Condition(BoundExpression expression)
    {
        LLVMValueRef value = Scalar(expression);
        return value.TypeOf == _module.I1 ? value : NotEqual(value, Constant(value.TypeOf, 0));
    }

    private static bool IsComparison(BinaryOperator op) => op is BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Less
        or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual;

    private static LLVMIntPredicate Predicate(BinaryOperator op, bool isSigned) => op switch
    {
        BinaryOperator.Equal => LLVMIntPredicate.LLVMIntEQ,
        BinaryOperator.NotEqual => LLVMIntPredicate.LLVMIntNE,
        BinaryOperator.Less => isSigned ? LLVMIntPredicate.LLVMIntSLT : LLVMIntPredicate.LLVMIntULT,
        BinaryOperator.LessOrEqual => isSigned ? LLVMIntPredicate.LLVMIntSLE : LLVMIntPredicate.LLVMIntULE,
        BinaryOperator.Greater => isSigned ? LLVMIntPredicate.LLVMIntSGT : LLVMIntPredicate.LLVMIntUGT,
        _ => isSigned ? LLVMIntPredicate.LLVMIntSGE : LLVMIntPredicate.LLVMIntUGE,
    };
}
