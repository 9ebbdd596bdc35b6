using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <content>
/// Functions of the script. Their parameters and value have types of their own, so they are bound once, apart from the probes that
/// call them; an address without a space is read in the memory the calling probe reads.
/// </content>
internal sealed partial class ProgramBinder
{
    private readonly Dictionary<string, BoundFunction> _subprograms = new(StringComparer.Ordinal);
    private readonly List<BoundFunction> _subprogramOrder = [];
    private BoundFunction? _subprogram;

    /// <summary>A function within a pass.</summary>
    private sealed class BoundFunction(SubprogramSyntax syntax, SubprogramSymbol symbol, ProbeInstance place)
    {
        public SubprogramSyntax Syntax { get; } = syntax;

        public SubprogramSymbol Symbol { get; } = symbol;

        /// <summary>Stands where a probe would: it has no context.</summary>
        public ProbeInstance Place { get; } = place;

        public Scope Scope { get; } = new(null);

        public List<LocalVariable> Parameters { get; } = [];

        /// <summary>The key of the value's type where the declaration leaves its size open (<c>string</c>).</summary>
        public VariableKey ReturnKey { get; } = new(place.Index, 0, syntax.Span.Start, "return");

        /// <summary>The functions it calls, each with the first place it does.</summary>
        public List<(BoundFunction Callee, CallExpressionSyntax Call)> Calls { get; } = [];
    }

    private void BindSubprograms(ProgramSyntax program)
    {
        foreach (SubprogramSyntax syntax in program.Subprograms)
        {
            // Numbers below zero: no probe has them.
            var place = new ProbeInstance(-1 - _subprogramOrder.Count, new ProbeSyntax(syntax.Span, [], null, syntax.Body), ProbeType.Test, []);
            var function = new BoundFunction(syntax, new SubprogramSymbol(syntax.Name, syntax.Span), place);
            if (_subprograms.TryGetValue(syntax.Name, out BoundFunction? other))
                Diagnostics.ReportSubprogramRedefined(At(syntax), syntax.Name, At(other.Syntax));
            else
                _subprograms.Add(syntax.Name, function);
            _subprogramOrder.Add(function);
            BindSignature(function);
        }
        foreach (BoundFunction function in _subprogramOrder)
            BindSubprogramBody(function);
        CheckRecursion();
    }

    private void EnterSubprogram(BoundFunction function)
    {
        (_probe, _subprogram, _scope, _probeScope, _frame, _source) = (function.Place, function, function.Scope, function.Scope, null, context.Source);
        _closedVariables.Clear();
        _hoisted.Clear();
    }

    private void BindSignature(BoundFunction function)
    {
        EnterSubprogram(function);
        foreach (SubprogramParameterSyntax parameter in function.Syntax.Parameters)
        {
            if (_scope.Find(parameter.Variable.Name) is { } existing)
            {
                Diagnostics.ReportAlreadyDeclared(At(parameter), parameter.Variable.Name, NoteOf(existing));
                continue;
            }
            LocalVariable variable = Declare(parameter.Variable.Name, parameter.Variable.Span, VariableOrigin.Parameter, parameter.Span);
            variable.WasAssigned = true;
            function.Parameters.Add(variable);
        }
        for (int i = 0; i < function.Parameters.Count; i++)
        {
            (LocalVariable variable, TypeSyntax type) = (function.Parameters[i], function.Syntax.Parameters[i].Type);
            Learn(() => LearnDeclared(variable.Key, variable.Symbol, type));
        }
        Learn(() =>
        {
            BpfType type = BindType(function.Syntax.ReturnType);
            function.Symbol.ReturnType = type is VoidType || !IsOpen(type) ? type : store.GetVariable(function.ReturnKey) ?? BpfType.Error;
        });
        function.Symbol.Parameters = [.. function.Parameters.Select(static p => p.Symbol)];
    }

    /// <summary>A type whose size its values decide.</summary>
    private static bool IsOpen(BpfType type) => type is StringType { Capacity: 0 } or BufferType { Capacity: 0 };

    private void LearnDeclared(VariableKey key, VariableSymbol variable, TypeSyntax syntax)
    {
        BpfType type = BindType(syntax);
        if (type is AggregateType or VoidType)
        {
            Diagnostics.ReportInvalidDeclarationType(At(syntax), type);
            return;
        }
        if (type is not ErrorType && !IsOpen(type))
            store.SetVariable(key, type);
        variable.Type = store.GetVariable(key) ?? BpfType.Error;
    }

    private void BindSubprogramBody(BoundFunction function)
    {
        EnterSubprogram(function);
        BoundBlock body = BindBlock(function.Syntax.Body);
        if (!body.Statements.Any(Terminates) && BindType(function.Syntax.ReturnType) is not (VoidType or ErrorType) and var type)
            Diagnostics.ReportSubprogramReturn(At(function.Syntax), function.Symbol.Name, type, BpfType.Void);
        function.Symbol.Body = _hoisted.Count == 0 ? body
            : new BoundBlock(body.Span, [.. _hoisted.Select(static v => new BoundAssignVariable(v.Declaration, v, null)), body]);
    }

