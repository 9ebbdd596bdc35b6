using BpfTrace.Language.Syntax;
using BpfTrace.Tests.Language.Syntax;

namespace BpfTrace.Tests.Language.Formatting;

public class FormatTests
{
    private static string Format(string text) => SyntaxPrinter.Format(ParseAssert.Program(text));

    private static void AssertFormatted(string expected, string text) => Assert.Equal(expected + "\n", Format(text));

    /// <summary>The lines of a probe's body.</summary>
    private static string Body(string statements)
    {
        string formatted = Format($"begin {{ {statements} }}");
        Assert.StartsWith("begin\n{\n", formatted, StringComparison.Ordinal);
        Assert.EndsWith("\n}\n", formatted, StringComparison.Ordinal);
        return string.Join('\n', formatted[8..^3].Split('\n').Select(static line => line.Length > 2 ? line[2..] : line));
    }

    [Fact]
    public void A_script_is_laid_out() => AssertFormatted(
        """
        #!/usr/bin/env bpftrace
        // what it does
        config = {
          max_map_keys = 10;
        }
        import "a.bt";

        let @m = lruhash(100);

        macro twice(x)
        {
          x * 2
        }

        kprobe:vfs_read,
        kprobe:vfs_write
        /pid == $1 && comm != "x"/
        {
          @m[tid] = twice(arg2);
          if (@m[tid] > 5) {
            delete(@m, tid);
          } else if @x {
            exit();
          } else {
            @x++;
          }
          while (@x) {
            break;
          }
          for $kv : @m {
            print($kv);
          }
        }
        end {}
        """.Replace("end {}", "end\n{}", StringComparison.Ordinal),
        """
        #!/usr/bin/env bpftrace
        // what it does
        config={max_map_keys=10} import "a.bt";


        let @m=lruhash(100)
        
        macro twice(x) { x*2 }

        kprobe:vfs_read,kprobe:vfs_write /pid==$1&&comm!="x"/{@m[tid]=twice(arg2);if(@m[tid]>5){delete(@m,tid)}
        else if @x {exit()}else{@x++} while(@x){break} for $kv:@m{print($kv)}}
        end{}
        """);

    [Theory]
    [InlineData("$a=1 ;$b  +=  2;", "$a = 1;\n$b += 2;")]
    [InlineData("let $x:uint16=-1; let $y; _=f( );", "let $x : uint16 = -1;\nlet $y;\n_ = f();")]
    [InlineData("$x = a+b*c-d; $y = (a+b)*c; $z = (a*b)+c;", "$x = a + b * c - d;\n$y = (a + b) * c;\n$z = (a * b) + c;")]
    [InlineData("$x = a - (b - c); $y = ((a)) + ((b));", "$x = a - (b - c);\n$y = a + b;")]
    [InlineData("$x = - -$y; $z = !!$x; $w = -(-$x);", "$x = -(-$y);\n$z = !!$x;\n$w = -(-$x);")]
    [InlineData("$x=c?a:b; $y = c?:b; $z = (a == b) ? 1 : (-1);", "$x = c ? a : b;\n$y = c ?: b;\n$z = (a == b) ? 1 : (-1);")]
    [InlineData("$x = if c {1} else {2}; $y = {f(); 3};", "$x = if c { 1 } else { 2 };\n$y = {\n  f();\n  3\n};")]
    [InlineData("unroll(5){ @++ } unroll $1 { @-- }", "unroll (5) {\n  @++;\n}\nunroll $1 {\n  @--;\n}")]
    [InlineData("for($i:0..10){ f($i) } for $i : 0..($n.x) { }", "for ($i : 0..10) {\n  f($i);\n}\nfor $i : 0..($n.x) {}")]
    [InlineData("print(args->x); print(args . x); print(@m [ 1 , 2 ]);", "print(args->x);\nprint(args.x);\nprint(@m[1, 2]);")]
    [InlineData("$x = (struct task_struct*)arg0; $y = (uint64) $x;", "$x = (struct task_struct*)arg0;\n$y = (uint64)$x;")]
    [InlineData("$x = (struct task_struct *)arg0;", "$x = (struct task_struct *)arg0;")]
    [InlineData("if ((*$p).x) { f() }", "if ((*$p).x) {\n  f();\n}")]
    [InlineData("if ((1, 2) == @x) { }", "if ((1, 2) == @x) {}")]
    [InlineData("$t = (1,); $r = (x = 1,y=\"é\\x01\"); $e = ();", "$t = (1,);\n$r = (x=1, y=\"é\\x01\");\n$e = ();")]
    [InlineData("if 1 { }; -1;", "if 1 {};\n-1;")]
    [InlineData("{ f(); } ++$x;", "{\n  f();\n}\n++$x;")]
    [InlineData("print(sizeof((int32))); print(sizeof((x[1])));", "print(sizeof((int32)));\nprint(sizeof((x[1])));")]
    [InlineData("print(1_000 + 0xFF + 10ms);", "print(1_000 + 0xFF + 10ms);")]
    public void Statements_are_spelled_as_written_and_spaced_alike(string statements, string formatted) => Assert.Equal(formatted, Body(statements));

