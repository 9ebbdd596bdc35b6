namespace BpfTrace.PowerShellTests.Examples;

/// <summary>What became of an example; written by run-examples.ps1.</summary>
internal sealed record ExampleResult
{
    public required string Id { get; init; }

    /// <summary><c>itself</c>, <c>stopped</c> as Stop-BpfTrace does, <c>hung</c>, or <c>died</c>: it took the process with it.</summary>
    public required string End { get; init; }

    public ExampleError[] Errors { get; init; } = [];

    public string[] Warnings { get; init; } = [];

    /// <summary>How many objects it wrote.</summary>
    public int Count { get; init; }

    /// <summary>What they look like.</summary>
    public string Shown { get; init; } = "";

    /// <summary>What it printed on the host rather than written: <c>-WhatIf</c>.</summary>
    public string HostText { get; init; } = "";

    /// <summary>Nothing is to be shown: it writes a file, or changes something.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>The files it wrote to that are not empty.</summary>
    public string[] Files { get; init; } = [];

    /// <summary>What is wrong with it, or null.</summary>
    public string? Fault(Example example)
    {
        string[] expected = [.. example.DeclaredErrors.Order()];
        string[] unexpected = [.. Errors.Where(e => !expected.Contains(e.Id)).Select(static e => $"{e.Id}: {e.Text}")];
        string[] missing = [.. expected.Where(id => !Errors.Any(e => e.Id == id))];
        return End is "hung" or "died" ? $"it {End}"
            : unexpected.Length > 0 ? "errors: " + string.Join('\n', unexpected)
            : missing.Length > 0 ? "it did not write the error " + string.Join(", ", missing)
            : !IsQuiet && Count == 0 && HostText.Length == 0 && expected.Length == 0 ? "it showed nothing"
            : example.MadeFiles.Except(Files).ToArray() is { Length: > 0 } files ? "it did not make " + string.Join(", ", files)
            : null;
    }
}

/// <summary>An error record an example wrote.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its message.</param>
internal sealed record ExampleError(string Id, string Text);
