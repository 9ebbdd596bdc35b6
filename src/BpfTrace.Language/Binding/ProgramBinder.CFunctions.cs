using System.Collections.Immutable;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <content>Calls of functions compiled from C. Numbers are converted as by an assignment; of a pointer it is the verifier that looks after.</content>
internal sealed partial class ProgramBinder
{
    private BoundExpression BindCFunctionCall(CallExpressionSyntax call, CFunctionSymbol function)
    {
        if (function.WhyNot is { } reason)
        {
            Diagnostics.ReportCFunctionNotCallable(At(call), function.Name, reason);
            foreach (ExpressionSyntax argument in call.Arguments)
                BindForErrors(argument);
            return Unknown(call.Span);
        }
        if (!CheckArgumentCount(call, function.Parameters.Length, function.Parameters.Length))
            return Unknown(call.Span);
        var arguments = ImmutableArray.CreateBuilder<BoundExpression>(call.Arguments.Length);
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            CParameter parameter = function.Parameters[i];
            BoundExpression value = BindArgumentValue(call.Arguments[i]);
            if (IsUnknown(value))
                continue;
            if (TryConvert(value, parameter.Type) is { } argument)
                arguments.Add(argument);
            else
                Diagnostics.ReportCArgumentType(At(call.Arguments[i]), parameter.Name, parameter.Type, value.Type, function);
        }
        return arguments.Count < call.Arguments.Length ? Unknown(call.Span) : new BoundCFunctionCall(call.Span, function, arguments.MoveToImmutable());
    }
}
