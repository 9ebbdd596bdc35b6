using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Functions of the script, as BPF subprograms. Each program has its own copy of those it calls, because the frame is the program's: every
/// function has a part of the frame for itself, which is enough as none calls itself. The first numbers travel in registers R2 to R5
/// (R1 carries the frame and the context); what is left, texts, tuples and results of memory type lie in the function's part of the frame.
/// </content>
internal sealed partial class ProgramEmitter
{
    private const int RegisterParameters = 4;

    private readonly Dictionary<SubprogramSymbol, Subprogram> _subprograms = new(ReferenceEqualityComparer.Instance);

    /// <summary>Generates every function the program calls, those called first.</summary>
    private void EmitSubprograms()
    {
        foreach (SubprogramSymbol symbol in CalledSubprograms.Of(_probe.Body))
        {
            EmitSubprogram(symbol);

            // Its temporary slots too are its own: they are in use while what it is called from has values in others.
            _frameTop = Math.Max(_frameTop, _frameMaximum);
        }
    }

    private void EmitSubprogram(SubprogramSymbol symbol)
    {
        VariableUsage usage = VariableUsage.Of(symbol.Body!, [.. symbol.Parameters]);
        List<VariableSymbol> numbers = [.. symbol.Parameters.Where(static p => TypeFacts.InRegister(p.Type)).Take(RegisterParameters)];
        EmittedFunction function = _module.AddSubprogram($"{_probe.Name}_fn_{symbol.Name}", numbers.Count, LineOf(symbol.Declaration));
        var subprogram = new Subprogram(function, numbers)
        {
            ResultOffset = symbol.ReturnType is VoidType || TypeFacts.InRegister(symbol.ReturnType) ? 0 : TakeFrame(symbol.ReturnType.Size + 1),
        };
        _subprograms.Add(symbol, subprogram);
        foreach (VariableSymbol parameter in symbol.Parameters)
        {
            if (!numbers.Contains(parameter) || usage.IsShared(parameter))
                _frameVariables.Add(parameter, TakeFrame(parameter.Type.Size + 1));
        }

        EmitInner(symbol.Declaration, new FunctionState(function) { Subprogram = subprogram }, function.Value.GetParam(0), () =>
        {
            for (int i = 0; i < numbers.Count; i++)
                StoreVariable(numbers[i], FromRegister(function.Value.GetParam((uint)i + 1), numbers[i].Type));
            AssignVariables(symbol.Body!, usage);
            EmitStatement(symbol.Body!);
        });
    }

    /// <summary>Calls a function; the value is its result where that is a number.</summary>
    private LLVMValueRef EmitSubprogramCall(BoundSubprogramCall call)
    {
        Subprogram subprogram = _subprograms[call.Subprogram];
        int count = call.Arguments.Length;

        // All arguments before any is put in its place: one of them may call the same function.
        var values = new LLVMValueRef[count];
        for (int i = 0; i < count; i++)
            values[i] = TypeFacts.InRegister(call.Arguments[i].Type) ? Scalar(call.Arguments[i]) : OwnCopy(call.Arguments[i]);

        var registers = new LLVMValueRef[subprogram.Numbers.Count + 1];
        int used = 0;
        registers[used++] = CallbackContext();
        for (int i = 0; i < count; i++)
        {
            VariableSymbol parameter = call.Subprogram.Parameters[i];
            if (subprogram.Numbers.Contains(parameter))
            {
                registers[used++] = ToInt64(values[i], TypeFacts.IsSigned(parameter.Type));
                continue;
            }

            LLVMValueRef place = VariableAddress(parameter);
            if (TypeFacts.InRegister(parameter.Type))
            {
                StoreScalar(values[i], parameter.Type, place);
                continue;
            }

            Copy(place, values[i], parameter.Type.Size, 1);
            if (parameter.Type is StringType type)
                Store(Constant(_module.I8, 0), Offset(place, type.Capacity));
        }

        return _builder.BuildCall2(_module.SubprogramType(subprogram.Numbers.Count), subprogram.Function.Value, registers, "");
    }

    /// <summary>A value of memory type that nothing evaluated later changes.</summary>
    private LLVMValueRef OwnCopy(BoundExpression expression)
    {
        if (expression is BoundString)
            return Materialise(expression);
        LLVMValueRef slot = SlotFor(expression.Type);
        StoreValue(expression, slot, clean: StaysClean(expression.Type));
        return slot;
    }

    /// <summary>A number out of a 64-bit register.</summary>
    private LLVMValueRef FromRegister(LLVMValueRef value, BpfType type) =>
        type is BoolType ? NotEqual(value, Int(0)) : Resize(value, RegisterType(type), isSigned: false);

    /// <summary>A generated function of the script.</summary>
    private sealed class Subprogram(EmittedFunction function, List<VariableSymbol> numbers)
    {
        public EmittedFunction Function { get; } = function;

        /// <summary>The parameters that travel in registers.</summary>
        public List<VariableSymbol> Numbers { get; } = numbers;

        /// <summary>Where in the frame a result of memory type is left.</summary>
        public int ResultOffset { get; init; }
    }

    /// <summary>The functions a program calls, directly or not, each after those it calls itself.</summary>
    private sealed class CalledSubprograms : BoundWalker
    {
        private readonly HashSet<SubprogramSymbol> _seen = new(ReferenceEqualityComparer.Instance);
        private readonly List<SubprogramSymbol> _order = [];

        public static List<SubprogramSymbol> Of(BoundBlock body)
        {
            var walker = new CalledSubprograms();
            walker.Visit(body);
            return walker._order;
        }

        /// <inheritdoc/>
        protected override void Calls(SubprogramSymbol subprogram)
        {
            if (!_seen.Add(subprogram))
                return;
            Visit(subprogram.Body);
            _order.Add(subprogram);
        }
    }
}
