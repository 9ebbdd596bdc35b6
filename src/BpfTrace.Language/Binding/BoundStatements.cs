using System.Collections.Immutable;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>Statements in a scope of their own.</summary>
public sealed record BoundBlock(TextSpan Span, ImmutableArray<BoundStatement> Statements) : BoundStatement(Span);

/// <summary>An expression for its effect.</summary>
public sealed record BoundExpressionStatement(TextSpan Span, BoundExpression Expression) : BoundStatement(Span);

/// <summary><c>$x = e</c>, <c>let $x = e</c>; compound forms are spelled out. <c>let $x</c> alone assigns the zero value.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Variable">The variable.</param>
/// <param name="Value">The value, of the variable's type; null for the zero value.</param>
public sealed record BoundAssignVariable(TextSpan Span, VariableSymbol Variable, BoundExpression? Value) : BoundStatement(Span);

/// <summary><c>@m = e</c>, <c>@m[k] = e</c>; compound forms are spelled out.</summary>
public sealed record BoundAssignMap(TextSpan Span, MapSymbol Map, BoundExpression? Key, BoundExpression Value) : BoundStatement(Span);

/// <summary><c>@m[k] = count()</c> and its kin: add one sample to this CPU's value.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Map">The map; its value type is an <see cref="AggregateType"/>.</param>
/// <param name="Key">The key; null for a scalar map.</param>
/// <param name="Value">The sample, a 64-bit integer; null for <c>count()</c>.</param>
/// <param name="Weight">How many samples it counts for (<c>hist</c>, <c>lhist</c>); null for one.</param>
public sealed record BoundAggregate(TextSpan Span, MapSymbol Map, BoundExpression? Key, BoundExpression? Value, BoundExpression? Weight = null)
    : BoundStatement(Span)
{
    /// <summary>TSeries: the time of the sample in ns (u64) where it is not the clock's; null for the clock's.</summary>
    public BoundExpression? Time { get; init; }
}

/// <summary><c>if</c>. The condition is a bool.</summary>
public sealed record BoundIf(TextSpan Span, BoundExpression Condition, BoundStatement Then, BoundStatement? Else) : BoundStatement(Span);

/// <summary><c>while</c>. The condition is a bool.</summary>
public sealed record BoundWhile(TextSpan Span, BoundExpression Condition, BoundStatement Body) : BoundStatement(Span);

/// <summary><c>unroll(n)</c>: the body's code is emitted n times.</summary>
public sealed record BoundUnroll(TextSpan Span, int Count, BoundStatement Body) : BoundStatement(Span);

/// <summary><c>for ($kv : @m)</c>: over a map's entries as (key, value) tuples.</summary>
/// <param name="Span">The script text.</param>
/// <param name="Variable">The loop's variable; its type is the tuple (key, value). An aggregate's value is its <see cref="AggregateType"/>, merged.</param>
/// <param name="Map">The map.</param>
/// <param name="Body">The body: it becomes a callback, and shares <paramref name="Captured"/> with the rest.</param>
/// <param name="Captured">Variables declared outside that the body reads or writes.</param>
public sealed record BoundForMap(TextSpan Span, VariableSymbol Variable, MapSymbol Map, BoundStatement Body, ImmutableArray<VariableSymbol> Captured)
    : BoundStatement(Span);

/// <summary><c>for ($i : a..b)</c>: i from a up to, without, b.</summary>
public sealed record BoundForRange(TextSpan Span, VariableSymbol Variable, BoundExpression Start, BoundExpression End, BoundStatement Body, ImmutableArray<VariableSymbol> Captured)
    : BoundStatement(Span);

/// <summary><c>break</c>.</summary>
public sealed record BoundBreak(TextSpan Span) : BoundStatement(Span);

/// <summary><c>continue</c>.</summary>
public sealed record BoundContinue(TextSpan Span) : BoundStatement(Span);

/// <summary><c>return</c>: leaves the probe, also from within a loop.</summary>
public sealed record BoundReturn(TextSpan Span, BoundExpression? Value) : BoundStatement(Span);

/// <summary>
/// An output: something user space prints or does. The arguments are evaluated in the kernel and sent with the site's id.
/// </summary>
/// <param name="Span">The script text.</param>
/// <param name="Site">What is to be done with the values.</param>
/// <param name="Arguments">The values, of <see cref="OutputSite.ValueTypes"/>.</param>
public sealed record BoundOutput(TextSpan Span, OutputSite Site, ImmutableArray<BoundExpression> Arguments) : BoundStatement(Span);
