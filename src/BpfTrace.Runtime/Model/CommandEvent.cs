namespace BpfTrace;

/// <summary>What a command of <c>system()</c> wrote.</summary>
public sealed class CommandEvent : TraceEvent
{
    /// <summary>An event of a command that has ended.</summary>
    /// <param name="command">The command, as the shell got it.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="text">What it wrote to standard output and standard error.</param>
    public CommandEvent(string command, int exitCode, string text)
    {
        Command = command;
        ExitCode = exitCode;
        Text = text;
    }

    /// <summary>The command, as the shell got it.</summary>
    public string Command { get; }

    /// <summary>Its exit code; 128 and the signal's number where a signal ended it.</summary>
    public int ExitCode { get; }

    /// <inheritdoc/>
    public override string Text { get; }
}
