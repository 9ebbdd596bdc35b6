using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Unwind;

/// <summary>The rules in force at one place of the code: what executing call frame instructions changes.</summary>
internal sealed class FrameState : IEquatable<FrameState>
{
    private readonly RegisterRule[] _rules = new RegisterRule[UnwindFormat.RegisterCount];
    private readonly int[] _operands = new int[UnwindFormat.RegisterCount];

    public CfaRule Cfa { get; private set; }

    public int CfaRegister { get; private set; }

    /// <summary>An offset, or an expression's number.</summary>
    public int CfaOperand { get; private set; }

    /// <summary>Whether a signal interrupted the caller: its address is no return address.</summary>
    public bool IsSignal { get; init; }

    /// <summary>How many rules of this cannot be expressed, or are of no sense: such a place counts as unknown.</summary>
    public int Unsupported { get; set; }

    public RegisterRule RuleOf(int register) => _rules[register];

    public int OperandOf(int register) => _operands[register];

    /// <summary>Whether a caller can be found by it.</summary>
    public bool IsUsable => Unsupported == 0 && Cfa != CfaRule.None && _rules[UnwindFormat.ReturnAddress] != RegisterRule.Same;

    public void DefineCfa(ulong register, long offset)
    {
        Cfa = CfaRule.Register;
        CfaRegister = register < UnwindFormat.RegisterCount ? (int)register : Refuse();
        CfaOperand = Narrow(offset);
    }

    public void DefineCfaRegister(ulong register) => DefineCfa(register, CfaOperand);

    public void DefineCfaOffset(long offset)
    {
        if (Cfa == CfaRule.Register)
            CfaOperand = Narrow(offset);
        else
            Refuse();
    }

    public void DefineCfaExpression(int expression)
    {
        Cfa = CfaRule.Expression;
        CfaRegister = 0;
        CfaOperand = expression >= 0 ? expression : Refuse();
    }

    /// <summary>Sets a register's rule; other registers than those followed (vectors) do not matter.</summary>
    public void Set(ulong register, RegisterRule rule, long operand = 0)
    {
        if (register >= UnwindFormat.RegisterCount)
            return;
        bool isIndex = rule is RegisterRule.Register or RegisterRule.Expression or RegisterRule.ValueExpression;
        if (isIndex && (operand < 0 || (rule == RegisterRule.Register && operand >= UnwindFormat.RegisterCount)))
            operand = Refuse();
        _rules[register] = rule;
        _operands[register] = Narrow(operand);
    }

    /// <summary>Gives a register the rule it has in another state.</summary>
    public void Restore(ulong register, FrameState initial)
    {
        if (register >= UnwindFormat.RegisterCount)
            return;
        _rules[register] = initial._rules[register];
        _operands[register] = initial._operands[register];
    }

    public FrameState Copy()
    {
        var copy = new FrameState { IsSignal = IsSignal };
        copy.Assign(this);
        return copy;
    }

    public void Assign(FrameState other)
    {
        (Cfa, CfaRegister, CfaOperand, Unsupported) = (other.Cfa, other.CfaRegister, other.CfaOperand, other.Unsupported);
        other._rules.AsSpan().CopyTo(_rules);
        other._operands.AsSpan().CopyTo(_operands);
    }

    public bool Equals(FrameState? other) => other is not null && Cfa == other.Cfa && CfaRegister == other.CfaRegister && CfaOperand == other.CfaOperand
        && IsSignal == other.IsSignal && _rules.AsSpan().SequenceEqual(other._rules) && _operands.AsSpan().SequenceEqual(other._operands);

    public override bool Equals(object? obj) => Equals(obj as FrameState);

    public override int GetHashCode()
    {
        // Seeded: the rules are those of any file that a process has mapped, and could be chosen to collide.
        var hash = default(HashCode);
        hash.Add((int)Cfa);
        hash.Add(CfaRegister);
        hash.Add(CfaOperand);
        hash.AddBytes(MemoryMarshal.AsBytes(_rules.AsSpan()));
        hash.AddBytes(MemoryMarshal.AsBytes(_operands.AsSpan()));
        return hash.ToHashCode();
    }

    private int Narrow(long value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : Refuse();

    private int Refuse()
    {
        Unsupported++;
        return 0;
    }
}
