using System.Collections;
using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

/// <summary>
/// Collects the diagnostics of a phase. One method per message (<c>ReportXxx</c>), one partial file per phase: all
/// wording of a phase is in one place.
/// </summary>
#pragma warning disable CA1710 // "Bag" is what compilers call it; "Collection" would say less
public sealed partial class DiagnosticBag : IReadOnlyCollection<Diagnostic>
#pragma warning restore CA1710
{
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>How many diagnostics there are.</summary>
    public int Count => _diagnostics.Count;

    /// <summary>Whether an error was reported.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Adds a diagnostic.</summary>
    public Diagnostic Add(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        _diagnostics.Add(diagnostic);
        HasErrors |= diagnostic.IsError;
        return diagnostic;
    }

    /// <summary>Adds several diagnostics.</summary>
    public void AddRange(IEnumerable<Diagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        foreach (Diagnostic diagnostic in diagnostics)
            Add(diagnostic);
    }

    /// <summary>Adds an error; for the ReportXxx methods.</summary>
    internal Diagnostic Error(string id, TextLocation? location, string message, params ReadOnlySpan<string> hints) =>
        Add(new Diagnostic(id, DiagnosticSeverity.Error, message, location) { Hints = hints.ToImmutableArray() });

    /// <summary>Adds a warning; for the ReportXxx methods.</summary>
    internal Diagnostic Warning(string id, TextLocation? location, string message, params ReadOnlySpan<string> hints) =>
        Add(new Diagnostic(id, DiagnosticSeverity.Warning, message, location) { Hints = hints.ToImmutableArray() });

    /// <summary>Adds an error about something the machine lacks; for the ReportXxx methods.</summary>
    internal Diagnostic Lack(string id, TextLocation? location, string message, params ReadOnlySpan<string> hints) =>
        Add(new Diagnostic(id, DiagnosticSeverity.Error, message, location) { Hints = hints.ToImmutableArray(), IsLack = true });

    /// <summary>The diagnostic at an index, in the order they were reported.</summary>
    internal Diagnostic this[int index] => _diagnostics[index];

    /// <summary>What was collected, in the order it was reported.</summary>
    public ImmutableArray<Diagnostic> ToImmutableArray() => [.. _diagnostics];

    /// <inheritdoc/>
    public IEnumerator<Diagnostic> GetEnumerator() => _diagnostics.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
