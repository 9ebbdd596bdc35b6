using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;

namespace BpfTrace.Commands;

/// <summary>Says what this kernel and this user can do for a trace, and what is missing. Needs no privilege.</summary>
[Cmdlet(VerbsCommon.Get, "BpfCapability")]
[OutputType(typeof(TraceCapability))]
public sealed class GetBpfCapabilityCommand : BpfCommandBase
{
    /// <summary>The capabilities' names; all by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CapabilityNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Only these kinds of capability.</summary>
    [Parameter]
    [ValidateNotNull]
    public CapabilityCategory[] Category { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name) && !TraceCapabilities.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                WriteError(Failure.Record(
                    new ItemNotFoundException($"There is no capability '{name}'."), "CapabilityNotFound", ErrorCategory.ObjectNotFound, name));
            }
        }

        foreach (TraceCapability capability in TraceCapabilities.Find(IsWanted))
        {
            if (Stopping)
            {
                return;
            }

            WriteObject(capability);
        }
    }

    private bool IsWanted(string name, CapabilityCategory category) =>
        (Category.Length == 0 || Category.Contains(category)) && Wildcards.MatchesAny(Name, name);
}
