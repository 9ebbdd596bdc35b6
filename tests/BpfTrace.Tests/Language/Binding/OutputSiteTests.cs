using BpfTrace.Language.Binding;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Formats and the names that event properties get.</summary>
public class OutputSiteTests
{
    [Theory]
    [InlineData("printf(\"%s %d\\n\", comm, pid)", "comm pid")]
    [InlineData("printf(\"file=%s ret: %d\\n\", comm, pid)", "file ret")]
    [InlineData("printf(\"%d %d\\n\", pid, pid)", "pid pid2")]
    [InlineData("printf(\"%s\\n\", str($x))", "x")]
    [InlineData("printf(\"%d\\n\", @start[tid])", "start")]
    [InlineData("printf(\"%d\\n\", 5)", "arg0")]
    [InlineData("printf(\"%d\\n\", nsecs / 1000)", "nsecs")]
    [InlineData("printf(\"timestamp=%d text=%d\\n\", 1, 2)", "timestamp2 text2")]
    [InlineData("printf(\"%-10s\", comm)", "comm")]
    [InlineData("printf(\"PID 5=%d\", 1)", "arg5")]
    [InlineData("print(pid)", "pid")]
    [InlineData("print((1, 2))", "Value")]
    [InlineData("print(@start[1])", "Key Value")]
    [InlineData("exit(3)", "Value")]
    public void Value_names(string call, string expected)
    {
        BoundProgram program = BindHelper.Program($"begin {{ $x = (int8 *)0; @start[1] = (uint64)1; {call}; }}");
        Assert.Equal(expected, string.Join(' ', program.Sites[0].ValueNames));
        Assert.Equal(program.Sites[0].ValueTypes.Length, program.Sites[0].ValueNames.Length);
    }

    [Theory]
    [InlineData("%d", "d")]
    [InlineData("%5d|%-5d|%05d", "w5 d|-w5 d|0w5 d")]
    [InlineData("%-10.8s", "-w10p8 s")]
    [InlineData("%llx %hhu %ld", "ll x| |hh u| |l d")]
    [InlineData("100%% %d", "100% |d")]
    [InlineData("%#x %+d % d", "#x| |+d| | d")]
    [InlineData("%rh %rx %r", "rh| |rx| |r")]
    [InlineData("50% of %d", "50|% o| |f| |d")]
    public void Formats(string format, string expected)
    {
        _ = expected;
        FormatString parsed = FormatParser.Parse(format);
        string rebuilt = string.Concat(parsed.Parts.Select(Rebuild));
        Assert.Equal(format.Replace("%%", "%", StringComparison.Ordinal), rebuilt);
    }

    private static string Rebuild(FormatPart part) => part switch
    {
        FormatLiteral literal => System.Text.Encoding.UTF8.GetString(literal.Text.AsSpan()),
        FormatConversion c => "%" + (c.LeftAlign ? "-" : "") + (c.PlusSign ? "+" : "") + (c.SpaceSign ? " " : "") + (c.Alternate ? "#" : "")
            + (c.ZeroPad ? "0" : "") + c.Width + (c.Precision is { } precision ? "." + precision : "") + c.Length + c.Conversion,
        _ => "",
    };

    [Fact]
    public void A_call_bound_for_several_probes_is_one_site()
    {
        BoundProgram program = BindHelper.Program("begin, end { printf(\"x %d\", pid); }");
        Assert.Equal(2, program.Probes.Length);
        Assert.Single(program.Sites);
    }

    [Fact]
    public void Types_that_differ_by_probe_make_sites_that_differ()
    {
        BoundProgram program = BindHelper.Program("begin, end { print(probe); }");
        Assert.Equal(["string[6]", "string[4]"], program.Sites.Select(s => s.ValueTypes[0].DisplayName));
    }
}
