using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

public class SyntaxErrorTests
{
    [Theory]
    [InlineData("kprobe:f { @x = sum(1 + «)» }", "expected expression")]
    [InlineData("kprobe:f { @x = count(«;» }", "expected expression")]
    [InlineData("kprobe:f { f(1 «2»); }", "expected ')'")]
    [InlineData("kprobe:f { @a[1,«]» = 1; }", "expected expression")]
    [InlineData("kprobe:f { @a[1 «}»", "expected ']'")]
    [InlineData("kprobe:f { @x = 1 «@y» = 2; }", "expected ';'")]
    [InlineData("kprobe:f { exit() «exit»(); }", "expected ';'")]
    [InlineData("kprobe:f { exit();«»", "expected '}'")]
    [InlineData("kprobe:f\n{\n  @x = 1;\n  @y = («»", "expected expression")]
    [InlineData("kprobe:f «»", "expected '{'")]
    [InlineData("kprobe:f «kprobe»:g { }", "expected '{'")]
    [InlineData("«{» @x = 1; }", "expected attach point")]
    [InlineData("kprobe:f { } «,»", "expected attach point")]
    [InlineData("kprobe:f /pid == 1 «{» 0; }", "expected '/' to close predicate")]
    [InlineData("kprobe:f { if (1 «{» } }", "expected ')'")]
    [InlineData("kprobe:f { if 1 { } else «exit»(); }", "expected '{' or 'if' after 'else'")]
    [InlineData("kprobe:f { if $x «=»= 1 { } }", "expected '{'")]
    [InlineData("kprobe:f { for («@x») { } }", "expected variable in for loop")]
    [InlineData("kprobe:f { for ($x «in» @x) { } }", "expected ':'")]
    [InlineData("kprobe:f { for ($x : 5) «{» } }", "expected map or range in for loop")]
    [InlineData("kprobe:f { let «@x»; }", "expected variable after 'let'")]
    [InlineData("kprobe:f { let $x : «5»; }", "expected type name")]
    [InlineData("kprobe:f { let $x : struct «;» }", "expected identifier")]
    [InlineData("kprobe:sys_open { «$» x = 1; }", "expected identifier after '$'")]
    [InlineData("kprobe:f { $x.«;» }", "expected field name after '.'")]
    [InlineData("kprobe:f { $x->«1»; }", "expected field name after '->'")]
    [InlineData("kprobe:f { 1«++»; }", "increment/decrement requires a variable or map")]
    [InlineData("kprobe:f { ++«f(1)»; }", "increment/decrement requires a variable or map")]
    [InlineData("kprobe:f { $y = &«pid»; }", "address-of operator (&) can only be used on a map or variable")]
    [InlineData("kprobe:f { «$x.1 = 2»; }", "Tuples and records are immutable once created. Consider creating a new value and assigning it instead.")]
    [InlineData("kprobe:f { «$x[1] = 2»; }", "invalid assignment target")]
    [InlineData("kprobe:f { (x=1, «x=2») }", "Named argument list already contains name: x")]
    [InlineData("begin { f(struct «task_struct»*); }", "expected ')'")]
    [InlineData("begin { offsetof(struct Foo, bar«-»>x); }", "expected ')'")]
    [InlineData("kprobe:f { import «x»; }", "expected string after 'import'")]
    [InlineData("import \"x\" «kprobe»:f { }", "expected ';' after import")]
    [InlineData("config = { a = 1 «b» = 2 } BEGIN { }", "expected ';'")]
    [InlineData("config = { a = «;» } BEGIN { }", "expected string, int, boolean, or ident")]
    [InlineData("config = { «5» = 1 } BEGIN { }", "expected config key")]
    [InlineData("config = { } «config» = { } BEGIN { }", "duplicate config block")]
    [InlineData("BEGIN { } «config» = { }", "config must appear before probes and functions")]
    [InlineData("BEGIN { } «import» \"x\";", "root imports must appear before probes and functions")]
    [InlineData("BEGIN { } «struct S { int x; };» END { }", "C definitions must appear before probes and functions")]
    [InlineData("«let» $x = 1;", "root-level let statements need to be map declarations, e.g. let @a = hash(2);")]
    [InlineData("let @a = «5»;", "expected map type name")]
    [InlineData("let @a = hash(«x»);", "expected positive integer for map declaration max entries")]
    [InlineData("macro «(»a) { }", "expected macro name")]
    [InlineData("macro m(«5») { }", "expected macro argument ($var, @map, or identifier)")]
    [InlineData("macro m(«pid») { }", "builtin 'pid' can't be used as a macro argument")]
    [InlineData("fn f(«x» : int64) : int64 { }", "expected variable in function argument")]
    [InlineData("fn f($x : int64) «{» }", "expected ':'")]
    [InlineData("struct S { int x; } __attribute__ «x» BEGIN { }", "__attribute__ syntax error, expected '(('")]
    public void The_message_and_the_place_are_bpftraces(string text, string message) => AnnotatedText.AssertSyntaxError(text, message);

