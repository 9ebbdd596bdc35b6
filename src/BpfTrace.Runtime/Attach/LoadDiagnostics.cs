using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Turns refusals of the kernel into diagnostics at the place in the script they belong to.</summary>
internal static class LoadDiagnostics
{
    /// <summary>An error at a probe.</summary>
    public static Diagnostic Of(BoundProgram program, BoundProbe probe, string id, string message) =>
        new(id, DiagnosticSeverity.Error, message, new TextLocation(program.Source, probe.Span));

    /// <summary>An error that no place in the script is to blame for.</summary>
    public static TraceStartException Exception(string id, string message, IEnumerable<Diagnostic>? before = null) =>
        new([.. before ?? [], new Diagnostic(id, DiagnosticSeverity.Error, message, null)]);

    /// <summary>The maps could not be made.</summary>
    public static TraceStartException Loading(BpfException exception) =>
        new([new Diagnostic(IdOf(exception), DiagnosticSeverity.Error, exception.Message, null)], exception);

    /// <summary>A program was refused.</summary>
    public static Diagnostic Refused(BoundProgram program, BoundProbe probe, BpfException exception)
    {
        if (exception is not VerifierException verifier)
            return Of(program, probe, IdOf(exception), exception.Message);
        TextLocation place = Find(program.Source, verifier.Position) ?? new TextLocation(program.Source, probe.Span);
        return new Diagnostic(SessionDiagnosticIds.VerifierRejected, DiagnosticSeverity.Error, verifier.Message, place)
        {
            Hints = ["the verifier's whole log is shown with -d verifier"],
        };
    }

    private static string IdOf(BpfException exception) =>
        exception.IsPermissionDenied ? SessionDiagnosticIds.MissingPrivilege : SessionDiagnosticIds.LoadFailed;

    /// <summary>The text from a place to the end of its statement or line: line information has no end.</summary>
    private static TextLocation? Find(SourceText source, ProgramSourcePosition? position)
    {
        if (position is null || position.Line < 1 || position.Line > source.LineCount)
            return null;
        string line = source.GetLine(position.Line);
        int column = Math.Clamp(position.Column - 1, 0, line.Length);
        if (position.Column == 0)
            column = line.Length - line.AsSpan().TrimStart().Length;
        int end = line.IndexOf(';', column);
        int length = Math.Max(1, (end < 0 ? line.AsSpan().TrimEnd().Length : end) - column);
        return new TextLocation(source, new TextSpan(source.LineStarts[position.Line - 1] + column, length));
    }
}
