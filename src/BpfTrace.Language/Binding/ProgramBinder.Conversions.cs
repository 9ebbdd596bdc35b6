using System.Collections.Immutable;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary>Converts without a question: the caller knows that it can be done.</summary>
    private static BoundExpression Convert(BoundExpression expression, BpfType type)
    {
        if (TypeRules.Same(expression.Type, type))
            return expression;
        if (expression is BoundConstant { Type: IntegerType or BoolType } constant)
        {
            switch (type)
            {
                case IntegerType integer:
                    return new BoundConstant(constant.Span, integer, Wrap(constant.Value, integer));
                case BoolType:
                    return MakeBoolean(constant.Span, constant.Value != 0);
            }
        }
        return new BoundConversion(expression.Span, type, expression);
    }

    /// <summary>Cuts a value to a type's width.</summary>
    private static long Wrap(long value, IntegerType type) => (type.Bits, type.IsSigned) switch
    {
        (8, true) => (sbyte)value,
        (8, false) => (byte)value,
        (16, true) => (short)value,
        (16, false) => (ushort)value,
        (32, true) => (int)value,
        (32, false) => (uint)value,
        _ => value,
    };

    /// <summary>
    /// The conversions bpftrace makes by itself where two sides must have one type (<c>cast_creator.cpp</c>); null where it makes none.
    /// A number that may not fit is worth a warning.
    /// </summary>
    private BoundExpression? TryConvert(BoundExpression expression, BpfType target)
    {
        BpfType type = expression.Type;
        if (TypeRules.Same(type, target))
            return expression;
        bool fromNumber = TypeRules.IsInteger(type) || TypeRules.IsCastableAggregate(type);
        if (fromNumber && (TypeRules.IsInteger(target) || TypeRules.IsCastableAggregate(target)))
            return ConvertNumber(expression, target);
        switch (type, target)
        {
            case (StringType from, StringType to):
                return from.Capacity <= to.Capacity ? new BoundConversion(expression.Span, target, expression) : null;
            case (BufferType, BufferType) or (PointerType, PointerType):
                return new BoundConversion(expression.Span, target, expression);
            case (TupleType from, TupleType to):
                return ConvertTuple(expression, from, to);
            case (StructType or ArrayType, StructType or ArrayType) when TypeRules.IsCompatible(type, target):
                return expression;
            default:
                return null;
        }
    }

    private BoundExpression? ConvertNumber(BoundExpression expression, BpfType target)
    {
        bool isLiteral = expression is BoundConstant { Type: IntegerType };
        if (isLiteral && target is IntegerType to && !Fits((BoundConstant)expression, to))
            return null;
        BoundExpression number = ReadAggregate(expression);
        if (!isLiteral && expression.Type is not AggregateType && !TypeRules.FitsInto(expression.Type, target))
            Diagnostics.ReportNarrowing(At(expression.Span), expression.Type, target);
        if (target is EnumType && number is BoundConstant constant)
            return new BoundConstant(constant.Span, target, constant.Value);
        return Convert(number, target);
    }

    private static bool Fits(BoundConstant constant, IntegerType type)
    {
        if (constant.Type is IntegerType { IsSigned: true } && constant.Value < 0)
            return type.IsSigned && Wrap(constant.Value, type) == constant.Value;
        ulong value = unchecked((ulong)constant.Value);
        int bits = type.IsSigned ? type.Bits - 1 : type.Bits;
        return bits == 64 || value >> bits == 0;
    }

    private BoundExpression? ConvertTuple(BoundExpression expression, TupleType from, TupleType to)
    {
        if (from.IsRecord != to.IsRecord || from.Fields.Length != to.Fields.Length)
            return null;
        if (expression is BoundTuple literal && !from.IsRecord)
        {
            var elements = ImmutableArray.CreateBuilder<BoundExpression>(literal.Elements.Length);
            for (int i = 0; i < literal.Elements.Length; i++)
            {
                if (TryConvert(literal.Elements[i], to.Fields[i].Type) is not { } element)
                    return null;
                elements.Add(element);
            }
            return new BoundTuple(expression.Span, TupleType.Create(elements.Select(static e => e.Type)), elements.MoveToImmutable());
        }

        // The value once, then each of its fields in the order and type that is wanted.
        VariableSymbol? temporary = expression is BoundVariable ? null : NewTemporary(expression.Span, from);
        BoundExpression source = temporary is null ? expression : new BoundVariable(expression.Span, temporary);
        var fields = ImmutableArray.CreateBuilder<BoundExpression>(to.Fields.Length);
        foreach (TupleField field in to.Fields)
        {
            TupleField? own = to.IsRecord ? TypeRules.FindField(from, field.Name) : from.Fields[fields.Count];
            if (own is null || TryConvert(new BoundTupleElement(expression.Span, own.Type, source, own), field.Type) is not { } converted)
                return null;
            fields.Add(converted);
        }
        var tuple = new BoundTuple(expression.Span, to, fields.MoveToImmutable());
        return temporary is null ? tuple
            : new BoundBlockExpression(expression.Span, to, [new BoundAssignVariable(expression.Span, temporary, expression)], tuple);
    }

    /// <summary>An address as a plain number.</summary>
    private static BoundExpression ToAddress(BoundExpression expression) =>
        expression.Type is PointerType ? new BoundConversion(expression.Span, IntegerType.UInt64, expression) : Convert(ReadAggregate(expression), IntegerType.UInt64);

    /// <summary>Which memory an address points into: its own, else the probe's (bpftrace <c>find_addrspace</c>).</summary>
    private AddressSpace SpaceOf(BpfType type)
    {
        AddressSpace space = type switch
        {
            PointerType pointer => pointer.Space,
            IntegerType integer => integer.Space,
            _ => AddressSpace.None,
        };
        return space == AddressSpace.None ? DefaultSpace : space;
    }

    private AddressSpace DefaultSpace => _probe.Type switch
    {
        Probes.ProbeType.Uprobe or Probes.ProbeType.Uretprobe or Probes.ProbeType.Usdt => AddressSpace.User,
        Probes.ProbeType.Kprobe or Probes.ProbeType.Kretprobe or Probes.ProbeType.Fentry or Probes.ProbeType.Fexit or Probes.ProbeType.Tracepoint
            or Probes.ProbeType.RawTracepoint or Probes.ProbeType.Iter => AddressSpace.Kernel,
        _ => AddressSpace.None,
    };

    /// <summary>Which memory a value that is not loaded yet lies in; <see cref="AddressSpace.Program"/> for one that is.</summary>
    private AddressSpace SpaceOfPlace(BoundExpression place) => place switch
    {
        BoundDereference dereference => SpaceOf(dereference.Pointer.Type),
        BoundFieldAccess access => SpaceOfPlace(access.Receiver),
        BoundElementAccess { Receiver.Type: PointerType pointer } => SpaceOf(pointer),
        BoundElementAccess access => SpaceOfPlace(access.Receiver),
        BoundConversion { Type: StructType or ArrayType } conversion => SpaceOfPlace(conversion.Operand),
        BoundArgs => AddressSpace.Context,
        _ => AddressSpace.Program,
    };
}
