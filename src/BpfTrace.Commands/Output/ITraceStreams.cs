using System.Management.Automation;

namespace BpfTrace.Commands.Output;

/// <summary>Where a trace's records go: a pipeline's streams, or those of a job.</summary>
internal interface ITraceStreams
{
    /// <summary>The output stream. What is written is not unrolled.</summary>
    void WriteObject(object value);

    /// <summary>The warning stream.</summary>
    void WriteWarning(string text);

    /// <summary>The error stream.</summary>
    void WriteError(System.Management.Automation.ErrorRecord error);

    /// <summary>The information stream.</summary>
    void WriteInformation(string text);

    /// <summary>The verbose stream.</summary>
    void WriteVerbose(string text);
}

/// <summary>The streams of a cmdlet; on its pipeline thread only.</summary>
internal sealed class CmdletStreams(Cmdlet cmdlet) : ITraceStreams
{
    public void WriteObject(object value) => cmdlet.WriteObject(value, enumerateCollection: false);

    public void WriteWarning(string text) => cmdlet.WriteWarning(text);

    public void WriteError(System.Management.Automation.ErrorRecord error) => cmdlet.WriteError(error);

    public void WriteInformation(string text) => cmdlet.WriteInformation(text, ["BpfTrace"]);

    public void WriteVerbose(string text) => cmdlet.WriteVerbose(text);
}
