using BpfTrace.Bpf.Elf;

namespace BpfTrace.Bpf.Unwind;

/// <summary>Collects rows, and puts equal rules and expressions into one.</summary>
internal sealed class UnwindTableBuilder
{
    // 128 MB of rows: an executable of several GB.
    private const int MaximumRows = 16 << 20;

    private readonly Dictionary<FrameState, int> _ruleNumbers = [];
    private readonly List<FrameState> _rules = [];
    private readonly Dictionary<string, int> _expressionNumbers = new(StringComparer.Ordinal);
    private readonly List<ulong[]> _expressions = [];
    private ulong[] _rows = new ulong[1024];
    private int _count;

    /// <summary>Places whose rules cannot be expressed.</summary>
    public int UnsupportedRows { get; private set; }

    /// <summary>How many rows there are.</summary>
    public int Count => _count;

    /// <summary>Leaves out the rows after so many.</summary>
    public void Forget(int count) => _count = count;

    /// <summary>A word of a rule or an expression.</summary>
    public static ulong Word(byte kind, int register, int count, bool flag, int operand) =>
        kind | (ulong)(byte)register << 8 | (ulong)(byte)count << 16 | (flag ? 1UL << 24 : 0) | (ulong)(uint)operand << 32;

    /// <summary>From an address on these rules hold.</summary>
    public void AddRow(uint address, FrameState state)
    {
        if (!state.IsUsable)
        {
            UnsupportedRows++;
            Add(address, 0);
            return;
        }

        if (!_ruleNumbers.TryGetValue(state, out int number))
        {
            FrameState kept = state.Copy();
            _rules.Add(kept);
            number = _rules.Count;
            _ruleNumbers.Add(kept, number);
        }

        Add(address, number);
    }

    /// <summary>From an address on nothing is known.</summary>
    public void AddEnd(uint address) => Add(address, 0);

    /// <summary>The number of an expression; -1 for one that cannot be expressed.</summary>
    public int AddExpression(ReadOnlySpan<byte> expression, bool ofRegister)
    {
        string key = (ofRegister ? "r" : "c") + Convert.ToHexString(expression);
        if (!_expressionNumbers.TryGetValue(key, out int number))
        {
            ulong[]? words = FrameExpression.Translate(expression, ofRegister);
            if (words is not null)
                _expressions.Add(words);
            number = words is null ? -1 : _expressions.Count - 1;
            _expressionNumbers.Add(key, number);
        }

        return number;
    }

    /// <summary>The words, and how many of them are rows.</summary>
    public ulong[] Build(out int rows)
    {
        rows = SortRows();
        var ruleAt = new int[_rules.Count + 1];
        int size = rows;
        for (int i = 0; i < _rules.Count; i++)
        {
            ruleAt[i + 1] = size;
            size += 1 + CountOf(_rules[i]);
        }

        var expressionAt = new int[_expressions.Count];
        for (int i = 0; i < expressionAt.Length; i++)
        {
            expressionAt[i] = size;
            size = checked(size + _expressions[i].Length);
        }

        var words = new ulong[size];
        for (int i = 0; i < rows; i++)
            words[i] = (uint)(_rows[i] >> 32) | (ulong)(uint)ruleAt[(int)(uint)_rows[i]] << 32;
        for (int i = 0; i < _rules.Count; i++)
            Write(_rules[i], words.AsSpan(ruleAt[i + 1]), expressionAt);
        for (int i = 0; i < expressionAt.Length; i++)
            _expressions[i].CopyTo(words, expressionAt[i]);
        return words;
    }

    private static void Write(FrameState rule, Span<ulong> words, int[] expressionAt)
    {
        int operand = rule.Cfa == CfaRule.Expression ? expressionAt[rule.CfaOperand] : rule.CfaOperand;
        int next = 1;
        for (int register = 0; register < UnwindFormat.RegisterCount; register++)
        {
            RegisterRule kind = rule.RuleOf(register);
            if (kind == RegisterRule.Same)
                continue;
            int value = rule.OperandOf(register);
            if (kind is RegisterRule.Expression or RegisterRule.ValueExpression)
                value = expressionAt[value];
            words[next++] = Word((byte)kind, register, 0, false, value);
        }

        words[0] = Word((byte)rule.Cfa, rule.CfaRegister, next - 1, rule.IsSignal, operand);
    }

    private static int CountOf(FrameState rule)
    {
        int count = 0;
        for (int register = 0; register < UnwindFormat.RegisterCount; register++)
            count += rule.RuleOf(register) == RegisterRule.Same ? 0 : 1;
        return count;
    }

    private void Add(uint address, int rule)
    {
        if (_count == _rows.Length)
        {
            if (_count >= MaximumRows)
                throw new ElfFormatException($"More than {MaximumRows} rows of call frame information.");
            Array.Resize(ref _rows, _count * 2);
        }

        _rows[_count++] = (ulong)address << 32 | (uint)rule;
    }

    /// <summary>In the order of addresses, each once: where a function begins at another's end, the beginning counts. What changes nothing is left out.</summary>
    private int SortRows()
    {
        Array.Sort(_rows, 0, _count);
        int rows = 0;
        for (int i = 0; i < _count; i++)
        {
            if (i + 1 < _count && _rows[i + 1] >> 32 == _rows[i] >> 32)
                continue;
            if (rows == 0 || (uint)_rows[rows - 1] != (uint)_rows[i])
                _rows[rows++] = _rows[i];
        }

        return rows;
    }
}