    private void BindSubprogramReturn(ReturnStatementSyntax syntax, BoundExpression? value, List<BoundStatement> bound)
    {
        SubprogramSymbol symbol = _subprogram!.Symbol;
        BpfType declared = BindType(_subprogram.Syntax.ReturnType);
        if (value is null)
        {
            if (declared is not (VoidType or ErrorType))
                Diagnostics.ReportSubprogramReturn(At(syntax), symbol.Name, declared, BpfType.Void);
            bound.Add(new BoundReturn(syntax.Span, null));
            return;
        }
        value = ReadAggregate(value);
        if (IsUnknown(value))
        {
            bound.Add(new BoundReturn(syntax.Span, null));
            return;
        }
        if (IsOpen(declared))
        {
            if (value.Type.GetType() != declared.GetType() || TypeRules.Promote(store.GetVariable(_subprogram.ReturnKey), value.Type) is not { } promoted)
            {
                Diagnostics.ReportSubprogramReturn(At(syntax), symbol.Name, declared, value.Type);
                bound.Add(new BoundReturn(syntax.Span, null));
                return;
            }
            store.SetVariable(_subprogram.ReturnKey, promoted);
            symbol.ReturnType = promoted;
        }
        BoundExpression? converted = symbol.ReturnType is VoidType or ErrorType ? null : TryConvert(value, symbol.ReturnType);
        if (converted is null && symbol.ReturnType is not ErrorType)
            Diagnostics.ReportSubprogramReturn(At(syntax), symbol.Name, symbol.ReturnType, value.Type);
        bound.Add(new BoundReturn(syntax.Span, converted));
    }

    private BoundExpression BindSubprogramCall(CallExpressionSyntax call, BoundFunction function)
    {
        if (!CheckArgumentCount(call, function.Parameters.Count, function.Parameters.Count))
            return Unknown(call.Span);
        if (_subprogram is not null && !_subprogram.Calls.Exists(c => c.Callee == function))
            _subprogram.Calls.Add((function, call));
        var arguments = ImmutableArray.CreateBuilder<BoundExpression>(call.Arguments.Length);
        for (int i = 0; i < function.Parameters.Count; i++)
        {
            BoundExpression value = BindArgumentValue(call.Arguments[i]);
            BpfType type = IsUnknown(value) ? BpfType.Error : ParameterType(function, i, value.Type);
            if (type is ErrorType)
                continue;
            if (TryConvert(value, type) is { } argument)
                arguments.Add(argument);
            else
                Diagnostics.ReportArgumentType(At(call.Arguments[i]), $"{call.Name}() expects {type} for {function.Parameters[i].Symbol.Name} ({value.Type} provided)");
        }

        // What an open type has become, other functions read here, too.
        BpfType declared = store.GetVariable(function.ReturnKey) ?? function.Symbol.ReturnType;
        return arguments.Count < call.Arguments.Length || declared is ErrorType
            ? Unknown(call.Span)
            : new BoundSubprogramCall(call.Span, function.Symbol, arguments.MoveToImmutable());
    }

    /// <summary>A parameter's type; an open one grows with what is given.</summary>
    private BpfType ParameterType(BoundFunction function, int index, BpfType given)
    {
        LocalVariable parameter = function.Parameters[index];
        BpfType? known = store.GetVariable(parameter.Key);
        if (function.Syntax.Parameters[index].Type is NamedTypeSyntax { Name: "string" or "buffer" } && TypeRules.Promote(known, given) is StringType or BufferType)
        {
            known = TypeRules.Promote(known, given);
            store.SetVariable(parameter.Key, known!);
        }
        return parameter.Symbol.Type = known ?? BpfType.Error;
    }

    /// <summary>A function that comes back to itself: the kernel's verifier takes none.</summary>
    private void CheckRecursion()
    {
        var finished = new HashSet<BoundFunction>();
        var path = new List<BoundFunction>();
        foreach (BoundFunction function in _subprogramOrder)
            Follow(function, path, finished);
    }

    private void Follow(BoundFunction function, List<BoundFunction> path, HashSet<BoundFunction> finished)
    {
        if (finished.Contains(function))
            return;
        path.Add(function);
        foreach ((BoundFunction callee, CallExpressionSyntax call) in function.Calls)
        {
            int first = path.IndexOf(callee);
            if (first >= 0)
                Diagnostics.ReportRecursiveSubprogram(At(call), string.Join(" > ", path.Skip(first).Append(callee).Select(static f => f.Symbol.Name)));
            else
                Follow(callee, path, finished);
        }
        path.RemoveAt(path.Count - 1);
        finished.Add(function);
    }

    /// <summary>Refuses what only a probe has.</summary>
    private bool CheckOutsideProbe(SyntaxNode syntax, string name)
    {
        bool available = name is not ("args" or "retval" or "ctx" or "func" or "probe" or "probetype" or "usermode" or "reg" or "uaddr" or "usdt_arg"
            or "override" or "kfunc_allowed" or "signal" or "signal_thread" or "path" or "skboutput" or "socket_cookie")
            && !TryGetNumber(name, "arg", out _) && !TryGetNumber(name, "sarg", out _);
        if (!available)
            Diagnostics.ReportNotInProbe(At(syntax), $"Builtin {name} not supported outside probe");
        return available;
    }
}
