using BpfTrace.Bpf.Unwind;

namespace BpfTrace.Tests.Bpf.Unwind;

/// <summary>Writes the rules of a table at an address in the way of <c>readelf --debug-dump=frames-interp</c>.</summary>
internal static class UnwindText
{
    private static readonly string[] s_names = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"];

    /// <summary>The rule at an address (less the base): the CFA, then each register that has one; empty where nothing is known.</summary>
    public static string At(UnwindTable table, ulong address) => Rule(table, RuleAt(table, address));

    /// <summary>The rule at an index of the words.</summary>
    public static string Rule(UnwindTable table, int index)
    {
        if (index == 0)
            return "";
        ReadOnlySpan<ulong> words = table.Words.Span;
        ulong first = words[index];
        var kind = (CfaRule)(byte)first;
        List<string> parts = [kind == CfaRule.Expression ? $"[{Expression(words, Operand(first))}]" : $"{s_names[(byte)(first >> 8)]}{Operand(first):+0;-0;+0}"];
        for (int i = 1; i <= (byte)(first >> 16); i++)
        {
            ulong word = words[index + i];
            parts.Add(s_names[(byte)(word >> 8)] + "=" + (RegisterRule)(byte)word switch
            {
                RegisterRule.Undefined => "u",
                RegisterRule.Offset => $"c{Operand(word):+0;-0;+0}",
                RegisterRule.ValueOffset => $"v{Operand(word):+0;-0;+0}",
                RegisterRule.Register => s_names[Operand(word)],
                RegisterRule.Expression => $"[{Expression(words, Operand(word))}]",
                RegisterRule.ValueExpression => $"({Expression(words, Operand(word))})",
                _ => throw new InvalidOperationException($"rule {word:x}"),
            });
        }

        return string.Join(' ', parts) + ((first & (1 << 24)) != 0 ? " signal" : "");
    }

    private static int RuleAt(UnwindTable table, ulong address)
    {
        int rule = 0;
        foreach (ulong row in table.Words.Span[..table.RowCount])
        {
            if ((uint)row > address)
                break;
            rule = (int)(row >> 32);
        }

        return rule;
    }

    private static string Expression(ReadOnlySpan<ulong> words, int at)
    {
        List<string> parts = [];
        for (; (UnwindOperation)(byte)words[at] != UnwindOperation.End; at++)
        {
            string register = s_names[(byte)(words[at] >> 8)];
            parts.Add((UnwindOperation)(byte)words[at] switch
            {
                UnwindOperation.Constant => $"{Operand(words[at])}",
                UnwindOperation.Register => $"{register}{Operand(words[at]):+0;-0;+0}",
                UnwindOperation.AddConstant => $"add{Operand(words[at]):+0;-0;+0}",
                UnwindOperation.UpperHalf => $"high{Operand(words[at])}",
                var operation => operation.ToString(),
            });
        }

        return string.Join(' ', parts);
    }

    private static int Operand(ulong word) => (int)(word >> 32);
}
