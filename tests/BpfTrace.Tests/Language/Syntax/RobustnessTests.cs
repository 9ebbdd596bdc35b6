using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

public class RobustnessTests
{
    /// <summary>The stack of a PowerShell pipeline thread, less what PowerShell itself needs of it.</summary>
    private const int SmallStack = 768 * 1024;

    private static T OnSmallStack<T>(Func<T> action) => OnStack(action, SmallStack);

    private static T OnStack<T>(Func<T> action, int size)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = action();
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            size);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
        return result!;
    }

    public static TheoryData<string, string> TooDeep() => new()
    {
        { "parentheses", $"BEGIN {{ @x = {new string('(', 300)}1{new string(')', 300)}; }}" },
        { "many parentheses", $"BEGIN {{ @x = {new string('(', 100_000)}" },
        { "negations", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("! ", 50_000))}1; }}" },
        { "casts", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("(int32)", 50_000))}1; }}" },
        { "blocks", $"BEGIN {new string('{', 50_000)}" },
        { "ifs", $"BEGIN {{ {string.Concat(Enumerable.Repeat("if 1 { ", 50_000))}" },
        { "else ifs", $"BEGIN {{ if 1 {{ }} {string.Concat(Enumerable.Repeat("else if 1 { } ", 50_000))} }}" },
        { "loops", $"BEGIN {{ {string.Concat(Enumerable.Repeat("while 1 { ", 50_000))}" },
        { "indices", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("@[", 50_000))}" },
        { "calls", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("f(", 50_000))}" },
        { "conditionals", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("1 ? 2 : ", 50_000))}3; }}" },
        { "comptimes", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("comptime ", 50_000))}3; }}" },
        { "sums", $"BEGIN {{ @x = {string.Concat(Enumerable.Repeat("1 + ", 50_000))}1; }}" },
        { "members", $"BEGIN {{ @x = $a{string.Concat(Enumerable.Repeat(".a", 50_000))}; }}" },
        { "pointers", $"BEGIN {{ let $x : int32 {new string('*', 50_000)}; }}" },
    };

    [Theory]
    [MemberData(nameof(TooDeep))]
    public void Deep_nesting_is_a_located_diagnostic_on_a_small_stack(string what, string text)
    {
        ParseResult result = OnSmallStack(() => Parser.Parse(new SourceText(text)));
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.True(diagnostic.Id == DiagnosticIds.NestingTooDeep, $"{what}: {diagnostic}");
        Assert.NotNull(diagnostic.Location);
    }

    [Fact]
    public void What_nests_as_deep_as_allowed_parses_and_prints_on_a_small_stack()
    {
        // The costliest nesting: every level has a call, ten precedences and a block.
        const int Levels = (Combinators.MaxNesting / 5) - 1;
        var text = new StringBuilder("BEGIN { @x = ");
        for (int i = 0; i < Levels; i++)
            text.Append("if (1||1&&1|1^1&1==1<1<<1+1*f(@m[");
        text.Append('1');
        for (int i = 0; i < Levels; i++)
            text.Append("])) { 1 }");
        text.Append("; }");
        string printed = OnSmallStack(() =>
        {
            ParseResult result = Parser.Parse(new SourceText(text.ToString()));
            return result.Success ? SyntaxPrinter.Print(result.Root) : DiagnosticRenderer.Render(result.Diagnostics);
        });
        Assert.StartsWith("BEGIN\n{", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_smaller_than_the_limit_assumes_is_no_overflow_either()
    {
        string text = $"BEGIN {{ {string.Concat(Enumerable.Repeat("for ($i : 0..1) { ", Combinators.MaxNesting - 10))}";
        ParseResult result = OnStack(() => Parser.Parse(new SourceText(text)), 160 * 1024);
        Assert.Equal(DiagnosticIds.NestingTooDeep, Assert.Single(result.Diagnostics).Id);
    }

    [Fact]
    public void Long_flat_expressions_of_real_scripts_are_not_too_deep()
    {
        string text = "BEGIN { @x = " + string.Join(" || ", Enumerable.Range(0, 300).Select(static i => $"pid == {i}")) + "; }";
        Assert.Single(ParseAssert.Program(text).Probes);
    }

    [Fact]
    public void A_megabyte_parses_in_linear_time()
    {
        string unit = "// why\ntracepoint:syscalls:sys_enter_openat /pid == 1/ { /* how */ printf(\"%s %s\\n\", comm, str(args.filename)); @[comm, pid] = count(); }\n";
        string small = string.Concat(Enumerable.Repeat(unit, 1024 * 1024 / 10 / unit.Length));
        string large = string.Concat(Enumerable.Repeat(unit, 1024 * 1024 / unit.Length));
        WorkTime.AssertLinear(() => ParseAssert.Program(small), () => ParseAssert.Program(large));
        WorkTime.AssertBelow(TimeSpan.FromSeconds(10), () => ParseAssert.Program(large), "1 MB");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Binary_garbage_is_a_located_diagnostic(int seed)
    {
        byte[] bytes = new byte[64 * 1024];
        new Random(seed).NextBytes(bytes);
        ParseResult result = Parser.Parse(SourceText.FromBytes(bytes, "garbage"));
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(DiagnosticIds.InvalidCharacter, diagnostic.Id);
        Assert.DoesNotContain('\u001b', DiagnosticRenderer.Render(diagnostic));
    }

    [Theory]
    [InlineData(20260801)]
    [InlineData(4711)]
    public void Mutated_scripts_never_throw_and_are_always_located(int seed)
    {
        var random = new Random(seed);
        string[] scripts = [.. ScriptCorpus.Scripts];
        string[] tokens = ["{", "}", "(", ")", "[", "]", "/", "\"", "/*", "*/", "//", ";", ",", "@", "$", "#", ":", "..", "\\", "++", "if", "else", "let", "struct", "0x", "1e", "'", "\n", "\0", "\u001b", "é"];
        for (int i = 0; i < 3000; i++)
        {
            string text = Mutate(scripts[random.Next(scripts.Length)], random, tokens);
            ParseResult result = default!;
            WorkTime.AssertBelow(TimeSpan.FromSeconds(1), () => result = Parser.Parse(new SourceText(text)), text);
            Assert.True(result.Diagnostics.Length <= 1);
            foreach (Diagnostic diagnostic in result.Diagnostics)
            {
                TextSpan span = diagnostic.Location!.Value.Span;
                Assert.True(span.Start >= 0 && span.End <= text.Length && span.Length >= 0, $"{span} in: {text}");
                Assert.Contains("ERROR: syntax: ", DiagnosticRenderer.Render(diagnostic), StringComparison.Ordinal);
            }
            if (result.Success)
                AssertPrintsTheSame(result.Root);
        }
    }

    [Fact]
    public void Every_script_of_the_corpus_prints_to_a_script_of_the_same_tree()
    {
        foreach (string script in ScriptCorpus.Scripts)
            AssertPrintsTheSame(ParseAssert.Program(script));
    }

    private static void AssertPrintsTheSame(ProgramSyntax program)
    {
        string printed = SyntaxPrinter.Print(program);
        ParseResult again = Parser.Parse(new SourceText(printed));
        Assert.True(again.Success, printed + DiagnosticRenderer.Render(again.Diagnostics));
        Assert.Equal(printed, SyntaxPrinter.Print(again.Root));
    }

    private static string Mutate(string script, Random random, string[] tokens)
    {
        var text = new StringBuilder(script);
        int edits = random.Next(1, 4);
        for (int i = 0; i < edits && text.Length > 0; i++)
        {
            int at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 8), text.Length - at));
                    break;
                case 1:
                    text.Insert(at, tokens[random.Next(tokens.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(32, 127);
                    break;
                case 3:
                    text.Length = at;
                    break;
                default:
                    text.Insert(at, text.ToString(random.Next(text.Length), 1));
                    break;
            }
        }
        return text.ToString();
    }
}
