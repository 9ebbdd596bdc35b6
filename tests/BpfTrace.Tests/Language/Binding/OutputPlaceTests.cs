using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Where messages come from, and how much of it is printed.</summary>
public class OutputPlaceTests
{
    [Fact]
    public void A_message_out_of_macros_knows_their_uses()
    {
        const string Script = "macro inner() { errorf(\"bad\"); } macro outer() { inner(); } begin { outer(); }";
        OutputSite site = Assert.Single(BindHelper.Program(Script).Sites, static s => s.Kind == OutputKind.Errorf);
        Assert.Equal(["inner()", "outer()"], site.ExpandedFrom!.Select(use => Script[use.Start..use.End]));
    }

    [Fact]
    public void Two_uses_of_a_macro_are_two_messages_but_one_event()
    {
        BoundProgram program = BindHelper.Program("macro m() { errorf(\"bad\"); printf(\"x\"); } begin { m(); m(); }");
        Assert.Equal(2, program.Sites.Count(static s => s.Kind == OutputKind.Errorf));
        Assert.Single(program.Sites, static s => s.Kind == OutputKind.Printf);
    }

    [Theory]
    [InlineData(DiagnosticDisplay.Full, "stdin:1:9-13: ERROR: no\nbegin { oops }\n        ~~~~\n")]
    [InlineData(DiagnosticDisplay.PlaceOnly, "stdin:1:9-13: ERROR: no\n")]
    [InlineData(DiagnosticDisplay.MessageOnly, "ERROR: no\n")]
    public void A_diagnostic_says_how_much_of_its_place_is_printed(DiagnosticDisplay display, string expected)
    {
        var location = new TextLocation(new SourceText("begin { oops }"), new TextSpan(8, 4));
        Assert.Equal(expected, DiagnosticRenderer.Render(new Diagnostic("X", DiagnosticSeverity.Error, "no", location) { Display = display }));
    }

    [Fact]
    public void An_unstable_feature_is_said_once()
    {
        const string Script = "begin { @a = tseries(1, 1s, 5); @b = tseries(2, 1s, 5); }";
        Diagnostic warning = Assert.Single(BindHelper.Bind(Script).Diagnostics);
        Assert.Equal(DiagnosticIds.UnstableFeature, warning.Id);
        Assert.Equal(DiagnosticDisplay.MessageOnly, warning.Display);
        Assert.Empty(BindHelper.Bind("config = { unstable_tseries=enable } " + Script).Diagnostics);
        Assert.True(BindHelper.Bind("config = { unstable_tseries=error } " + Script).Diagnostics[0].IsError);
    }

    [Fact]
    public void A_text_of_a_structure_of_the_script_may_fill_its_array()
    {
        OutputSite site = Assert.Single(BindHelper.Program("struct F { char s[5]; int n; } begin { $f = (struct F *)0; printf(\"%s %d\", $f.s, $f.n); }").Sites);
        Assert.Equal(new StringType(6), site.ValueTypes[0]);
    }

    [Fact]
    public void A_time_series_can_take_its_time_from_a_map()
    {
        BoundProgram program = BindHelper.Program(
            "config = { unstable_tseries=enable } begin { @ts = (uint64)5; @a = tseries(1, 1s, 5); }", new BindOptions { TimeSeriesClockMap = "@ts" });
        BoundAggregate sample = Assert.Single(program.Probes[0].Body.Statements.OfType<BoundAggregate>());
        Assert.Equal("@ts", Assert.IsType<BoundMapValue>(sample.Time).Map.Name);
    }
}
