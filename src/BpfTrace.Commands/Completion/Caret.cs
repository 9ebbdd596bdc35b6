using System.Management.Automation;
using System.Management.Automation.Language;

namespace BpfTrace.Commands.Completion;

/// <summary>
/// Where the cursor is in the text being completed. Completers of arguments are not told: they get the whole argument. It is an argument of the
/// function <c>TabExpansion2</c>, through which hosts complete, and so on the call stack.
/// </summary>
internal static class Caret
{
    /// <summary>The characters before the cursor; null where it is not known, as when a program completes without that function.</summary>
    public static int? Find()
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Utility\\Get-PSCallStack");
        try
        {
            foreach (PSObject result in shell.Invoke())
            {
                if (result.BaseObject is not CallStackFrame { InvocationInfo: { } call } || !call.MyCommand.Name.Equals("TabExpansion2", StringComparison.OrdinalIgnoreCase))
                    continue;
                if (call.BoundParameters.TryGetValue("positionOfCursor", out object? position))
                    return (position as IScriptPosition)?.Offset;
                return call.BoundParameters.TryGetValue("cursorColumn", out object? column) && column is int offset ? offset : null;
            }
        }
        catch (RuntimeException)
        {
            return null; // a runspace without that command: the cursor is taken to be at the end
        }

        return null;
    }
}
