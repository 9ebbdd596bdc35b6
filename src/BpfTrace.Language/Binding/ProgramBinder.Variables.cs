using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private LocalVariable Declare(string name, TextSpan place, VariableOrigin origin, TextSpan noteSpan, BpfType? fixedType = null)
    {
        bool isHoisted = origin == VariableOrigin.Assignment && _frame is null && store.IsHoisted(_probe.Index, name);
        var key = new VariableKey(_probe.Index, _frame?.Expansion ?? 0, place.Start, name);
        if (fixedType is not null)
            store.SetVariable(key, fixedType);
        var symbol = new VariableSymbol(name, place) { Type = store.GetVariable(key) ?? BpfType.Error };
        var variable = new LocalVariable(symbol, key, origin, At(noteSpan))
        {
            HasFixedType = fixedType is not null,
            LoopDepth = isHoisted ? 0 : _loops.Count,
        };
        (isHoisted ? _probeScope : _scope).Add(name, variable);
        if (isHoisted)
        {
            _hoisted.Add(symbol);
            Diagnostics.ReportProbeScope(At(noteSpan), name);
        }
        return variable;
    }

    /// <summary>The probe's outermost scope, where variables live that are used after the block that assigns them.</summary>
    private Scope _probeScope = new(null);
    private readonly HashSet<string> _closedVariables = new(StringComparer.Ordinal);
    private readonly List<VariableSymbol> _hoisted = [];

    /// <summary>Leaves a block.</summary>
    private void CloseScope()
    {
        CheckAssigned(_scope);
        if (_frame is null)
        {
            foreach (LocalVariable variable in _scope.Variables)
            {
                if (variable.Origin == VariableOrigin.Assignment)
                    _closedVariables.Add(variable.Symbol.Name);
            }
        }
        _scope = _scope.Parent!;
    }

    private static DiagnosticNote NoteOf(LocalVariable variable) => new(
        variable.Origin switch
        {
            VariableOrigin.Declaration => "This is the initial declaration.",
            VariableOrigin.Parameter => "This is the function parameter.",
            VariableOrigin.Loop => "This is the loop variable.",
            _ => "This is the initial assignment.",
        },
        variable.Location);

    /// <summary>Declarations nothing was ever assigned to.</summary>
    private void CheckAssigned(Scope scope)
    {
        foreach (LocalVariable variable in scope.Variables)
        {
            if (!variable.WasAssigned && variable.Origin == VariableOrigin.Declaration)
                Diagnostics.ReportNeverAssigned(variable.Location, variable.Symbol.Name);
        }
    }

    private BoundExpression BindVariable(VariableExpressionSyntax syntax)
    {
        if (_scope.Find(syntax.Name) is not { } variable)
        {
            if (_frame is null && !store.IsPropagating && _closedVariables.Contains(syntax.Name))
            {
                store.Hoist(_probe.Index, syntax.Name);
                return Unknown(syntax.Span);
            }
            Diagnostics.ReportUndefinedVariable(At(syntax), syntax.Name, Suggestions.Closest(syntax.Name, VisibleVariables()));
            return Unknown(syntax.Span);
        }
        if (!variable.WasAssigned && _introspection == 0)
            Diagnostics.ReportUsedBeforeAssigned(At(syntax), syntax.Name);
        Capture(variable);
        if (IsUnknown(TypeOf(variable)))
        {
            if (_causedVariables.Contains(variable.Key))
                _spoiltReads++;
            Diagnostics.ReportUnresolvedVariable(At(syntax));
            return Unknown(syntax.Span);
        }
        return new BoundVariable(syntax.Span, variable.Symbol);
    }

    /// <summary>A variable's type so far.</summary>
    private BpfType TypeOf(LocalVariable variable)
    {
        if (store.GetVariable(variable.Key) is { } type)
            variable.Symbol.Type = type;
        return variable.Symbol.Type;
    }

    private IEnumerable<string> VisibleVariables()
    {
        for (Scope? scope = _scope; scope is not null; scope = scope.Parent)
        {
            foreach (LocalVariable variable in scope.Variables)
                yield return variable.Symbol.Name;
        }
    }

    private void BindDeclaration(VariableDeclarationStatementSyntax syntax, List<BoundStatement> bound)
    {
        string name = syntax.Variable.Name;
        CauseMark before = MarkCauses();
        BoundExpression? value = syntax.Initializer is null ? null : BindExpression(syntax.Initializer);
        BpfType? type = syntax.Type is null ? null : BindType(syntax.Type);
        if (type is AggregateType or VoidType)
        {
            Diagnostics.ReportInvalidDeclarationType(At(syntax.Type!), type);
            type = null;
        }
        if (_frame is not null && _frame.Variables.TryGetValue(name, out SyntaxNode? shadowed))
        {
            Diagnostics.ReportShadowsMacroArgument(At(syntax.DeclarationSpan), name, new DiagnosticNote("This is the macro's parameter.", At(shadowed)));
            return;
        }
        if (_scope.Find(name) is { } existing)
        {
            Diagnostics.ReportAlreadyDeclared(At(syntax.DeclarationSpan), name, NoteOf(existing));
            return;
        }

        // "let $s : string" leaves the size to what is assigned.
        bool isSized = type is not null and not ErrorType && type.Size != 0;
        LocalVariable variable = Declare(name, syntax.Variable.Span, VariableOrigin.Declaration, syntax.DeclarationSpan, isSized ? type : null);
        if (type is not null and not ErrorType && !isSized && IsUnknown(variable.Symbol.Type))
        {
            store.SetVariable(variable.Key, type);
            variable.Symbol.Type = type;
        }
        if (value is not null)
            AssignVariable(variable, value, before, syntax, bound);
        else
            bound.Add(new BoundAssignVariable(syntax.Span, variable.Symbol, null));
    }

    private void BindVariableAssignment(AssignmentStatementSyntax syntax, VariableExpressionSyntax target, ExpressionSyntax valueSyntax, List<BoundStatement> bound)
    {
        CauseMark before = MarkCauses();
        BoundExpression value = BindExpression(valueSyntax);
        LocalVariable variable = _scope.Find(target.Name)
            ?? Declare(target.Name, target.Span, VariableOrigin.Assignment, syntax.Span);
        AssignVariable(variable, value, before, syntax, bound);
    }

    /// <summary>Learns from an assignment and binds it.</summary>
    private void AssignVariable(LocalVariable variable, BoundExpression value, CauseMark before, SyntaxNode syntax, List<BoundStatement> bound)
    {
        variable.WasAssigned = true;
        Capture(variable);
        if (IsUnknown(value))
        {
            if (IsCaused(before))
                _causedVariables.Add(variable.Key);
            return;
        }
        VariableSymbol symbol = variable.Symbol;
        if (!variable.HasFixedType)
        {
            BpfType? current = IsUnknown(TypeOf(variable)) ? null : symbol.Type;
            if (!IsAssignable(value.Type, current))
            {
                Diagnostics.ReportNotAssignable(At(syntax), value.Type, "a scratch variable");
                return;
            }
            if (TypeRules.Promote(current, value.Type) is not { } promoted)
            {
                Diagnostics.ReportTypeMismatch(At(syntax), symbol.Name, "assign value", value.Type, "variable", symbol.Type);
                return;
            }
            if (!KeepsLock(store.LockOf(variable.Key), promoted, symbol.Name, value.Type, syntax))
                return;
            store.SetVariable(variable.Key, promoted);
            symbol.Type = promoted;
        }
        if (TryConvert(value, symbol.Type) is not { } converted)
        {
            Diagnostics.ReportTypeMismatch(At(syntax), symbol.Name, "assign value", value.Type, "variable", symbol.Type);
            return;
        }
        bound.Add(new BoundAssignVariable(syntax.Span, symbol, converted));
    }

    /// <summary>Whether a type that a decision was built on stays what it was.</summary>
    private bool KeepsLock(BpfType? locked, BpfType promoted, string name, BpfType added, SyntaxNode syntax)
    {
        if (locked is null || TypeRules.Same(locked, promoted))
            return true;
        Diagnostics.ReportLockedType(At(syntax), name, added, locked);
        return false;
    }

    /// <summary>A variable the script does not name, for a value that is used more than once.</summary>
    private VariableSymbol NewTemporary(TextSpan span, BpfType type) => new("$#" + ++_temporaries, span) { Type = type };

    /// <summary>What can be put into a variable or map at all (bpftrace <c>is_valid_assignment</c>).</summary>
    private static bool IsAssignable(BpfType type, BpfType? current, bool isMap = false)
    {
        if (type is VoidType)
            return false;
        if (type is not AggregateType)
            return true;
        if (!TypeRules.IsCastableAggregate(type))
            return false;
        return (current is not null && TypeRules.IsInteger(current)) || (!isMap && current is null);
    }
}
