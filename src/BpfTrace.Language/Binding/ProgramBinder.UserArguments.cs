using BpfTrace.Bpf;
using BpfTrace.Bpf.Dwarf;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary><c>args</c> of a uprobe: a structure put together from registers.</summary>
    private BoundConversion MakeUserArguments(TextSpan span, StructType type) =>
        new(span, type, new BoundTuple(span, UserArguments.Layout(_probe.UserArguments),
            [.. _probe.UserArguments.Where(static a => a.IsReadable).Select(a => MakeUserArgument(span, a))]));

    /// <summary>Whether an expression is the whole <c>args</c> of this uprobe.</summary>
    private bool IsUserArguments(BoundExpression expression) =>
        expression is BoundConversion { Operand: BoundTuple, Type: StructType { Origin: UserArguments.Origin } } && expression.Type.Equals(_probe.Arguments);

    /// <summary><c>args.name</c>: only that parameter is read.</summary>
    private BoundExpression AccessUserArgument(TextSpan span, string name)
    {
        foreach (UserArgument argument in _probe.UserArguments)
        {
            if (argument.Name != name)
                continue;
            if (argument.IsReadable)
                return MakeUserArgument(span, argument);
            Diagnostics.ReportUnreadableArgument(At(span), name, isFloat: argument.Place.Registers.Contains(-1));
            return Unknown(span);
        }
        Diagnostics.ReportUnknownField(At(span), $"Can't find function parameter {name}", Suggestions.Closest(name, _probe.UserArguments.Select(static a => a.Name)));
        return Unknown(span);
    }

    private static BoundExpression MakeUserArgument(TextSpan span, UserArgument argument)
    {
        DwarfArgument place = argument.Place;
        if (place.StackOffset >= 0)
        {
            BoundExpression stack = new BoundBinary(span, IntegerType.UInt64, MakeCall(span, "reg", IntegerType.UInt64, "sp"), BinaryOperator.Add,
                new BoundConstant(span, IntegerType.UInt64, Architecture.FirstStackArgumentOffset + place.StackOffset));
            return place.IsAddress ? At(At(stack, IntegerType.UInt64), argument.Type) : At(stack, argument.Type);
        }
        if (place.IsAddress)
            return At(Word(place.Registers[0], IntegerType.UInt64), argument.Type);
        if (argument.Type.IsScalar)
            return Word(place.Registers[0], argument.Type);

        // A structure in registers: each holds eight bytes of it.
        TupleType words = TupleType.Create(place.Registers.Select(static _ => IntegerType.UInt64));
        return new BoundConversion(span, argument.Type, new BoundTuple(span, words, [.. place.Registers.Select(r => Word(r, IntegerType.UInt64))]));

        BoundArgument Word(int register, BpfType type) => new(span, type, register);

        BoundExpression At(BoundExpression address, BpfType type) =>
            new BoundDereference(span, type, new BoundConversion(span, new PointerType(type, AddressSpace.User), address));
    }
}
