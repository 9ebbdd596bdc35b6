using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Cli;

/// <summary>Everything that is not output of the script: it goes to the standard error, after what was printed before it.</summary>
internal sealed class Messages
{
    private readonly OutputSink _output;
    private readonly OutputSink _error;
    private readonly bool _color;
    private readonly bool _withWarnings;
    private readonly bool _isQuiet;

    public Messages(OutputSink output, OutputSink error, bool withWarnings, bool isQuiet)
    {
        _output = output;
        _error = error;
        _withWarnings = withWarnings;
        _isQuiet = isQuiet;
        string? mode = Environment.GetEnvironmentVariable("BPFTRACE_COLOR");
        _color = mode switch
        {
            "always" => true,
            "never" => false,
            _ => output.IsTerminal && error.IsTerminal,
        };
        if (mode is not (null or "always" or "never" or "auto"))
            Warning($"Invalid env value! The valid values of `BPFTRACE_COLOR` are [auto|always|never]. The current value is {mode}!");
    }

    /// <summary>A line as it is.</summary>
    public void Line(string text)
    {
        _output.Flush();
        _error.Write(text + "\n");
    }

    public void Error(string message) => Line(_color ? $"\e[31mERROR: {message}\e[0m" : $"ERROR: {message}");

    public void Warning(string message)
    {
        if (_withWarnings)
            Line(_color ? $"\e[33mWARNING: {message}\e[0m" : $"WARNING: {message}");
    }

    /// <summary>Diagnostics of a compilation, errors first; warnings only where they are wanted.</summary>
    public void Diagnostics(IEnumerable<Diagnostic> diagnostics)
    {
        var shown = new List<Diagnostic>();
        foreach (Diagnostic diagnostic in diagnostics)
        {
            // bpftrace says that nothing is left of the script as output; that nothing could be attached is an error.
            if (diagnostic is { Id: DiagnosticIds.NoProbes, Location: not null })
                NoProbes(diagnostic.Message);
            else if (diagnostic.IsError || _withWarnings)
                shown.Add(diagnostic);
        }

        if (shown.Count == 0)
            return;
        _output.Flush();
        _error.Write(DiagnosticRenderer.Render(shown, _color));
    }

    private void NoProbes(string message)
    {
        if (!_isQuiet)
            _output.Write(message + "\n");
    }

    /// <summary>Something that happened while the trace ran.</summary>
    public void Runtime(Diagnostic diagnostic)
    {
        // bpftrace says this one without WARNING, and also where warnings are not wanted.
        bool isLoss = diagnostic.Id == SessionDiagnosticIds.LostEvents;
        if (!diagnostic.IsError && !_withWarnings && !isLoss)
            return;
        _output.Flush();
        if (isLoss)
            _error.Write(diagnostic.Message + "\n");
        else
            _error.Write(DiagnosticRenderer.Render(diagnostic, _color));
    }
}
