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
            int score = MacroTable.Match(candidate, call.Arguments);
            if (score > best)
                (macro, best) = (candidate, score);
        }
        if (macro is null)
        {
            if (Functions.Find(call.Name) is not null || AggregateFunctions.Contains(call.Name))
                return null;
            ReportNoMacroMatch(call, candidates);
            return Unknown(call.Span);
        }
        if (_frame?.ChainTo(macro) is { } chain)
        {
            Diagnostics.ReportRecursiveMacro(At(call), chain);
            return Unknown(call.Span);
        }
        return Expand(macro, call);
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

    // Macros that use a macro twice double with each level: thirty lines could stand for a billion.
    private const int MaxExpansions = 10_000;

    private int _expansions;

    /// <summary>Counts a use of a macro; false, and said once, where a probe has too many.</summary>
    private bool CountExpansion(SyntaxNode use, string name)
    {
        if (_expansions++ == MaxExpansions)
            Diagnostics.ReportMacroTooLarge(At(use), name, MaxExpansions);
        return _expansions <= MaxExpansions;
    }

    private BoundExpression Expand(MacroSyntax macro, CallExpressionSyntax call)
    {
        if (!CountExpansion(call, macro.Name))
            return Unknown(call.Span);
        int expansion = store.GetExpansion(_frame?.Expansion ?? 0, call.Span.Start, macro.Name + "/" + _probe.Index);
        var frame = new MacroFrame(macro.Name, At(call), _frame, expansion, _source) { Macro = macro };
        var scope = new Scope(null);
        for (int i = 0; i < macro.Parameters.Length; i++)
        {
            ExpressionSyntax argument = call.Arguments[i];
            switch (macro.Parameters[i])
            {
                case VariableExpressionSyntax parameter:
                    scope.Add(parameter.Name, BindParameterVariable((VariableExpressionSyntax)argument));
                    frame.Variables[parameter.Name] = parameter;
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
        (Scope outerScope, MacroFrame? outerFrame, int outerLoops, Expansion? outer) = (_scope, _frame, _breakable, _expansion);
        (_scope, _frame, _breakable) = (new Scope(scope), frame, 0);
        _expansion = new Expansion(null, [frame.Use.Span, .. outer?.Uses ?? []]);
        ImmutableArray<BoundStatement> statements = BindStatements(macro.Body.Statements);
        BoundExpression? value = macro.Body.Value is null ? null : Expanded(BindMacroValue(macro.Body.Value));
        CheckAssigned(_scope);
        (_scope, _frame, _breakable, _expansion) = (outerScope, outerFrame, outerLoops, outer);
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

    /// <summary>The variable a macro is given; it may be the macro that assigns it for the first time.</summary>
    private LocalVariable BindParameterVariable(VariableExpressionSyntax argument) =>
        _scope.Find(argument.Name) ?? Declare(argument.Name, argument.Span, VariableOrigin.Assignment, argument.Span);

    /// <summary>An argument that is itself a parameter stands for what that one was given.</summary>
    private MacroArgument Given(ExpressionSyntax argument) =>
        argument is IdentifierExpressionSyntax identifier && FindMacroArgument(identifier.Name) is { } outer
            ? outer
            : new MacroArgument(argument, _scope, _frame, _source, _breakable) { ExpansionPlace = _expansion?.Place };
}
