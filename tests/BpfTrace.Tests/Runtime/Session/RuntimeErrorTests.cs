using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Runtime.Session;

public class RuntimeErrorTests
{
    private static string Describe(RuntimeErrorKind kind, string? helper, int code)
    {
        var site = new OutputSite { Id = 0, Kind = OutputKind.RuntimeError, Span = new TextSpan(8, 4), RuntimeError = kind, Helper = helper };
        Diagnostic diagnostic = RuntimeErrors.Describe(new SourceText("BEGIN { @a = 1 }"), site, code);
        Assert.Equal(DiagnosticSeverity.Warning, diagnostic.Severity);
        Assert.Equal("stdin:1:9-13", diagnostic.Location.ToString());
        return diagnostic.Message;
    }

    [Theory]
    [InlineData("map_update_elem", -7, "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`")]
    [InlineData("map_delete_elem", -2, "Can't delete map element because it does not exist.")]
    [InlineData("map_lookup_elem", 0, "Can't lookup map element because it does not exist.")]
    [InlineData("probe_read_user", -14, "Bad address")]
    public void Helper_errors_are_bpftraces_words(string helper, int code, string message) =>
        Assert.Equal($"{message}\nAdditional Info - helper: {helper}, retcode: {code}", Describe(RuntimeErrorKind.HelperFailed, helper, code));

    [Fact]
    public void Other_errors_are_bpftraces_words()
    {
        Assert.Equal("Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.", Describe(RuntimeErrorKind.DivideByZero, null, 0));
        Assert.Equal("Array access out of bounds. This can lead to unexpected results.", Describe(RuntimeErrorKind.IndexOutOfBounds, null, 0));
    }

    [Theory]
    [InlineData(RuntimeErrorKind.DivideByZero, null, 0, "$n != 0")]
    [InlineData(RuntimeErrorKind.IndexOutOfBounds, null, 0, "length")]
    [InlineData(RuntimeErrorKind.LoopLimit, null, 0, "Loops in one another")]
    [InlineData(RuntimeErrorKind.NoUnwindTable, null, 0, "-DwarfProcessId")]
    [InlineData(RuntimeErrorKind.HelperFailed, "loop", -7, "Loops in one another")]
    [InlineData(RuntimeErrorKind.HelperFailed, "map_delete_elem", -2, "has_key")]
    [InlineData(RuntimeErrorKind.HelperFailed, "map_lookup_percpu_elem", 0, "has_key")]
    [InlineData(RuntimeErrorKind.HelperFailed, "probe_read_kernel", -14, "pointer")]
    [InlineData(RuntimeErrorKind.HelperFailed, "map_update_elem", -7, null)]
    [InlineData(RuntimeErrorKind.HelperFailed, "get_stackid", -17, null)]
    public void Each_error_has_the_step_that_its_own_words_do_not_say(RuntimeErrorKind kind, string? helper, int code, string? step)
    {
        var site = new OutputSite { Id = 0, Kind = OutputKind.RuntimeError, Span = new TextSpan(8, 4), RuntimeError = kind, Helper = helper };
        string[] steps = [.. RuntimeErrors.NextStep(site, code)];
        Assert.Equal(step is null ? 0 : 1, steps.Length);
        Assert.All(steps, s => Assert.Contains(step!, s, StringComparison.Ordinal));
    }
}
