using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Fuzz.Checks;

/// <summary>Parses, prints, parses again, binds: what every program has to get through, or be told of where it fails.</summary>
internal sealed class LanguageCheck(IKernelCatalog catalog)
{
    private const int PrintedShare = 3;

    /// <summary>Errors about the script as a whole, or its surroundings: they may have no place in it.</summary>
    private static readonly HashSet<string> s_unlocated = new(StringComparer.Ordinal) { "InvalidConfig" };

    /// <summary>The program of the last check, when it bound.</summary>
    public BoundProgram? Bound { get; private set; }

    public CheckResult Check(string text)
    {
        Bound = null;
        var source = new SourceText(text);
        string stage = "parse";
        try
        {
            ParseResult parsed = Parser.Parse(source);
            if (parsed.Success == parsed.Diagnostics.Any(static d => d.IsError))
                return new CheckResult(Outcome.NotParsed, new Finding("parse: success and diagnostics disagree", ""));
            if (CheckDiagnostics(parsed.Diagnostics, "parse") is { } wrong)
                return new CheckResult(Outcome.NotParsed, wrong);
            if (!parsed.Success)
                return new CheckResult(Outcome.NotParsed, null, parsed.Diagnostics[0].Message);
            stage = "print";
            // Printing and parsing again costs more than all the rest.
            if (text.Length % PrintedShare == 0 && CheckPrinting(parsed.Root) is { } misprint)
                return new CheckResult(Outcome.NotParsed, misprint);

            stage = "bind";
            BindResult bound = Binder.Bind(parsed.Root, source, catalog, new BindOptions { AllowUnsafe = true, Arguments = ["7", "text"] });
            if (bound.Success == bound.Diagnostics.Any(static d => d.IsError))
                return new CheckResult(Outcome.NotBound, new Finding("bind: success and diagnostics disagree", ""));
            Bound = bound.Program;
            stage = "render";
            Finding? unlocated = CheckDiagnostics(bound.Diagnostics, "bind");
            return new CheckResult(bound.Success ? Outcome.Bound : Outcome.NotBound, unlocated, bound.Diagnostics.FirstOrDefault(static d => d.IsError)?.Message);
        }
        catch (Exception exception)
        {
            return new CheckResult(Outcome.NotParsed, Finding.Of(stage, exception));
        }
    }

    /// <summary>Every error has a place, every place is in its text, everything can be printed and says something.</summary>
    public static Finding? CheckDiagnostics(ImmutableArray<Diagnostic> diagnostics, string stage)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (diagnostic.Message.Contains("do not settle", StringComparison.Ordinal))
                return new Finding($"{stage}: types do not settle", diagnostic.ToString());
            if (diagnostic.Message.Length == 0)
                return new Finding($"{stage}: {diagnostic.Id} without a message", "");
            if (diagnostic.Location is null && !s_unlocated.Contains(diagnostic.Id))
                return new Finding($"{stage}: {diagnostic.Id} without a place", diagnostic.ToString());
            if (diagnostic.Location is { } location && IsOutside(location))
                return new Finding($"{stage}: {diagnostic.Id} outside of its text", $"{diagnostic} {location.Span}");
            foreach (DiagnosticNote note in diagnostic.Notes)
            {
                if (IsOutside(note.Location))
                    return new Finding($"{stage}: note of {diagnostic.Id} outside of its text", $"{diagnostic} {note.Location.Span}");
            }
        }

        string rendered = DiagnosticRenderer.Render(diagnostics);
        return rendered.Contains('\u001b', StringComparison.Ordinal) ? new Finding($"{stage}: a diagnostic shows an escape", rendered) : null;
    }

    private static bool IsOutside(TextLocation location) =>
        location.Span.Start < 0 || location.Span.Length < 0 || location.Span.End > location.Source.Length;

    /// <summary>The printed program and the formatted one parse to the same tree; formatting again changes nothing and loses no comment.</summary>
    private static Finding? CheckPrinting(ProgramSyntax root)
    {
        if (Reparse("print", root, SyntaxPrinter.Print(root), out _) is { } misprint)
            return misprint;
        string formatted = SyntaxPrinter.Format(root);
        if (Reparse("format", root, formatted, out ProgramSyntax? again) is { } misformat)
            return misformat;
        if (again is null)
            return null;
        if (again.Comments.Length != root.Comments.Length)
            return new Finding("format: comments lost or made", $"{root.Comments.Length} / {again.Comments.Length}\n{formatted}");
        string twice = SyntaxPrinter.Format(again);
        return twice == formatted ? null : new Finding("format: formatting again changes it", $"--- once\n{formatted}\n--- twice\n{twice}");
    }

    private static Finding? Reparse(string stage, ProgramSyntax root, string printed, out ProgramSyntax? tree)
    {
        tree = null;
        ParseResult again = Parser.Parse(new SourceText(printed));
        // Every operand gets parentheses: what nests nearly as deep as allowed nests deeper then.
        if (again.Diagnostics.Any(static d => d.Id == DiagnosticIds.NestingTooDeep))
            return null;
        if (!again.Success)
            return new Finding(stage + ": what was printed does not parse", DiagnosticRenderer.Render(again.Diagnostics) + printed);
        tree = again.Root;
        if (TreeComparer.Difference(root, again.Root) is not { } difference)
            return null;
        string kind = difference[..difference.IndexOf(':', StringComparison.Ordinal)];
        kind = kind[(kind.LastIndexOf('.') + 1)..].TrimEnd(']', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '[');
        return new Finding($"{stage}: another tree at {kind}", difference + "\n" + printed);
    }
}
