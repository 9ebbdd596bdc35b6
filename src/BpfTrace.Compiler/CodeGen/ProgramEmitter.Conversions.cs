using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Conversions.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>A conversion whose result is in a register.</summary>
    private LLVMValueRef ConvertToScalar(BoundConversion conversion)
    {
        BpfType from = conversion.Operand.Type;
        BpfType to = conversion.Type;
        if (from is AggregateType aggregate)
        {
            LLVMValueRef number = AggregateNumber(conversion.Operand, aggregate);
            return to is BoolType ? NotEqual(number, Int(0)) : Resize(number, RegisterType(to), aggregate.IsSigned);
        }

        if (to is PointerType && conversion.Operand is BoundArgument argument && TypeFacts.HasArgumentArray(_probe.Type))
            return ConvertScalar(Resize(LoadArrayArgument(argument), RegisterType(from), isSigned: false), from, to);
        if (from is PointerType && to is IntegerType)
            return ConvertScalar(AsNumber(Scalar(conversion.Operand)), from, to);
        if (TypeFacts.InRegister(from))
            return ConvertScalar(Scalar(conversion.Operand), from, to);

        // An array decays to its address; everything else in memory is read as a number of the target's size.
        Location location = Locate(conversion.Operand);
        if (to is PointerType)
            return ToAddress(AddressOf(location));
        if (to is BoolType)
            return NotEqual(LoadInteger(location, _module.I8, 1, conversion.Span), Constant(_module.I8, 0));
        int size = Math.Min(PieceAt(0, Math.Max(from.Size, 1)), to.Size);
        return Resize(LoadInteger(location, IntegerOf(size * 8), size, conversion.Span), RegisterType(to), isSigned: false);
    }

    /// <summary>An address is as wide as the number it is made of: (uint8*)-1 is 0xff.</summary>
    private LLVMValueRef ConvertScalar(LLVMValueRef value, BpfType from, BpfType to) =>
        to is BoolType && from is not BoolType
            ? NotEqual(value, Constant(value.TypeOf, 0))
            : Resize(value, RegisterType(to), TypeFacts.IsSigned(from) && to is not PointerType);

    /// <summary>True when a value of one memory type can be taken for another where it lies.</summary>
    private static bool LocatesAs(BpfType from, BpfType to)
    {
        if (TypeFacts.InRegister(from) || from is AggregateType)
            return false;
        return (from, to) switch
        {
            (StringType a, StringType b) => a.Capacity >= b.Capacity,
            (TupleType, TupleType) => false,
            (BufferType a, BufferType b) => a.Capacity >= b.Capacity,
            _ => from.Size >= to.Size,
        };
    }

    /// <summary>A conversion whose result is in memory and that does not merely reinterpret.</summary>
    private void StoreConverted(BoundConversion conversion, LLVMValueRef destination, bool clean)
    {
        BoundExpression operand = conversion.Operand;
        BpfType to = conversion.Type;
        if (TypeFacts.InRegister(operand.Type))
        {
            // An integer as an array of its bytes.
            Zero(destination, to.Size, 1);
            LLVMValueRef value = Scalar(operand);
            int size = Math.Min(PieceAt(0, Math.Max(to.Size, 1)), operand.Type.Size);
            StoreScalar(Resize(value, IntegerOf(size * 8), isSigned: false), operand.Type is BoolType ? IntegerType.UInt8 : operand.Type, destination);
            return;
        }

        switch (operand.Type, to)
        {
            case (StringType from, StringType target):
                // A wider slot: what the narrower one holds, a NUL after it.
                if (clean)
                    Zero(destination, target.Capacity, 1);
                ReadString(destination, target.Capacity, Locate(operand), from.Capacity, conversion.Span, room: false);
                break;
            case (TupleType from, TupleType target):
                StoreTupleConverted(operand, from, target, destination, clean);
                break;
            default:
                Zero(destination, to.Size, (uint)Math.Min(to.Alignment, operand.Type.Alignment));
                Read(destination, Math.Min(operand.Type.Size, to.Size), Math.Min(to.Alignment, operand.Type.Alignment), Locate(operand), conversion.Span);
                break;
        }
    }

    private void StoreTupleConverted(BoundExpression operand, TupleType from, TupleType to, LLVMValueRef destination, bool clean)
    {
        if (clean)
            Zero(destination, to.Size, (uint)to.Alignment);
        LLVMValueRef source = Materialise(operand);
        var variable = new MaterialisedValue(operand.Span, from, new Location(source, 0, AddressSpace.Program));
        for (int i = 0; i < to.Fields.Length; i++)
        {
            BoundExpression element = new BoundTupleElement(operand.Span, from.Fields[i].Type, variable, from.Fields[i]);
            if (from.Fields[i].Type != to.Fields[i].Type)
                element = new BoundConversion(operand.Span, to.Fields[i].Type, element);
            StoreValue(element, Offset(destination, to.Fields[i].Offset), clean);
        }
    }

    /// <summary>A value that was computed already, as an expression again.</summary>
    private sealed record MaterialisedValue(Language.Text.TextSpan Span, BpfType Type, Location Place) : BoundExpression(Span, Type);
}
