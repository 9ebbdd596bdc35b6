using System.Collections.Immutable;
using System.Reflection;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Tests.Language.Diagnostics;

/// <summary>What an author is told, word for word: the files in Cases. Each case lists all of its diagnostics, so that cascades show.</summary>
public class DiagnosticCorpusTests
{
    // What no short script can show: a binary with broken debug information, macros that expand to thousands, a C file, another processor. Their tests are with those parts.
    private static readonly string[] s_needMoreThanAScript =
        [DiagnosticIds.DebugInformationIncomplete, DiagnosticIds.MacroTooLarge, DiagnosticIds.ImportedC, DiagnosticIds.CFunctionNotCallable, DiagnosticIds.NotSupported];

    public static TheoryData<string> Names => [.. DiagnosticCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_script_gives_the_diagnostics_written_under_it(string name)
    {
        DiagnosticCase written = DiagnosticCase.All.Single(c => c.Name == name);
        Assert.Equal(written.Text, written.Annotate(written.Diagnose()));
    }

    [Fact]
    public void Every_id_has_a_case()
    {
        string[] ids = [.. typeof(DiagnosticIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];
        HashSet<string> seen = [.. DiagnosticCase.All.SelectMany(c => c.Diagnose()).Select(d => d.Id)];
        Assert.Empty(ids.Except(seen).Except(s_needMoreThanAScript));
    }

    [Fact]
    public void Ids_are_spelt_as_they_are_named()
    {
        foreach (FieldInfo field in typeof(DiagnosticIds).GetFields(BindingFlags.Public | BindingFlags.Static))
            Assert.Equal(field.Name, field.GetRawConstantValue());
    }

    [Fact]
    public void Every_place_lies_within_its_source()
    {
        foreach (DiagnosticCase written in DiagnosticCase.All)
        {
            ImmutableArray<Diagnostic> diagnostics = written.Diagnose();
            Assert.All(diagnostics, d => Assert.True(d.Location is not { } place || (place.Span.Start >= 0 && place.Span.End <= place.Source.Length && place.Span.Length >= 0), written.Name));
        }
    }
}
