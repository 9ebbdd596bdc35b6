using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary>
    /// Expands a use of a macro: its body is bound in a scope that sees its parameters only. Parameters <c>$v</c> and <c>@m</c> are the
    /// giver's own variable and map, others are expressions that are evaluated at each use. Null when the name is no macro.
    /// </summary>
    private BoundExpression? BindMacro(CallExpressionSyntax call)
    {
        IReadOnlyList<MacroSyntax> candidates = context.Macros.Named(call.Name);
        if (candidates.Count == 0)
            return null;
        MacroSyntax? macro = null;
        int best = -1;
        foreach (MacroSyntax candidate in candidates)
        {
            int score = Match(candidate, call);
            if (score > best)
                (macro, best) = (candidate, score);
        }
        if (macro is null)
        {
            if (Functions.Find(call.Name) is not null || IsAggregateFunction(call.Name))
                return null;
            ReportNoMacroMatch(call, candidates);
            return Unknown(call.Span);
        }
        if (_frame is not null && _frame.IsExpanding(macro.Name))
        {
            Diagnostics.ReportRecursiveMacro(At(call), macro.Name);
            return Unknown(call.Span);
        }
        return Expand(macro, call);
    }

    /// <summary>How well arguments fit parameters: -1 not at all, else the number of exact kinds.</summary>
    private static int Match(MacroSyntax macro, CallExpressionSyntax call)
    {
        if (macro.Parameters.Length != call.Arguments.Length)
            return -1;
        int score = 0;
        for (int i = 0; i < macro.Parameters.Length; i++)
        {
            switch (macro.Parameters[i])
            {
                case VariableExpressionSyntax when call.Arguments[i] is not VariableExpressionSyntax:
                case MapExpressionSyntax when call.Arguments[i] is not MapExpressionSyntax:
                    return -1;
                case VariableExpressionSyntax or MapExpressionSyntax:
                    score++;
                    break;
            }
        }
        return score;
    }

    /// <summary>Says what keeps a use from fitting the closest definition (bpftrace <c>macro_expansion.cpp</c>).</summary>
    private void ReportNoMacroMatch(CallExpressionSyntax call, IReadOnlyList<MacroSyntax> candidates)
    {
        MacroSyntax closest = candidates[0];
        foreach (MacroSyntax candidate in candidates)
        {
            if (Distance(candidate, call) < Distance(closest, call))
                closest = candidate;
        }
        string message = $"Call to {call.Name}() has arguments that do not match any definition.";
        if (closest.Parameters.Length != call.Arguments.Length)
        {
            Diagnostics.ReportMacroArguments(At(call), message, new DiagnosticNote(
                $"The closest definition of {closest.Name}() has a different number of arguments. Expected: {closest.Parameters.Length} but got {call.Arguments.Length}",
                At(closest)));
            return;
        }
        Diagnostics.ReportMacroArguments(At(call), message);
        for (int i = 0; i < closest.Parameters.Length; i++)
        {
            if (Mismatch(closest.Parameters[i], call.Arguments[i]) is { } mismatch)
            {
                Diagnostics.ReportMacroArguments(
                    At(call.Arguments[i]), $"Mismatched arg. {closest.Name}() {mismatch}",
                    new DiagnosticNote("This is the argument in the closest definition.", At(closest.Parameters[i])));
            }
        }
    }

    /// <summary>How far a use is from a definition: a wrong number of arguments weighs more than any wrong kind.</summary>
    private static int Distance(MacroSyntax macro, CallExpressionSyntax call)
    {
        int distance = 1024 * Math.Abs(macro.Parameters.Length - call.Arguments.Length);
        for (int i = 0; i < macro.Parameters.Length && i < call.Arguments.Length; i++)
            distance += Mismatch(macro.Parameters[i], call.Arguments[i]) is null ? 0 : 1;
        return distance;
    }

    private static string? Mismatch(ExpressionSyntax parameter, ExpressionSyntax argument) => (parameter, argument) switch
    {
        (MapExpressionSyntax, MapExpressionSyntax) or (VariableExpressionSyntax, VariableExpressionSyntax) => null,
        (MapExpressionSyntax map, VariableExpressionSyntax) => $"expects a map for arg {map.Name} but got a variable.",
        (MapExpressionSyntax map, _) => $"expects a map for arg {map.Name} but got an expression.",
        (VariableExpressionSyntax variable, MapExpressionSyntax) => $"expects a variable for arg {variable.Name} but got a map.",
        (VariableExpressionSyntax variable, _) => $"expects a variable for arg {variable.Name} but got an expression.",
        _ => null,
    };

    private BoundExpression Expand(MacroSyntax macro, CallExpressionSyntax call)
    {
        int expansion = store.GetExpansion(_frame?.Expansion ?? 0, call.Span.Start, macro.Name + "/" + _probe.Index);
        var frame = new MacroFrame(macro.Name, At(call), _frame, expansion, _source);
        var scope = new Scope(null);
        for (int i = 0; i < macro.Parameters.Length; i++)
        {
            ExpressionSyntax argument = call.Arguments[i];
            switch (macro.Parameters[i])
            {
                case VariableExpressionSyntax parameter:
                    if (BindParameterVariable((VariableExpressionSyntax)argument, parameter) is not { } variable)
                        return Unknown(call.Span);
                    scope.Add(parameter.Name, variable);
                    break;
                case MapExpressionSyntax parameter:
                    frame.Maps[parameter.Name] = GetMap((MapExpressionSyntax)argument).Name;
                    break;
                case IdentifierExpressionSyntax parameter:
                    frame.Arguments[parameter.Name] = Given(argument);
                    break;
            }
        }

        int reported = Diagnostics.Count;
        (Scope outerScope, MacroFrame? outerFrame) = (_scope, _frame);
        (_scope, _frame) = (new Scope(scope), frame);
        ImmutableArray<BoundStatement> statements = BindStatements(macro.Body.Statements);
        BoundExpression? value = macro.Body.Value is null ? null : BindMacroValue(macro.Body.Value);
        CheckAssigned(_scope);
        (_scope, _frame) = (outerScope, outerFrame);
        Diagnostics.AddExpansionNote(reported, At(call));

        return value is null
            ? new BoundStatementExpression(call.Span, [new BoundBlock(call.Span, statements)])
            : WithStatements(call.Span, statements, value);
    }

    private BoundExpression BindMacroValue(ExpressionSyntax syntax)
    {
        if (syntax is not (IfExpressionSyntax or ConditionalExpressionSyntax or CallExpressionSyntax))
            return BindExpression(syntax);
        return syntax is CallExpressionSyntax call ? BindCall(call, isDiscarded: false) : BindExpression(syntax);
    }

    /// <summary>A macro may assign the variable it is given for the first time.</summary>
    private LocalVariable? BindParameterVariable(VariableExpressionSyntax argument, VariableExpressionSyntax parameter)
    {
        if (_scope.Find(argument.Name) is { } variable)
            return variable;
        Diagnostics.ReportUndefinedVariable(At(argument), argument.Name, Suggestions.Closest(argument.Name, VisibleVariables()));
        _ = parameter;
        return null;
    }

    /// <summary>An argument that is itself a parameter stands for what that one was given.</summary>
    private MacroArgument Given(ExpressionSyntax argument) =>
        argument is IdentifierExpressionSyntax identifier && FindMacroArgument(identifier.Name) is { } outer
            ? outer
            : new MacroArgument(argument, _scope, _frame, _source) { ExpansionPlace = _expansionPlace };
}
