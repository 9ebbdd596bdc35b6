using System.Management.Automation;
using BpfTrace.Formatting;

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
            ErrorDetails = new ErrorDetails(ConsoleEscape.Escape(what)) { RecommendedAction = nextStep },
        };
    }
}
