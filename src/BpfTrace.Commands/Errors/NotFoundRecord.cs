using System.Management.Automation;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Commands.Errors;

/// <summary>Errors for what was asked for by its name and is not there.</summary>
internal static class NotFoundRecord
{
    /// <summary>The record. PowerShell shows what is not there and the recommended action; the exception's message is both.</summary>
    /// <param name="what">What is not there, a sentence.</param>
    /// <param name="nextStep">How to see what there is, a sentence.</param>
    /// <param name="id">The error's id.</param>
    /// <param name="target">What was asked for.</param>
    public static System.Management.Automation.ErrorRecord Create(string what, string nextStep, string id, object target)
    {
        return new(new ItemNotFoundException(what + " " + nextStep), id, ErrorCategory.ObjectNotFound, target)
        {
            ErrorDetails = new ErrorDetails(ConsoleEscape.Escape(what)) { RecommendedAction = ConsoleEscape.Escape(nextStep) },
        };
    }

    /// <summary>A sentence with the name that was probably meant, and a space; empty where none is near.</summary>
    /// <param name="name">What was asked for.</param>
    /// <param name="names">The names there are.</param>
    public static string Nearest(string name, IEnumerable<string> names) =>
        Suggestions.Closest(name, names) is { } near ? $"Did you mean '{near}'? " : "";
}
