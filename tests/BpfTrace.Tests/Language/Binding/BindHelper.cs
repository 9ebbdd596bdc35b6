using BpfTrace.Bpf.Btf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Binding;

internal static class BindHelper
{
    private static readonly Lazy<BtfFile?> s_kernelTypes = new(static () => File.Exists("/sys/kernel/btf/vmlinux") ? BtfFile.Open("/sys/kernel/btf/vmlinux") : null);

    /// <summary>The running kernel's types; null where it has none.</summary>
    public static BtfFile? KernelTypes => s_kernelTypes.Value;

    public static BindResult Bind(string script, BindOptions? options = null, FakeKernelCatalog? catalog = null)
    {
        var source = new SourceText(script);
        ParseResult parsed = Parser.Parse(source);
        Assert.True(parsed.Success, DiagnosticRenderer.Render(parsed.Diagnostics));
        return Binder.Bind(parsed.Root, source, catalog ?? new FakeKernelCatalog(), options ?? new BindOptions());
    }

    public static BoundProgram Program(string script, BindOptions? options = null, FakeKernelCatalog? catalog = null)
    {
        BindResult result = Bind(script, options, catalog);
        Assert.True(result.Program is not null, DiagnosticRenderer.Render(result.Diagnostics));
        return result.Program;
    }

    /// <summary>
    /// Binds a script whose erroneous part is between <c>«</c> and <c>»</c>, and checks that the diagnostic is there.
    /// </summary>
    public static void AssertDiagnostic(string marked, DiagnosticSeverity severity, string id, string message, BindOptions? options = null)
    {
        int start = marked.IndexOf('«', StringComparison.Ordinal), end = marked.IndexOf('»', StringComparison.Ordinal) - 1;
        string script = marked.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal);
        BindResult result = Bind(script, options);
        Diagnostic found = Assert.Single(result.Diagnostics, d => d.Severity == severity && d.Message == message);
        Assert.Equal(id, found.Id);
        Assert.Equal(TextSpan.FromBounds(start, end), found.Location!.Value.Span);
        Assert.Equal(severity == DiagnosticSeverity.Error, result.Program is null);
    }
}
