using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private BoundExpression BindCast(CastExpressionSyntax syntax)
    {
        BoundExpression operand = BindExpression(syntax.Operand);
        BpfType type = syntax.Type is TaggedTypeSyntax { Tag: TypeTag.Enum } name && FindMacroArgument(name.Name) is null
            ? BindEnum(name, syntax) : BindType(syntax.Type);
        if (IsUnknown(operand) || IsUnknown(type))
            return Unknown(syntax.Span);
        type = Complete(type, operand.Type);
        if (type is PointerType target && operand.Type is ArrayType or StringType && AddressOfMember(OwnBytes(operand)) is { } address)
            return new BoundConversion(syntax.Span, target with { Space = SpaceOf(address.Type) }, address);
        if (type is PointerType place && operand.Type is StringType)
            return AddressOfText(syntax, place, operand);
        BpfType from = operand.Type;
        if (from is StructType)
        {
            Diagnostics.ReportInvalidCast(At(syntax), $"Cannot cast from C type \"{from}\"");
            return Unknown(syntax.Span);
        }
        if (from is VoidType)
        {
            Diagnostics.ReportInvalidCast(At(syntax), $"Cannot cast from \"{from}\" type");
            return Unknown(syntax.Span);
        }
        if (TypeRules.Same(type, from))
        {
            if (from is not PointerType p || type is not PointerType q || SpaceOf(p) == SpaceOf(q) || q.Space == AddressSpace.None)
                Diagnostics.ReportUnnecessaryCast(At(syntax), from);
            return operand is BoundConstant { Type: IntegerType } ? new BoundConversion(syntax.Span, type, operand) : operand;
        }
        if (!CheckCast(syntax, type, operand))
            return Unknown(syntax.Span);

        // bpftrace widens an address without its sign: (void *)-1 is 0xff.
        if (type is PointerType && TypeRules.AsInteger(from) is { IsSigned: true, Bits: < 64 } narrow)
            operand = Convert(operand, new IntegerType(narrow.Bits, false));
        return new BoundConversion(syntax.Span, WithSpaceFor(type, from), operand);
    }

    /// <summary>A text as a pointer: where its bytes are, those of the value itself or of a copy (bpftrace has every string in memory).</summary>
    private BoundBlockExpression AddressOfText(CastExpressionSyntax syntax, PointerType type, BoundExpression text)
    {
        VariableSymbol copy = NewTemporary(syntax.Span, text.Type);
        var bytes = new BoundAddressOf(syntax.Span, new PointerType(text.Type, AddressSpace.Kernel), new BoundVariable(syntax.Span, copy));
        type = type with { Space = AddressSpace.Kernel };
        return new BoundBlockExpression(syntax.Span, type, [new BoundAssignVariable(syntax.Span, copy, text)], new BoundConversion(syntax.Span, type, bytes));
    }

    /// <summary>Where a structure's array is, as C has it and bpftrace 0.17 had: it decays to its address. Null for an array that is no member in memory.</summary>
    private BoundBinary? AddressOfMember(BoundExpression member)
    {
        int offset = 0;
        while (member is BoundFieldAccess access)
        {
            offset += access.Field.Offset;
            member = access.Receiver;
        }
        BoundExpression start;
        AddressSpace space;
        switch (member)
        {
            case BoundDereference { Pointer: { Type: PointerType pointer } place }:
                (start, space) = (place, SpaceOf(pointer));
                break;
            case BoundArgs when _probe.Type == Probes.ProbeType.Tracepoint:
                // The record of the tracepoint is the context; it lies in the kernel's memory.
                (start, space) = (new BoundContext(member.Span, new PointerType(BpfType.Void, AddressSpace.Context)), AddressSpace.Kernel);
                break;
            default:
                return null;
        }
        if (offset < 0)
            return null;
        IntegerType number = IntegerType.UInt64 with { Space = space };
        return new BoundBinary(start.Span, number, new BoundConversion(start.Span, number, start), BinaryOperator.Add, new BoundConstant(start.Span, IntegerType.UInt64, offset));
    }

    /// <summary>A cast to an array without a size takes the operand's.</summary>
    private static BpfType Complete(BpfType type, BpfType from) =>
        type is ArrayType { Count: 0 } array && array.Element.Size != 0 && from.Size % array.Element.Size == 0
            ? new ArrayType(array.Element, from.Size / array.Element.Size)
            : type;

    /// <summary>The result points where the operand did.</summary>
    private BpfType WithSpaceFor(BpfType type, BpfType from) => type switch
    {
        PointerType pointer => pointer with { Space = SpaceOf(from) },
        IntegerType integer => integer with { Space = from is PointerType or IntegerType ? SpaceOf(from) : AddressSpace.None },
        _ => type,
    };

    private bool CheckCast(CastExpressionSyntax syntax, BpfType type, BoundExpression operand)
    {
        BpfType from = operand.Type;
        if (type is ArrayType array)
            return CheckArrayCast(syntax, array, from);
        if (type is EnumType @enum && operand is BoundConstant { Type: IntegerType } literal && !@enum.Names.ContainsKey(literal.Value))
        {
            Diagnostics.ReportInvalidCast(At(syntax), $"Enum: {@enum.Name} doesn't contain a variant value of {literal.Value}");
            return false;
        }
        bool fromNumber = TypeRules.IsInteger(from) || from is PointerType || TypeRules.IsCastableAggregate(from);
        bool ok = (type, from) switch
        {
            (StringType to, StringType source) => to.Capacity >= source.Capacity,
            (UserNameType, _) => TypeRules.IsInteger(from),
            (IntegerType or EnumType, ArrayType source) => type.Size == source.Size,
            (IntegerType or EnumType, _) => fromNumber || from is BoolType || operand is BoundContext,
            (BoolType, StringType) => true,
            (BoolType, _) => fromNumber,
            (PointerType, _) => from is not ArrayType and not StringType and not TupleType and not AggregateType,
            _ => false,
        };
        if (!ok)
            ReportCast(syntax, from, type);
        return ok;
    }

    private bool CheckArrayCast(CastExpressionSyntax syntax, ArrayType array, BpfType from)
    {
        if (array.Count == 0)
        {
            Diagnostics.ReportInvalidCast(At(syntax), array.Element.Size == 0
                ? "Could not determine size of the array"
                : "Cannot determine array size: the element size is incompatible with the cast integer size");
            return false;
        }
        bool ok = (TypeRules.IsInteger(array.Element) || array.Element is BoolType) && (TypeRules.IsInteger(from)
            ? (array.Size <= 8 && array.Size > from.Size) || array.Size == from.Size
            : from is BoolType or StringType && array.Size == from.Size);
        if (!ok)
            ReportCast(syntax, from, array);
        return ok;
    }

    private void ReportCast(CastExpressionSyntax syntax, BpfType from, BpfType type) =>
        Diagnostics.ReportInvalidCast(At(syntax), $"Cannot cast from \"{from}\" to \"{type}\"");
}
