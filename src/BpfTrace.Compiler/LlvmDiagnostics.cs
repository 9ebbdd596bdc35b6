using BpfTrace.Compiler.CodeGen;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Compiler;

/// <summary>What LLVM says, as diagnostics about the script.</summary>
internal static class LlvmDiagnostics
{
    /// <summary>The program needs more than the 512 bytes of BPF stack.</summary>
    public const string StackLimitExceeded = nameof(StackLimitExceeded);

    /// <summary>A program's values do not fit into its scratch frame.</summary>
    public const string FrameLimitExceeded = nameof(FrameLimitExceeded);

    /// <summary>LLVM cannot generate code for the program.</summary>
    public const string CodeGenerationFailed = nameof(CodeGenerationFailed);

    /// <summary>A program is larger than BPF's jumps reach.</summary>
    public const string ProgramTooLarge = nameof(ProgramTooLarge);

    /// <summary>The code generator has no way to do what the script asks for.</summary>
    public const string NotSupported = nameof(NotSupported);

    public static void Report(CompilationState state, IReadOnlyList<LlvmMessage> messages)
    {
        var seen = new HashSet<string>();
        foreach (LlvmMessage message in messages)
        {
            // The stack's size is an error of the program even where LLVM only warns of it.
            bool isStack = message.Text.Contains("stack limit", StringComparison.OrdinalIgnoreCase)
                || message.Text.Contains("stack size", StringComparison.OrdinalIgnoreCase);
            if (!message.IsError && !isStack)
                continue;
            BoundProbe? probe = ProbeOf(state, message.Text);
            string id = isStack ? StackLimitExceeded : CodeGenerationFailed;
            if (!seen.Add(id + "/" + probe?.Name))
                continue;
            string text = isStack
                ? StackLimit.Message
                : "LLVM cannot generate code for this probe: " + message.Text;
            var diagnostic = new Diagnostic(id, DiagnosticSeverity.Error, text, At(state, probe));
            state.Diagnostics.Add(isStack ? diagnostic with { Hints = [StackLimit.Hint] } : diagnostic);
        }
    }

    public static void ReportUnsupported(CompilationState state, UnsupportedException error) =>
        state.Diagnostics.Add(new Diagnostic(
            error.Id, DiagnosticSeverity.Error, error.Message, new TextLocation(state.Program.Source, error.Span))
        {
            Hints = error.Hint is null ? [] : [error.Hint],
        });

    public static void ReportFrame(CompilationState state, int limit) =>
        state.Diagnostics.Add(new Diagnostic(
            FrameLimitExceeded,
            DiagnosticSeverity.Error,
            $"The values of a probe take {state.LargeFrameSize} bytes; a program can hold {limit}",
            At(state, null))
        {
            Hints = ["A smaller max_strlen makes strings smaller."],
        });

    /// <summary>LLVM names the function: <c>… in function NAME i64 (ptr): …</c>. A loop's callback has its probe's name in front.</summary>
    private static BoundProbe? ProbeOf(CompilationState state, string text)
    {
        const string Marker = "in function ";
        int at = text.IndexOf(Marker, StringComparison.Ordinal);
        if (at < 0)
            return null;
        string rest = text[(at + Marker.Length)..];
        return state.Program.Probes
            .Where(probe => rest.StartsWith(probe.Name, StringComparison.Ordinal))
            .MaxBy(probe => probe.Name.Length);
    }

    private static TextLocation At(CompilationState state, BoundProbe? probe) =>
        new(state.Program.Source, (probe ?? state.Program.Probes[0]).Span);
}