    [Theory]
    [InlineData("BEGIN { «/*» never closed }")]
    [InlineData("«/*»")]
    [InlineData("BEGIN { } «/*» x")]
    [InlineData("BEGIN «/*» { } ")]
    public void An_unterminated_comment_is_marked_where_it_begins(string text) =>
        AnnotatedText.AssertSyntaxError(text, "unterminated comment", DiagnosticIds.UnterminatedComment);

    [Theory]
    [InlineData("uprobe:«\"»/bin/x:f { }", "unterminated string", DiagnosticIds.UnterminatedString)]
    [InlineData("kprobe:f«\u001b»x { }", "unexpected character \\x1b in attach point", DiagnosticIds.InvalidCharacter)]
    [InlineData("kprobe:f { «\0» }", "unexpected character \\x00; this is not a script", DiagnosticIds.InvalidCharacter)]
    public void Text_that_is_no_script_is_pointed_at(string text, string message, string id) =>
        AnnotatedText.AssertSyntaxError(text, message, id);

    private const string Missing = "something is missing here; shells replace $x in double quotes: write programs in single quotes";

    [Theory]
    [InlineData("BEGIN { print('a'); }", "a string is in double quotes: \"text\"")]
    [InlineData("BEGIN { print(\u201Ca\u201D); }", "a string is in double quotes: \"text\"")]
    [InlineData("BEGIN { # why\n}", "a comment begins with //")]
    [InlineData("BEGIN { #include <linux/sched.h>\n}", "#include and #define stand before the probes")]
    [InlineData("BEGIN {  = 1; }", Missing)]
    [InlineData("BEGIN { printf(\"%d\", ); }", Missing)]
    [InlineData("BEGIN { @x = ; }", Missing)]
    [InlineData("BEGIN { @[comm, ] = 1; }", Missing)]
    [InlineData("BEGIN /pid == / { print(1); }", Missing)]
    [InlineData("{ print(1); }", "a block belongs to a probe: begin { ... }")]
    [InlineData("BEGIN /pid = 1/ { }", "to compare, write ==")]
    [InlineData("BEGIN { if (comm = \"x\") { } }", "to compare, write ==")]
    [InlineData("BEGIN { x = 1; }", "a variable begins with $, a map with @: $x = 1; @x = 1;")]
    [InlineData("BEGIN { let x = 1; }", "a variable begins with $: let $x = 1;")]
    [InlineData("BEGIN { printf \"x\"; }", "arguments are in parentheses: printf(\"text\")")]
    [InlineData("BEGIN { print(1); ", "a block is not closed: }")]
    [InlineData("BEGIN { for (i = 0; i < 5; i++) { } }", "a loop is for ($i : 0..10) { ... }, or for ($kv : @map) { ... }")]
    [InlineData("BEGIN { } #define A 1\n", null)]
    [InlineData("BEGIN { print(); ) }", null)]
    [InlineData("BEGIN { print(1)) }", null)]
    public void What_other_languages_have_gets_a_hint(string text, string? hint)
    {
        Diagnostic error = Assert.Single(Parser.Parse(new SourceText(text)).Diagnostics);
        Assert.Equal(hint, error.Hints.SingleOrDefault());
    }
}
