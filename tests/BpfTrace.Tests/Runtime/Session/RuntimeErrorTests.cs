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
}
