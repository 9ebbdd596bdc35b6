using System.Runtime.CompilerServices;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

/// <summary>What the grammar needs beside Sprache's own combinators.</summary>
internal static class Combinators
{
    /// <summary>
    /// How many expressions, blocks and prefix operators may be open inside one another. Each costs up to 2 kB of stack
    /// here and in every later walk over the tree; a PowerShell pipeline thread may have 1 MB.
    /// </summary>
    internal const int MaxNesting = 160;

    internal static Parsed<T> Success<T>(T value, IInput remainder)
        where T : class => new(value, remainder);

    /// <summary>Fails at the next token: skips white space, records the message over the whole token.</summary>
    internal static Parsed<T> Fail<T>(ScriptInput input, string message, string id = DiagnosticIds.SyntaxError)
        where T : class
    {
        int start = Layout.Skip(input.State, input.Position);
        return Fail<T>(input, TextSpan.FromBounds(start, Layout.TokenEnd(input.Text, start)), message, id);
    }

    /// <summary>Fails over a span.</summary>
    internal static Parsed<T> Fail<T>(ScriptInput input, TextSpan span, string message, string id = DiagnosticIds.SyntaxError)
        where T : class
    {
        input.State.Record(span, message, id);
        return new Parsed<T>(input);
    }

    /// <summary>Passes a failure on as the failure of another rule.</summary>
    internal static Parsed<T> Fail<T>(IResult<object> failed)
        where T : class => new(failed.Remainder);

    /// <summary>Gives a method the shape LINQ wants; needed where C# does not turn a method into a <see cref="Parser{T}"/> by itself.</summary>
    internal static Parser<T> Rule<T>(Parser<T> parser) => parser;

    /// <summary>Runs a rule that can contain itself, unless too many of those are open or the host's stack is nearly used up.</summary>
    internal static IResult<T> Nested<T>(ScriptInput input, Parser<T> parser)
        where T : class
    {
        ParseState state = input.State;
        if (state.Depth >= MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            int start = Layout.Skip(state, input.Position);
            state.RecordFinal(
                TextSpan.FromBounds(start, Layout.TokenEnd(state.Text, start)),
                state.Depth >= MaxNesting ? $"nesting is too deep (limit is {MaxNesting})" : "nesting is too deep for the stack of this thread",
                DiagnosticIds.NestingTooDeep);
            return new Parsed<T>(input);
        }
        state.Depth++;
        IResult<T> result = parser(input);
        state.Depth--;
        return result;
    }

    /// <summary>One or more items with commas between them, without a trailing one.</summary>
    internal static Parser<List<T>> CommaSeparated<T>(Parser<T> item)
        where T : class => input =>
    {
        var items = new List<T>();
        while (true)
        {
            IResult<T> result = item(input);
            if (!result.WasSuccessful)
                return Fail<List<T>>(result);
            items.Add(result.Value);
            var next = (ScriptInput)result.Remainder;
            int comma = Layout.Skip(next.State, next.Position);
            if (comma >= next.Text.Length || next.Text[comma] != ',')
                return Success(items, next);
            input = next.At(comma + 1);
        }
    };

    /// <summary>
    /// The first position in a tree that is deeper than every walk over it is ready for: long chains of operators nest
    /// to the left without nesting in the text.
    /// </summary>
    internal static SyntaxNode? FindTooDeep(SyntaxNode root, int limit)
    {
        var stack = new Stack<(SyntaxNode Node, int Depth)>();
        stack.Push((root, 0));
        while (stack.Count > 0)
        {
            (SyntaxNode node, int depth) = stack.Pop();
            if (depth > limit)
                return node;
            foreach (SyntaxNode child in node.Children)
                stack.Push((child, depth + 1));
        }
        return null;
    }
}
