using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>Which variables a probe uses, and which of them from more than one function (a loop's body becomes one).</summary>
internal sealed class VariableUsage : BoundWalker
{
    private readonly Dictionary<VariableSymbol, int> _owners = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<VariableSymbol, bool> _shared = new(ReferenceEqualityComparer.Instance);
    private readonly List<VariableSymbol> _order = [];
    private int _current;
    private int _functions;

    /// <summary>Every variable in order of appearance.</summary>
    public IReadOnlyList<VariableSymbol> Variables => _order;

    /// <summary>What the body of a probe or function uses.</summary>
    /// <param name="body">The body.</param>
    /// <param name="parameters">What is set before it runs.</param>
    public static VariableUsage Of(BoundBlock body, params ReadOnlySpan<VariableSymbol> parameters)
    {
        var usage = new VariableUsage();
        foreach (VariableSymbol parameter in parameters)
            usage.Variable(parameter);
        usage.Visit(body);
        return usage;
    }

    /// <summary>Whether callbacks share a variable with other code.</summary>
    public bool IsShared(VariableSymbol variable) => _shared[variable];

    /// <summary>Whether an expression uses a variable.</summary>
    public static bool Reads(BoundExpression expression, VariableSymbol variable)
    {
        var usage = new VariableUsage();
        usage.Visit(expression);
        return usage._shared.ContainsKey(variable);
    }

    /// <inheritdoc/>
    protected override void Variable(VariableSymbol variable)
    {
        if (_owners.TryAdd(variable, _current))
        {
            _order.Add(variable);
            _shared.Add(variable, false);
        }
        else if (_owners[variable] != _current)
        {
            _shared[variable] = true;
        }
    }

    /// <inheritdoc/>
    protected override void AddressTaken(VariableSymbol variable)
    {
        // Its address leaves the function: the frame keeps it valid and readable by helpers.
        Variable(variable);
        _shared[variable] = true;
    }

    /// <inheritdoc/>
    protected override void LoopBody(Action visit)
    {
        int outer = _current;
        _current = ++_functions;
        visit();
        _current = outer;
    }
}

/// <summary>Finds a <c>return</c> or <c>exit()</c> inside a loop.</summary>
internal sealed class ReturnInLoop : BoundWalker
{
    private bool _found;
    private int _depth;

    /// <summary>Whether a statement has one.</summary>
    public static bool In(BoundStatement statement)
    {
        var walker = new ReturnInLoop();
        walker.Visit(statement);
        return walker._found;
    }

    /// <inheritdoc/>
    protected override void Leaves() => _found |= _depth > 0;

    /// <inheritdoc/>
    protected override void LoopBody(Action visit)
    {
        _depth++;
        visit();
        _depth--;
    }
}
