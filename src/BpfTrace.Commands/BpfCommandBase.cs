using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Commands;

/// <summary>What the cmdlets share: a token that ends with the pipeline, and diagnostics on the streams.</summary>
public abstract class BpfCommandBase : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled by <see cref="StopProcessing"/>.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>Directories as <see cref="TraceOptions.DebugInfoDirectories"/> takes them; null for none.</summary>
    private protected static string? JoinDirectories(string[] directories) => directories.Length == 0 ? null : string.Join(':', directories);

    /// <summary>Called on another thread when the pipeline is stopped: only signals.</summary>
    protected override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The engine may stop a command that is just being disposed of: then there is nothing left to stop.
        }
    }

    /// <summary>Releases the token; derived classes release what they hold.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    // The texts below name files, probes, maps and what the kernel said: they go to a console and nowhere else.
    private protected new void WriteWarning(string text) => base.WriteWarning(ConsoleEscape.Escape(text));

    private protected new void WriteVerbose(string text) => base.WriteVerbose(ConsoleEscape.Escape(text));

    private protected new void WriteDebug(string text) => base.WriteDebug(ConsoleEscape.Escape(text));

    private protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(ConsoleEscape.Escape(target), action);

    private protected new bool ShouldProcess(string description, string warning, string caption) =>
        base.ShouldProcess(ConsoleEscape.Escape(description), ConsoleEscape.Escape(warning), caption);

    /// <summary>What a diagnostic without a place in the script is about, where a parameter tells; null where none does.</summary>
    private protected virtual object? TargetOf(Diagnostic diagnostic) => null;

    /// <summary>Writes diagnostics: warnings to the warning stream, errors but the last as errors, the last error terminating.</summary>
    internal void WriteDiagnostics(IEnumerable<Diagnostic> diagnostics)
    {
        Diagnostic? last = null;
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (!diagnostic.IsError)
            {
                WriteWarning(DiagnosticErrorRecord.WarningText(diagnostic));
                continue;
            }

            if (last is not null)
            {
                WriteError(DiagnosticErrorRecord.Create(last, TargetOf(last)));
            }

            last = diagnostic;
        }

        if (last is not null)
        {
            ThrowTerminatingError(DiagnosticErrorRecord.Create(last, TargetOf(last)));
        }
    }
}
