using System.Management.Automation;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Errors;

/// <summary>Error records for what is no mistake in a script: files, names, parameters.</summary>
internal static class Failure
{
    /// <summary>The record, with what to do about it; what is shown is harmless on a terminal, the exception's message is as it is.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="id">The error's id.</param>
    /// <param name="category">Its category.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="shown">What is shown; null for the exception's message.</param>
    public static System.Management.Automation.ErrorRecord Record(Exception exception, string id, ErrorCategory category, object? target, string? shown = null) =>
        new(exception, id, category, target)
        {
            ErrorDetails = new ErrorDetails(ConsoleEscape.Escape(shown ?? exception.Message)) { RecommendedAction = NextSteps.For(id) },
        };

    /// <summary>The same for the path of what is to be read, which stands for no file.</summary>
    public static System.Management.Automation.ErrorRecord NoFile(Exception exception, string id, string path) =>
        Record(exception, id, ErrorCategory.ObjectNotFound, path);
}
