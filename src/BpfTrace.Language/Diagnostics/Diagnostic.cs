using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

/// <summary>How bad a diagnostic is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>The script cannot run.</summary>
    Error,

    /// <summary>The script runs; its author should know.</summary>
    Warning,
}

/// <summary>What a <see cref="DiagnosticNote"/> adds.</summary>
public enum DiagnosticNoteKind
{
    /// <summary>Another place that matters ("this is the other instance"); printed before the hints.</summary>
    Related,

    /// <summary>Where the text at the location came from ("expanded from"); printed after the hints.</summary>
    ExpandedFrom,
}

/// <summary>How much of a diagnostic's place the printed form shows.</summary>
public enum DiagnosticDisplay
{
    /// <summary>The place before the message, the script's lines after it.</summary>
    Full,

    /// <summary>The place before the message.</summary>
    PlaceOnly,

    /// <summary>Nothing: the message is about the script, or its surroundings, as a whole.</summary>
    MessageOnly,
}

/// <summary>A second place that belongs to a diagnostic.</summary>
/// <param name="Message">What is said about it.</param>
/// <param name="Location">The place.</param>
/// <param name="Kind">Where it is printed.</param>
public sealed record DiagnosticNote(string Message, TextLocation Location, DiagnosticNoteKind Kind = DiagnosticNoteKind.Related);

/// <summary>A message about a script, as a value.</summary>
/// <param name="Id">Stable PascalCase identifier from <see cref="DiagnosticIds"/>.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="Message">The message, without location and severity.</param>
/// <param name="Location">Where; null only where no script text can be meant (a missing file).</param>
public sealed record Diagnostic(string Id, DiagnosticSeverity Severity, string Message, TextLocation? Location)
{
    /// <summary>Advice, printed one per <c>HINT:</c> line.</summary>
    public ImmutableArray<string> Hints { get; init; } = [];

    /// <summary>Further places.</summary>
    public ImmutableArray<DiagnosticNote> Notes { get; init; } = [];

    /// <summary>Lines of raw material, printed below everything else as they are: the end of the verifier's log.</summary>
    public ImmutableArray<string> Details { get; init; } = [];

    /// <summary>How much of the place is printed; bpftrace differs by message.</summary>
    public DiagnosticDisplay Display { get; init; }

    /// <summary>
    /// Whether the running kernel, or a traced binary, lacks what the script asks for: the script may be right elsewhere. A misspelt name of
    /// the kernel's cannot be told from one of another version.
    /// </summary>
    public bool IsLack { get; init; }

    /// <summary>Whether bpftrace says so only when it attaches, to a script that is right as far as it has looked by then: another exit status.</summary>
    public bool IsOfAttaching { get; init; }

    /// <summary>Whether this is an error.</summary>
    public bool IsError => Severity == DiagnosticSeverity.Error;

    /// <summary>The first line of its printed form.</summary>
    public override string ToString()
    {
        string severity = IsError ? "ERROR" : "WARNING";
        return Location is { } location && Display != DiagnosticDisplay.MessageOnly ? $"{location}: {severity}: {Message}" : $"{severity}: {Message}";
    }
}
