using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private BoundExpression BindMemberAccess(MemberAccessExpressionSyntax syntax) =>
        Access(syntax.Span, BindExpression(syntax.Expression), syntax.Name);

    /// <summary>A member, through any number of pointers: <c>.</c> and <c>-></c> mean the same.</summary>
    private BoundExpression Access(TextSpan span, BoundExpression receiver, string name)
    {
        if (IsUnknown(receiver))
            return Unknown(span);
        if (IsUserArguments(receiver))
        {
            context.Options.MemberObserver?.Invoke(name, receiver.Type);
            return AccessUserArgument(span, name);
        }

        while (receiver.Type is PointerType pointer)
            receiver = new BoundDereference(receiver.Span, WithSpaceOf(pointer.Target, SpaceOf(pointer)), receiver);
        context.Options.MemberObserver?.Invoke(name, receiver.Type);
        switch (receiver.Type)
        {
            case TupleType { IsRecord: true } record:
                if (TypeRules.FindField(record, name) is { } element)
                    return AccessElement(span, receiver, record, element);
                Diagnostics.ReportUnknownField(At(span), $"Record does not contain a field named '{name}'",
                    Suggestions.Closest(name, record.Fields.Select(static f => f.Name)));
                return Unknown(span);
            case StructType type:
                return AccessField(span, receiver, type, name);
            default:
                Diagnostics.ReportInvalidOperand(At(span), $"Can not access field '{name}' on expression of type '{receiver.Type}'");
                return Unknown(span);
        }
    }

    private static BoundExpression AccessElement(TextSpan span, BoundExpression receiver, TupleType type, TupleField element) =>
        receiver is BoundTuple literal && IsLiteral(literal)
            ? literal.Elements[type.Fields.IndexOf(element)]
            : new BoundTupleElement(span, element.Type, receiver, element);

    private BoundExpression AccessField(TextSpan span, BoundExpression receiver, StructType type, string name)
    {
        if (FindField(type, name) is not { } field)
        {
            ReportNoField(span, receiver, type, name);
            return Unknown(span);
        }
        if (receiver is BoundArgs && _probe.Type == Probes.ProbeType.Tracepoint && field.Offset < 8)
        {
            Diagnostics.ReportInvalidOperand(At(span), "BPF does not support accessing common tracepoint fields");
            return Unknown(span);
        }
        if (field is { IsBitField: true, Type: IntegerType { IsSigned: true } bits })
        {
            // bpftrace shows the bits as they are, whatever the declared sign.
            field = field with { Type = bits with { IsSigned = false } };
        }
        AddressSpace space = SpaceOfPlace(receiver);
        BpfType fieldType = WithSpaceOf(field.Type, space == AddressSpace.Context ? DefaultSpace : space);
        var access = new BoundFieldAccess(span, fieldType, receiver, field);

        // An array of characters need not end in a NUL; as a string it has room for one.
        return fieldType is StringType text && CTypeParser.IsOwn(type)
            ? new BoundConversion(span, new StringType(text.Capacity + 1), access)
            : access;
    }

    /// <summary>A member's own bytes, where its value was made a text.</summary>
    private static BoundExpression OwnBytes(BoundExpression expression) =>
        expression is BoundConversion { Type: StringType, Operand: BoundFieldAccess { Type: StringType } field } ? field : expression;

    private void ReportNoField(TextSpan span, BoundExpression receiver, StructType type, string name)
    {
        if (receiver is BoundArgs && type.Origin == "function")
        {
            Diagnostics.ReportUnknownKernelField(At(span), $"Can't find function parameter {name}",
                Suggestions.Closest(name, FieldNames(type)), OtherFields(type));
        }
        else if (type.Fields.IsEmpty && type.Size == 0)
        {
            Diagnostics.ReportUnknownKernelType(At(span), $"Unknown struct/union: '{type.DisplayName}'", NearestTypeHint(type.DisplayName));
        }
        else
        {
            ReportNoField(span, type, name, $"Struct/union of type '{type.DisplayName}' does not contain a field named '{name}'");
        }
    }

    /// <summary>What there is in place of an unknown field, where it fits into a line; the fields every tracepoint has cannot be read.</summary>
    private static string? OtherFields(StructType type)
    {
        string[] names = [.. FieldNames(type).Where(static n => !n.StartsWith("common_", StringComparison.Ordinal))];
        return names.Length is 0 or > 16 ? null : $"It has: {string.Join(", ", names)}.";
    }

    /// <summary>A member of a structure of the script's own is misspelt; the kernel's may have had it in another version.</summary>
    private void ReportNoField(TextSpan span, StructType type, string name, string message)
    {
        string? suggestion = Suggestions.Closest(name, FieldNames(type));
        if (CTypeParser.IsOwn(type))
            Diagnostics.ReportUnknownField(At(span), message, suggestion, OtherFields(type));
        else
            Diagnostics.ReportUnknownKernelField(At(span), message, suggestion, OtherFields(type));
    }

    private static IEnumerable<string> FieldNames(StructType type) =>
        type.Fields.SelectMany(static f => f.Name.Length > 0 ? [f.Name] : f.Type is StructType inner ? FieldNames(inner) : []);

    /// <summary>A member by name, those of anonymous members included; its offset counts from the start of <paramref name="type"/>.</summary>
    internal static StructField? FindField(StructType type, string name)
    {
        foreach (StructField field in type.Fields)
        {
            if (field.Name == name)
                return field;
            if (field.Name.Length == 0 && field.Type is StructType inner && FindField(inner, name) is { } found)
                return found with { BitOffset = found.BitOffset + field.BitOffset };
        }
        return null;
    }

    private BoundExpression BindTupleAccess(TextSpan span, BoundExpression receiver, long index)
    {
        if (IsUnknown(receiver))
            return Unknown(span);
        if (receiver.Type is PointerType { Target: TupleType target })
            receiver = new BoundDereference(receiver.Span, target, receiver);
        if (receiver.Type is not TupleType tuple)
        {
            Diagnostics.ReportInvalidOperand(At(span), $"Can not access index '{index}' on expression of type '{receiver.Type}'");
            return Unknown(span);
        }
        if (index >= tuple.Fields.Length)
        {
            Diagnostics.ReportInvalidOperand(At(span), $"Invalid tuple index: {index}. Found {tuple.Fields.Length} elements in tuple.");
            return Unknown(span);
        }
        return AccessElement(span, receiver, tuple, tuple.Fields[(int)index]);
    }

    private BoundExpression BindElementAccess(ElementAccessExpressionSyntax syntax)
    {
        BoundExpression receiver = BindExpression(syntax.Expression);
        BoundExpression index = BindExpression(syntax.Index);
        if (IsUnknown(receiver) || IsUnknown(index))
            return Unknown(syntax.Span);
        if (receiver.Type is TupleType)
        {
            if (index is BoundConstant { Type: IntegerType, Value: >= 0 } constant)
                return BindTupleAccess(syntax.Span, receiver, constant.Value);
            Diagnostics.ReportInvalidOperand(At(syntax), "Array-style access for tuples only valid for integer literals");
            return Unknown(syntax.Span);
        }
        if (ElementType(syntax, receiver) is not { } element || !CheckIndex(syntax, receiver.Type, index))
            return Unknown(syntax.Span);
        if (receiver is BoundString text && index is BoundConstant { Type: IntegerType } at && ConstantFolder.ValueOf(at) <= text.Value.Length)
            return MakeInteger(syntax.Span, at.Value == text.Value.Length ? 0UL : text.Value[(int)at.Value]);
        return new BoundElementAccess(syntax.Span, WithSpaceOf(element, SpaceOfElement(receiver)), receiver, Convert(ReadAggregate(index), IntegerType.UInt64));
    }

    private AddressSpace SpaceOfElement(BoundExpression receiver)
    {
        AddressSpace space = receiver.Type is PointerType pointer ? SpaceOf(pointer) : SpaceOfPlace(receiver);
        return space == AddressSpace.Context ? DefaultSpace : space;
    }

    private BpfType? ElementType(ElementAccessExpressionSyntax syntax, BoundExpression receiver)
    {
        switch (receiver.Type)
        {
            case ArrayType array:
                return array.Element;
            case PointerType { Target.Size: 0 }:
                Diagnostics.ReportInvalidOperand(At(syntax), "The array index operator [] cannot be used on a pointer to an unsized type (void *).");
                return null;
            case PointerType pointer:
                return pointer.Target;
            case StringType:
                return IntegerType.Int8;
            default:
                Diagnostics.ReportInvalidOperand(At(syntax), $"The array index operator [] can only be used on arrays, pointers, and tuples, found {receiver.Type}.");
                return null;
        }
    }

    private bool CheckIndex(ElementAccessExpressionSyntax syntax, BpfType type, BoundExpression index)
    {
        if (index is BoundConstant { Type: IntegerType } constant && ConstantFolder.ValueOf(constant) >= 0)
        {
            Int128 value = ConstantFolder.ValueOf(constant);
            int count = type switch
            {
                ArrayType array => array.Count,
                StringType text => text.Capacity,
                _ => 0,
            };
            if (count == 0 || value < count)
                return true;
            Diagnostics.ReportIndexOutOfBounds(At(syntax), value, count);
            return false;
        }
        if (TypeRules.AsInteger(ReadAggregate(index).Type) is { } integer && (!integer.IsSigned || integer.IsSignFlexible))
            return true;
        Diagnostics.ReportInvalidOperand(At(syntax), $"The array index operator [] only accepts non-negative integer indices. Got: {index.Type}");
        return false;
    }
}
