using System.Text;

namespace BpfTrace.Fuzz.Mutation;

/// <summary>Damages programs: what a person mistypes, what an editor cuts, what a hostile file holds.</summary>
internal sealed class ProgramMutator(Dice dice, Func<string> another)
{
    private static readonly string[] s_words =
    [
        "{", "}", "(", ")", "[", "]", "/", "\"", "/*", "*/", "//", ";", ",", "@", "$", "#", ":", "..", ".", "->", "\\", "++", "--", "=", "==", "?", "&&", "<<", "*", "&", "!", "~", "-",
        "if", "else", "let", "struct", "while", "for", "unroll", "return", "break", "macro", "config", "import", "fn", "comptime", "sizeof", "offsetof", "typeof", "true", "_",
        "0x", "1e", "1e99", "0", "-1", "18446744073709551615", "99999999999999999999999999", "0x1ffffffffffffffff", "08", "1_", "10ms", "1ull", "'", "\n", "\0", "\u001b[31m",
        "é", "漢", "😀", "\u202e", "\ufeff", "\udc80", "\ud800", "\u00a0", "\r\n", "\t", "#include <linux/fs.h>\n", "#define A A\n", "#if 0\n", "uint8", "string[64]", "int32 *", "(uint64)",
        "pid", "comm", "args", "args.", "retval", "kstack", "printf(", "print(", "count()", "hist(", "str(", "$1", "$#", "begin", "kprobe:", "tracepoint:a:b", "getopt(", "nsecs(",
    ];

    /// <summary>A damaged program.</summary>
    public string Mutate(string program)
    {
        int edits = dice.Weighted(55, 25, 12, 5, 3) + 1;
        for (int i = 0; i < edits; i++)
            program = Once(program);
        return program;
    }

    private string Once(string program)
    {
        if (program.Length == 0)
            return dice.Pick<string>(s_words);
        switch (dice.Weighted(14, 12, 10, 14, 10, 6, 6, 4, 4, 4, 3, 3, 2, 2, 2))
        {
            case 0:
                return OnTokens(program, (tokens, at) => tokens.RemoveRange(at, Math.Min(dice.Weighted(60, 20, 10, 10) + 1, tokens.Count - at)));
            case 1:
                return OnTokens(program, (tokens, at) => tokens.Insert(at, tokens[at]));
            case 2:
                return OnTokens(program, (tokens, at) =>
                {
                    int other = dice.Below(tokens.Count);
                    (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                });
            case 3:
                return OnTokens(program, (tokens, at) => tokens.Insert(at, dice.Pick<string>(s_words)));
            case 4:
                return OnTokens(program, (tokens, at) => tokens[at] = dice.Pick<string>(s_words));
            case 5:
                return Splice(program);
            case 6:
                return Noise(program);
            case 7:
                return program[..dice.Below(program.Length)];
            case 8:
                return Unbalance(program);
            case 9:
                return OnTokens(program, (tokens, at) => tokens.Insert(at, Nest()));
            case 10:
                return OnTokens(program, (tokens, at) => tokens.Insert(at, Long()));
            case 11:
                return RepeatPart(program);
            case 12:
                return program.Replace(' ', dice.Pick<char>(['\n', '\t', '\r', '\v', '\u00a0']));
            case 13:
                return program + another();
            default:
                return program.Replace("\n", "", StringComparison.Ordinal);
        }
    }

    private string OnTokens(string program, Action<List<string>, int> edit)
    {
        List<string> tokens = ScriptTokens.Split(program);
        edit(tokens, dice.Below(tokens.Count));
        return string.Concat(tokens);
    }

    private string Splice(string program)
    {
        List<string> mine = ScriptTokens.Split(program);
        List<string> theirs = ScriptTokens.Split(another());
        if (theirs.Count == 0)
            return program;
        int from = dice.Below(theirs.Count);
        int count = Math.Min(dice.Between(1, 30), theirs.Count - from);
        int at = dice.Below(mine.Count);
        if (dice.Percent(50))
            mine.RemoveRange(at, Math.Min(count, mine.Count - at));
        mine.InsertRange(at, theirs.GetRange(from, count));
        return string.Concat(mine);
    }

    private string Noise(string program)
    {
        var text = new StringBuilder(program);
        for (int i = dice.Between(1, 6); i > 0; i--)
        {
            int at = dice.Below(text.Length);
            text[at] = dice.Weighted(50, 20, 15, 15) switch
            {
                0 => (char)dice.Between(32, 127),
                1 => (char)dice.Below(32),
                2 => (char)(0xDC80 + dice.Below(128)),
                _ => (char)dice.Below(0x10000),
            };
        }

        return text.ToString();
    }

    private string Unbalance(string program)
    {
        char sign = dice.Pick<char>(['(', ')', '{', '}', '[', ']', '"', '/']);
        var places = new List<int>();
        for (int i = 0; i < program.Length; i++)
        {
            if (program[i] == sign)
                places.Add(i);
        }

        return places.Count == 0 ? program + sign : program.Remove(dice.OneOf(places), 1);
    }

    private string Nest()
    {
        int depth = dice.Pick<int>([5, 40, 100, 158, 161, 300, 2000]);
        (string open, string close) = dice.Pick<(string, string)>(
        [
            ("(", ")"), ("{", "}"), ("[", "]"), ("!", ""), ("-", ""), ("~(", ")"), ("(int8)", ""), ("f(", ")"), ("if (1) { ", " }"), ("@[", "]"), ("1 + (", ")"), ("1 ? 2 : ", ""),
            ("&", ""), ("*", ""), ("comptime ", ""), ("while (1) { ", " }"), ("(1, ", ")"), ("(a=", ")"), ("unroll(1) {", "}"), ("for ($i : 0..2) { ", " }"), ("str(", ")"), ("$x = ", ""),
        ]);
        var text = new StringBuilder();
        for (int i = 0; i < depth; i++)
            text.Append(open);
        text.Append(dice.Pick<string>(["1", "pid", "", "comm"]));
        if (dice.Percent(80))
        {
            for (int i = 0; i < depth; i++)
                text.Append(close);
        }

        return text.ToString();
    }

    private string Long()
    {
        int count = dice.Pick<int>([50, 200, 499, 501, 3000]);
        string unit = dice.Pick<string>(
            [" + 1", "9", "a", " && pid", ".a", "[0]", "->b", ", 1", " ", "\\x41", "::", "*", " | $x", ".0", "++", " == 1", " + \"a\"", "@", "/* */", "\n", " ? 1", "..", "é"]);
        var text = new StringBuilder(unit.Length * count);
        for (int i = 0; i < count; i++)
            text.Append(unit);
        return text.ToString();
    }

    private string RepeatPart(string program)
    {
        int from = dice.Below(program.Length);
        int length = Math.Min(dice.Between(1, 60), program.Length - from);
        string part = program.Substring(from, length);
        var text = new StringBuilder(program);
        for (int i = dice.Pick<int>([2, 10, 60]); i > 0; i--)
            text.Insert(from, part);
        return text.ToString();
    }
}
