using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

public class AttachPointTests
{
    [Theory]
    [InlineData("BEGIN", "BEGIN")]
    [InlineData("end", "end")]
    [InlineData("kprobe:vfs_read", "kprobe|vfs_read")]
    [InlineData("k:vfs_*", "k|vfs_*")]
    [InlineData("kprobe:fn+0x10", "kprobe|fn+0x10")]
    [InlineData("kprobe:module:fn", "kprobe|module|fn")]
    [InlineData("kprobe:0xffffffff81000000", "kprobe|0xffffffff81000000")]
    [InlineData("uprobe:/bin/bash:readline", "uprobe|/bin/bash|readline")]
    [InlineData("uprobe:./bin:main", "uprobe|./bin|main")]
    [InlineData("uprobe:\"/path with:colon\":\"fn(int, char*)\"", "uprobe|/path with:colon|fn(int, char*)")]
    [InlineData("uprobe:\"/a\\\"b\":fn", "uprobe|/a\"b|fn")]
    [InlineData("uprobe:/bin/x:cpp:\"ns::f(int)\"", "uprobe|/bin/x|cpp|ns::f(int)")]
    [InlineData("uprobe:/bin/x@file.c:12", "uprobe|/bin/x|@|file.c|12")]
    [InlineData("usdt:*:provider:name", "usdt|*|provider|name")]
    [InlineData("tracepoint:syscalls:sys_enter_[ab]*", "tracepoint|syscalls|sys_enter_[ab]*")]
    [InlineData("profile:hz:99", "profile|hz|99")]
    [InlineData("interval:1s", "interval|1s")]
    [InlineData("software:faults:", "software|faults|")]
    [InlineData("watchpoint:0x1000:8:rw", "watchpoint|0x1000|8|rw")]
    [InlineData("iter:task:pin", "iter|task|pin")]
    [InlineData("iter:task:/sys/fs/bpf/pin", "iter|task|/sys/fs/bpf/pin")]
    [InlineData("fentry:bpf:12:prog", "fentry|bpf|12|prog")]
    [InlineData("self:signal:SIGUSR1", "self|signal|SIGUSR1")]
    [InlineData("*ware:*", "*ware|*")]
    [InlineData("uprobe:/größe:f", "uprobe|/größe|f")]
    public void An_attach_point_splits_into_parts(string text, string parts)
    {
        AttachPointSyntax attachPoint = ParseAssert.AttachPoint(text);
        Assert.Equal(text, attachPoint.Text);
        Assert.Equal(parts, string.Join('|', attachPoint.Parts.Select(static part => part.Text)));
        Assert.Null(attachPoint.UserName);
        Assert.Equal(new TextSpan(0, text.Length), attachPoint.Span);
    }

    [Fact]
    public void Each_part_knows_where_it_is()
    {
        const string Text = "uprobe:\"/a b\":f*";
        AttachPointSyntax attachPoint = ParseAssert.AttachPoint(Text);
        Assert.Equal(["uprobe", "\"/a b\"", "f*"], attachPoint.Parts.Select(static part => Text.Substring(part.Span.Start, part.Span.Length)));
        Assert.Equal([false, true, false], attachPoint.Parts.Select(static part => part.IsQuoted));
        Assert.Equal([false, false, true], attachPoint.Parts.Select(static part => part.HasWildcard));
    }

    [Fact]
    public void A_name_before_an_equals_sign_is_split_off()
    {
        AttachPointSyntax attachPoint = ParseAssert.AttachPoint("mine=kprobe:f");
        Assert.Equal("mine", attachPoint.UserName);
        Assert.Equal("kprobe", attachPoint.Provider.Text);
    }

    [Theory]
    [InlineData("kprobe:a, kprobe:b { }", 2)]
    [InlineData("kprobe:a,kprobe:b, { }", 2)]
    [InlineData("tracepoint:a:b,\ntracepoint:c:d\n{ }", 2)]
    [InlineData("kprobe:a,\n// why\nkprobe:b,/* and */kprobe:c /pid == 1/ { }", 3)]
    public void Several_attach_points_share_a_body(string text, int count) =>
        Assert.Equal(count, Assert.Single(ParseAssert.Program(text).Probes).AttachPoints.Length);

    [Theory]
    [InlineData("BEGIN/pid == 1/{ }", "BEGIN")]
    [InlineData("kprobe:f /pid == 1/ { }", "kprobe:f")]
    [InlineData("uprobe:/bin/sh:f\n/pid == 1/\n{ }", "uprobe:/bin/sh:f")]
    [InlineData("BEGIN /* c */ / 4 / 2 == pid / /* c */ { }", "BEGIN")]
    public void A_predicate_is_told_from_a_path_and_a_division(string text, string attachPoint)
    {
        ProbeSyntax probe = Assert.Single(ParseAssert.Program(text).Probes);
        Assert.Equal(attachPoint, Assert.Single(probe.AttachPoints).Text);
        Assert.NotNull(probe.Predicate);
        Assert.IsType<BinaryExpressionSyntax>(probe.Predicate.Condition);
        string predicate = text.Substring(probe.Predicate.Span.Start, probe.Predicate.Span.Length);
        Assert.True(predicate is ['/', .., '/'], predicate);
    }

    [Theory]
    [InlineData("uprobe:$1:$2", "uprobe|/bin/sh|main")]
    [InlineData("uprobe:$1x:f", "uprobe|/bin/shx|f")]
    [InlineData("uprobe:$3", "uprobe|/lib:libc|x")]
    [InlineData("usdt:\"$1\":a", "usdt|$1|a")]
    [InlineData("kprobe:$9", "kprobe|")]
    public void Positional_parameters_are_put_in_like_script_text(string text, string parts)
    {
        AttachPointSyntax attachPoint = ParseAssert.AttachPoint(text);
        var diagnostics = new DiagnosticBag();
        AttachPointSyntax? expanded = AttachPointParts.Expand(
            attachPoint, ["/bin/sh", "main", "\"/lib:libc\":x"], new SourceText(text), diagnostics);
        Assert.Equal(parts, string.Join('|', expanded!.Parts.Select(static part => part.Text)));
        Assert.Empty(diagnostics);
    }

    [Theory]
    [InlineData("uprobe:/bin/bash:$0", "invalid trailing character for positional param: 0. Try quoting this entire part if this is intentional e.g. \"$0\".")]
    [InlineData("uprobe:/bin/bash:$a", "invalid trailing character for positional param: a. Try quoting this entire part if this is intentional e.g. \"$a\".")]
    [InlineData("uprobe:f:$999999999999999999999999", "positional parameter is not valid: overflow error, maximum value is 18446744073709551615: 999999999999999999999999")]
    public void A_malformed_parameter_is_an_error(string text, string message)
    {
        AttachPointSyntax attachPoint = ParseAssert.AttachPoint(text);
        var diagnostics = new DiagnosticBag();
        Assert.Null(AttachPointParts.Expand(attachPoint, [], new SourceText(text), diagnostics));
        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal(message, diagnostic.Message);
        Assert.Equal(DiagnosticIds.InvalidAttachPointParameter, diagnostic.Id);
        Assert.Equal(attachPoint.Span, diagnostic.Location!.Value.Span);
    }
}
