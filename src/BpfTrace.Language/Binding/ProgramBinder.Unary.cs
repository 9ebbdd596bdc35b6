using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private BoundExpression BindUnary(UnaryExpressionSyntax syntax)
    {
        if (SyntaxFacts.IsIncrementOrDecrement(syntax.Operator))
            return BindIncrement(syntax);
        if (syntax.Operator == UnaryOperatorKind.AddressOf)
            return BindAddressOf(syntax);
        BoundExpression operand = ReadAggregate(BindExpression(syntax.Operand));
        if (IsUnknown(operand))
            return Unknown(syntax.Span);
        if (syntax.Operator == UnaryOperatorKind.Dereference)
            return BindDereference(syntax, operand);
        if (operand is BoundConstant { Type: IntegerType or BoolType } literal && FoldUnary(syntax, literal) is { } folded)
            return folded;
        bool isNot = syntax.Operator == UnaryOperatorKind.LogicalNot;
        if (operand.Type is BoolType ? !isNot : !TypeRules.IsInteger(operand.Type))
        {
            Diagnostics.ReportInvalidOperand(At(syntax), $"The {SyntaxFacts.GetText(syntax.Operator)} operator can not be used on expressions of type '{operand.Type}'");
            return Unknown(syntax.Span);
        }
        if (isNot)
            return new BoundUnary(syntax.Span, BpfType.Bool, UnaryOperator.LogicalNot, ToCondition(operand));
        UnaryOperator op = syntax.Operator == UnaryOperatorKind.Negate ? UnaryOperator.Negate : UnaryOperator.BitwiseNot;
        if (TypeRules.IsSigned(operand.Type))
            return new BoundUnary(syntax.Span, IntegerType.Int64, op, Convert(operand, IntegerType.Int64));
        // The bits of an unsigned number are those it has: ~(uint8)1 is 254.
        return Convert(new BoundUnary(syntax.Span, operand.Type, op, operand), IntegerType.UInt64);
    }

    private BoundExpression? FoldUnary(UnaryExpressionSyntax syntax, BoundConstant literal)
    {
        if (syntax.Operator == UnaryOperatorKind.LogicalNot)
            return MakeBoolean(syntax.Span, literal.Value == 0);
        if (literal.Type is BoolType)
            return null;
        if (syntax.Operator == UnaryOperatorKind.BitwiseNot)
            return MakeInteger(syntax.Span, unchecked((ulong)~literal.Value));
        Int128 value = -ConstantFolder.ValueOf(literal);
        if (value < long.MinValue)
        {
            Diagnostics.ReportNegativeUnderflow(At(syntax));
            return Unknown(syntax.Span);
        }
        return value < 0 ? MakeInteger(syntax.Span, (long)value) : MakeInteger(syntax.Span, (ulong)value);
    }

    private BoundExpression BindDereference(UnaryExpressionSyntax syntax, BoundExpression operand)
    {
        switch (operand.Type)
        {
            case PointerType { Target: VoidType }:
                Diagnostics.ReportInvalidOperand(At(syntax), $"Can not dereference type '{operand.Type}'. It is not a pointer.");
                return Unknown(syntax.Span);
            case PointerType pointer:
                return new BoundDereference(syntax.Span, WithSpaceOf(pointer.Target, SpaceOf(pointer)), operand);
            case StructType when operand is BoundArgs || IsUserArguments(operand):
                // "*args" is what it was when args was a pointer.
                return operand;
            case StructType type:
                Diagnostics.ReportInvalidOperand(At(syntax), $"Can not dereference struct/union of type '{type}'. It is not a pointer.");
                return Unknown(syntax.Span);
            case IntegerType or EnumType:
                var address = new PointerType(IntegerType.UInt64, SpaceOf(operand.Type));
                return new BoundDereference(syntax.Span, IntegerType.UInt64, new BoundConversion(operand.Span, address, operand));
            default:
                Diagnostics.ReportInvalidOperand(At(syntax), $"Can not dereference type '{operand.Type}'. It is not a pointer.");
                return Unknown(syntax.Span);
        }
    }

    /// <summary>A pointer found in some memory points into the same unless it says otherwise.</summary>
    private static BpfType WithSpaceOf(BpfType type, AddressSpace space) => type switch
    {
        PointerType { Space: AddressSpace.None } pointer when space is AddressSpace.Kernel or AddressSpace.User => pointer with { Space = space },
        IntegerType { Space: AddressSpace.None } integer when space is AddressSpace.Kernel or AddressSpace.User => integer with { Space = space },
        _ => type,
    };

    private BoundExpression BindAddressOf(UnaryExpressionSyntax syntax)
    {
        // An address says nothing of a map's keys: whether it has any is known from elsewhere, or nowhere.
        if (syntax.Operand is MapExpressionSyntax { } keyed && GetMap(keyed) is var map && store.GetMap(map.Name).IsScalar != true)
        {
            ReportIfUndefined(keyed, map);
            if (store.GetMap(map.Name).IsScalar is null)
                return Unknown(syntax.Span);
            return new BoundMapAddress(syntax.Span, new PointerType(map.ValueType is AggregateType ? BpfType.Void : map.ValueType, AddressSpace.Kernel), map);
        }
        BoundExpression operand;
        if (syntax.Operand is VariableExpressionSyntax variable && _scope.Find(variable.Name) is { } local)
        {
            // What is done through the address is not seen.
            local.WasAssigned = true;
            operand = BindVariable(variable);
        }
        else
        {
            operand = OwnBytes(BindExpression(syntax.Operand));
        }
        if (IsUnknown(operand))
            return Unknown(syntax.Span);
        if (operand is not (BoundVariable or BoundMapValue or BoundDereference or BoundFieldAccess or BoundElementAccess))
        {
            Diagnostics.ReportInvalidOperand(At(syntax), "The & operator must be applied to a map or variable");
            return Unknown(syntax.Span);
        }
        AddressSpace space = SpaceOfPlace(operand);
        return new BoundAddressOf(syntax.Span, new PointerType(operand.Type, space), operand);
    }

    private BoundExpression BindIncrement(UnaryExpressionSyntax syntax)
    {
        switch (syntax.Operand)
        {
            case VariableExpressionSyntax variable:
                return BindVariableIncrement(syntax, variable);
            case MapExpressionSyntax map:
                MapSymbol scalar = GetMap(map);
                return CheckScalar(scalar, isScalar: true, map.Span) ? BindMapIncrement(syntax, scalar, map, null) : Unknown(syntax.Span);
            case MapAccessExpressionSyntax access:
                MapSymbol symbol = GetMap(access.Map);
                AccessedMaps.Add(symbol.Name);
                return BindKey(symbol, access.Keys, access.Span, access) is { } key
                    ? BindMapIncrement(syntax, symbol, access.Map, key) : Unknown(syntax.Span);
            default:
                Diagnostics.ReportInvalidOperand(At(syntax), $"The {SyntaxFacts.GetText(syntax.Operator)} operator must be applied to a map or variable");
                return Unknown(syntax.Span);
        }
    }

    private BoundExpression BindVariableIncrement(UnaryExpressionSyntax syntax, VariableExpressionSyntax target)
    {
        BoundExpression bound = BindVariable(target);
        if (bound is not BoundVariable variable || _scope.Find(target.Name) is not { } local)
            return Unknown(syntax.Span);
        BpfType type = variable.Type;
        if (!TypeRules.IsInteger(type) && type is not PointerType)
            return InvalidIncrement(syntax, target.Name, type, "variable");
        if (!local.HasFixedType && type is not PointerType)
        {
            BpfType wide = IncrementType(syntax, type);
            if (TypeRules.Promote(type, wide) is not { } promoted)
                return InvalidIncrement(syntax, target.Name, type, "variable");
            store.SetVariable(local.Key, promoted);
            local.Symbol.Type = promoted;
            variable = new BoundVariable(target.Span, local.Symbol);
        }
        return MakeIncrement(syntax, variable);
    }

    private BoundExpression BindMapIncrement(UnaryExpressionSyntax syntax, MapSymbol map, MapExpressionSyntax target, BoundExpression? key)
    {
        AccessedMaps.Add(map.Name);
        if (store.GetMap(map.Name).Value is not { } type)
        {
            ReportIfUndefined(target, map);
            return Unknown(syntax.Span);
        }
        if (type is AggregateType || (!TypeRules.IsInteger(type) && type is not PointerType))
            return InvalidIncrement(syntax, map.Name, type, "map");
        if (type is not PointerType)
        {
            if (TypeRules.Promote(type, IncrementType(syntax, type)) is not { } promoted)
                return InvalidIncrement(syntax, map.Name, type, "map");
            store.SetMapValue(map.Name, promoted);
            map.ValueType = promoted;
        }
        return MakeIncrement(syntax, new BoundMapValue(syntax.Operand.Span, map, key));
    }

    private static IntegerType IncrementType(UnaryExpressionSyntax syntax, BpfType type) =>
        TypeRules.IsSigned(type) || syntax.Operator is UnaryOperatorKind.PreDecrement or UnaryOperatorKind.PostDecrement ? IntegerType.Int64 : IntegerType.UInt64;

    private BoundError InvalidIncrement(UnaryExpressionSyntax syntax, string name, BpfType type, string what)
    {
        Diagnostics.ReportTypeMismatch(At(syntax), name, "assign value", IncrementType(syntax, type), what, type);
        return Unknown(syntax.Span);
    }

    private static BoundIncrement MakeIncrement(UnaryExpressionSyntax syntax, BoundExpression target)
    {
        long step = target.Type is PointerType pointer ? Math.Max(pointer.Target.Size, 1) : 1;
        bool isDown = syntax.Operator is UnaryOperatorKind.PreDecrement or UnaryOperatorKind.PostDecrement;
        return new BoundIncrement(syntax.Span, target.Type, target, isDown ? -step : step, !SyntaxFacts.IsPostfix(syntax.Operator));
    }
}
