using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private readonly List<LoopFrame> _loops = [];
    private int _loopNesting;
    private int _breakable;

    /// <summary>A loop whose body becomes a callback: variables from outside are captured.</summary>
    private sealed class LoopFrame
    {
        public List<VariableSymbol> Captured { get; } = [];
    }

    /// <summary>Binds statements in order; what follows a jump is bound for its types and left out.</summary>
    private ImmutableArray<BoundStatement> BindStatements(ImmutableArray<StatementSyntax> statements)
    {
        var bound = new List<BoundStatement>(statements.Length);
        bool isReachable = true;
        foreach (StatementSyntax statement in statements)
        {
            if (!isReachable)
            {
                if (bound.Count > 0)
                {
                    Diagnostics.ReportUnreachable(At(statement));
                    bound = [.. bound, new BoundBlock(statement.Span, [])];
                    BindUnreachable(statements, statements.IndexOf(statement));
                }
                break;
            }
            BindStatement(statement, bound);
            isReachable = bound.Count == 0 || !Terminates(bound[^1]);
        }
        return [.. bound];
    }

    private void BindUnreachable(ImmutableArray<StatementSyntax> statements, int first)
    {
        var ignored = new List<BoundStatement>();
        for (int i = first; i < statements.Length; i++)
            BindStatement(statements[i], ignored);
    }

    private static bool Terminates(BoundStatement statement) => statement switch
    {
        BoundReturn or BoundBreak or BoundContinue => true,
        BoundBlock block => block.Statements.Any(Terminates),
        BoundIf { Else: { } otherwise } choice => Terminates(choice.Then) && Terminates(otherwise),
        _ => false,
    };

    /// <summary>A block in a scope of its own; a value at its end is a statement.</summary>
    private BoundBlock BindBlock(BlockExpressionSyntax syntax)
    {
        _scope = new Scope(_scope);
        ImmutableArray<BoundStatement> statements = BindStatements(syntax.Statements);
        if (syntax.Value is { } value)
        {
            var last = new List<BoundStatement>();
            BindExpressionAsStatement(value, last);
            if (statements.Any(Terminates))
                Diagnostics.ReportUnreachable(At(value));
            else
                statements = [.. statements, .. last];
        }
        CloseScope();
        return new BoundBlock(syntax.Span, statements);
    }

    private void BindStatement(StatementSyntax syntax, List<BoundStatement> bound)
    {
        int first = bound.Count;
        BindStatementCore(syntax, bound);
        for (int i = first; i < bound.Count; i++)
            bound[i] = Expanded(bound[i]);
    }

    private void BindStatementCore(StatementSyntax syntax, List<BoundStatement> bound)
    {
        switch (syntax)
        {
            case ExpressionStatementSyntax statement:
                BindExpressionAsStatement(statement.Expression, bound);
                break;
            case AssignmentStatementSyntax assignment:
                Learn(() => BindAssignment(assignment, bound));
                break;
            case VariableDeclarationStatementSyntax declaration:
                Learn(() => BindDeclaration(declaration, bound));
                break;
            case DiscardStatementSyntax discard:
                Learn(() => BindExpressionStatement(discard.Expression, bound, isDiscard: true));
                break;
            case WhileStatementSyntax loop:
                BindWhile(loop, bound);
                break;
            case UnrollStatementSyntax unroll:
                BindUnroll(unroll, bound);
                break;
            case ForStatementSyntax loop:
                BindFor(loop, bound);
                break;
            case BreakStatementSyntax or ContinueStatementSyntax:
                BindLoopJump(syntax, bound);
                break;
            case ReturnStatementSyntax statement:
                Learn(() => BindReturn(statement, bound));
                break;
            case ImportStatementSyntax import:
                BindImport(import);
                break;
        }
    }

    /// <summary>The file is imported already; what remains is whether it may be here (bpftrace <c>unstable_feature.cpp</c>).</summary>
    private void BindImport(ImportStatementSyntax import)
    {
        const string Key = "unstable_import_statement";
        if (context.Config.ModeOf(Key) == UnstableMode.Error)
            Diagnostics.ReportImportStatement(At(import));
        else
            CheckUnstable(import, "import statements", Key);
    }

    /// <summary>Where a statement with blocks is one rule for its head and one for each statement within, every other is one rule.</summary>
    private void BindExpressionAsStatement(ExpressionSyntax syntax, List<BoundStatement> bound)
    {
        if (syntax is IfExpressionSyntax or BlockExpressionSyntax { Value: null })
            BindExpressionStatement(syntax, bound);
        else
            Learn(() => BindExpressionStatement(syntax, bound));
    }

    /// <summary>Binds something that may learn types, so that it can be bound again when what it reads has changed.</summary>
    private void Learn(Action bind)
    {
        if (store.InRule)
        {
            bind();
            return;
        }
        (ProbeInstance probe, BoundFunction? subprogram, Scope scope, Scope probeScope, SourceText source) = (_probe, _subprogram, _scope, _probeScope, _source);
        store.Run(new InferenceRule(() =>
        {
            (_probe, _subprogram, _scope, _probeScope, _source, _frame, _expansion) = (probe, subprogram, scope, probeScope, source, null, null);
            bind();
        }));
    }

    /// <summary>An expression for its effect: what is a statement by nature becomes one.</summary>
    private void BindExpressionStatement(ExpressionSyntax syntax, List<BoundStatement> bound, bool isDiscard = false)
    {
        switch (syntax)
        {
            case IfExpressionSyntax choice:
                BindIfStatement(choice, bound);
                return;
            case BlockExpressionSyntax { Value: null } block:
                bound.Add(BindBlock(block));
                return;
            case ConditionalExpressionSyntax { WhenTrue: { } whenTrue } choice:
                BindConditionalStatement(choice, whenTrue, bound, isDiscard);
                return;
        }
        BoundExpression expression = syntax is CallExpressionSyntax call ? BindCall(call, isDiscarded: true) : BindExpression(syntax);
        AddExpressionStatement(expression, syntax, bound, isDiscard);
    }

    private void AddExpressionStatement(BoundExpression expression, ExpressionSyntax syntax, List<BoundStatement> bound, bool isDiscard)
    {
        if (expression is BoundStatementExpression statements)
        {
            bound.AddRange(statements.Statements);
            return;
        }
        bool isEffect = expression is BoundIncrement or BoundDelete or BoundError || expression.Type is VoidType or ErrorType;
        if (!isEffect && !isDiscard)
            Diagnostics.ReportValueDiscarded(At(syntax));
        if (expression is BoundBlockExpression block)
        {
            bound.Add(new BoundBlock(block.Span, [.. block.Statements, new BoundExpressionStatement(block.Value.Span, block.Value)]));
            return;
        }
        bound.Add(new BoundExpressionStatement(syntax.Span, expression));
    }

    private void BindIfStatement(IfExpressionSyntax syntax, List<BoundStatement> bound)
    {
        if (syntax.Condition is ComptimeExpressionSyntax comptime)
        {
            if (EvaluateComptime(comptime) is { } isTrue)
            {
                ExpressionSyntax? taken = isTrue ? syntax.Then : syntax.Else;
                if (taken is BlockExpressionSyntax block)
                    bound.Add(BindBlock(block));
                else if (taken is not null)
                    BindExpressionStatement(taken, bound);
            }
            return;
        }
        BoundExpression condition = Unknown(syntax.Condition.Span);
        Learn(() => condition = BindCondition(syntax.Condition, syntax));
        BoundBlock then = BindBlock(syntax.Then);
        BoundStatement? otherwise = null;
        if (syntax.Else is BlockExpressionSyntax elseBlock)
        {
            otherwise = BindBlock(elseBlock);
        }
        else if (syntax.Else is { } elseIf)
        {
            var statements = new List<BoundStatement>();
            BindExpressionStatement(elseIf, statements);
            otherwise = statements is [var single] ? single : new BoundBlock(elseIf.Span, [.. statements]);
        }
        bound.Add(new BoundIf(syntax.Span, condition, then, otherwise));
    }

    /// <summary><c>c ? printf("a") : exit()</c>; with values on both sides they are thrown away, which is worth a warning.</summary>
    private void BindConditionalStatement(ConditionalExpressionSyntax syntax, ExpressionSyntax whenTrue, List<BoundStatement> bound, bool isDiscard)
    {
        BoundExpression condition = BindCondition(syntax.Condition, syntax);
        var then = new List<BoundStatement>();
        BindExpressionStatement(whenTrue, then, isDiscard);
        var otherwise = new List<BoundStatement>();
        BindExpressionStatement(syntax.WhenFalse, otherwise, isDiscard);
        bound.Add(new BoundIf(syntax.Span, condition, new BoundBlock(whenTrue.Span, [.. then]), new BoundBlock(syntax.WhenFalse.Span, [.. otherwise])));
    }

    private void BindReturn(ReturnStatementSyntax syntax, List<BoundStatement> bound)
    {
        BoundExpression? value = syntax.Value is null ? null : BindExpression(syntax.Value);
        if (_frame is not null)
            Diagnostics.ReportJumpOutsideLoop(At(syntax), "return", "macro");
        if (_subprogram is not null)
        {
            BindSubprogramReturn(syntax, value, bound);
            return;
        }
        if (value is not null && !IsUnknown(value))
        {
            if (!TypeRules.IsInteger(value.Type) && value.Type is not BoolType)
                Diagnostics.ReportReturnType(At(syntax), value.Type);
            else
                value = Convert(value, IntegerType.Int64);
        }
        bound.Add(new BoundReturn(syntax.Span, value));
    }

    private void BindLoopJump(StatementSyntax syntax, List<BoundStatement> bound)
    {
        if (_breakable == 0)
            Diagnostics.ReportJumpOutsideLoop(At(syntax), syntax is BreakStatementSyntax ? "break" : "continue", _frame is not null ? "macro" : _subprogram is null ? "probe" : "function");
        bound.Add(syntax is BreakStatementSyntax ? new BoundBreak(syntax.Span) : new BoundContinue(syntax.Span));
    }
}

/// <summary>A call that is a statement by nature where an expression stands; it has no value.</summary>
internal sealed record BoundStatementExpression(Text.TextSpan Span, ImmutableArray<BoundStatement> Statements) : BoundExpression(Span, BpfType.Void);