    [Fact]
    public void A_value_of_a_macro_is_none_when_it_was_a_statement()
    {
        AssertFormatted("macro m()\n{\n  if 1 {\n    f();\n  };\n}", "macro m() { if 1 { f(); }; }");
        AssertFormatted("macro m()\n{\n  if 1 {\n    f();\n  } else {\n    2\n  }\n}", "macro m() { if 1 { f(); } else { 2 } }");
    }

    [Theory]
    [InlineData("begin / *$x == 1 / {}", "begin\n/ *$x == 1/\n{}")]
    [InlineData("begin / /* c */ 1 / {}", "begin\n/ /* c */ 1/\n{}")]
    [InlineData("begin /1 // c\n/ {}", "begin\n/1 // c\n/\n{}")]
    public void A_predicate_does_not_become_a_comment(string text, string formatted) => AssertFormatted(formatted, text);

    [Fact]
    public void A_call_that_is_too_long_keeps_its_format_alone_and_its_values_together() => Assert.Equal(
        """
        printf("%-12u %-7s %-16s %-6d %7d and some more text\n",
               elapsed, comm, @iocomm[arg0], @iopid[arg0], ($now - @start[arg0]) / 1e6);
        """,
        Body("printf(\"%-12u %-7s %-16s %-6d %7d and some more text\\n\", elapsed, comm, @iocomm[arg0], @iopid[arg0], ($now - @start[arg0]) / 1e6);"));

    [Fact]
    public void What_is_wider_than_a_line_gets_one() => Assert.Equal(
        $"printf(\n  \"{new string('x', 90)}\",\n  1\n);",
        Body($"printf(\"{new string('x', 90)}\", 1);"));

    [Fact]
    public void A_long_condition_breaks_after_an_operator() => Assert.Equal(
        """
        if (comm == "a name of some length" ||
            comm == "another name" || comm == "and a third of some length") {
          exit();
        }
        """,
        Body("if (comm == \"a name of some length\" || comm == \"another name\" || comm == \"and a third of some length\") { exit(); }"));

    [Fact]
    public void Empty_lines_become_one_and_none_at_a_blocks_edges() => AssertFormatted(
        "begin\n{\n  f();\n\n  // about g\n  g();\n}\n\nend\n{}\n// last",
        "\n\nbegin {\n\n\n f();\n\n\n// about g\n g();\n\n}\n\n\nend {\n\n}\n// last\n\n");

    [Fact]
    public void The_c_part_stays_as_it_is() => AssertFormatted(
        "// before\n#include  <linux/fs.h>\n\n\n/* between */\nstruct  s {int x;\t// a field\n} ; // behind\n\nbegin\n{}",
        "// before\n#include  <linux/fs.h>\n\n\n/* between */\nstruct  s {int x;\t// a field\n} ; // behind\n\nbegin { }");

    [Fact]
    public void Line_ends_are_line_feeds() => AssertFormatted(
        "struct s {\n int x;\n};\nbegin\n{\n  /* a\n     b */\n  f(); // c\n}",
        "struct s {\r\n int x;\r\n};\r\nbegin {\r\n/* a\r\n   b */\r\nf(); // c\r\n}\r\n");

    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n// c\n", "// c\n")]
    [InlineData("#!/usr/bin/bpftrace", "#!/usr/bin/bpftrace\n")]
    public void A_script_may_be_empty(string text, string formatted) => Assert.Equal(formatted, Format(text));

    [Fact]
    public void Comments_stay_where_they_are() => AssertFormatted(
        """
        /*
         * A licence.
         */

        // about the probe
        kprobe:f, // the first
        // the second
        kprobe:g // has a predicate
        /pid/ // so
        // and braces
        { // opened
          // about x
          $x = 1; // one
          /* inline */ $y = f(/* what */ 2, 3 /* how */); // two
          if ($x) { // then
            exit(); /* done */
          } else { // otherwise
            // nothing
          }
          printf("%d %d\n", // the format
                 // the first value
                 $x, $y);

          // the end
        }
        """,
        """
        /*
         * A licence.
         */

        // about the probe
        kprobe:f, // the first
        // the second
        kprobe:g // has a predicate
        /pid/ // so
        // and braces
        { // opened
            // about x
            $x = 1; // one
            /* inline */ $y = f(/* what */ 2, 3 /* how */); // two
            if ($x) // then
            { exit(); /* done */ }
            // otherwise
            else { // nothing
            }
            printf("%d %d\n", // the format
               // the first value
               $x, $y);

            // the end
        }
        """.Replace("else { // nothing\n    }", "else {\n// nothing\n    }", StringComparison.Ordinal));

    [Fact]
    public void A_long_comment_keeps_its_shape() => Assert.Equal(
        "/* one\n   two\n     three\n */\nf();",
        Body("\n      /* one\n         two\n           three\n       */ f();"));
}
