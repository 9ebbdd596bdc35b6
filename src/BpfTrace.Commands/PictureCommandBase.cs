using System.Collections;
using System.Management.Automation;
using System.Text;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands;

/// <summary>A cmdlet that makes a picture or a profile: text for the pipeline, or a file.</summary>
public abstract class PictureCommandBase : BpfCommandBase
{
    /// <summary>The objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>What the picture is headed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Title { get; set; }

    /// <summary>Write to this file instead of the pipeline.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>Do not overwrite an existing file.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Overwrite a read-only file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With <see cref="OutFile"/>: write the file as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is wrong with the file is told before hours of input are read.</summary>
    protected override void BeginProcessing()
    {
        if (OutFile is null)
        {
            return;
        }

        string file = OutputFile.Resolve(this, OutFile);
        if (Path.GetDirectoryName(file) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            ThrowTerminatingError(OutputFile.NotWritten(new DirectoryNotFoundException($"There is no directory '{directory}'."), file));
        }

        OutputFile.RefuseDirectory(this, file);
        if (NoClobber && File.Exists(file))
        {
            ThrowTerminatingError(OutputFile.Exists(file));
        }
    }

    /// <summary>An array as the argument is its elements, as it is in a pipeline.</summary>
    protected override void ProcessRecord()
    {
        if (InputObject.BaseObject is not IList list || list is BpfTuple)
        {
            Add(InputObject);
            return;
        }

        foreach (object? item in list)
        {
            if (item is not null)
            {
                Add(PSObject.AsPSObject(item));
            }
        }
    }

    /// <summary>Takes an object.</summary>
    private protected abstract void Add(PSObject item);

    /// <summary>Writes the result where it is wanted.</summary>
    private protected void WriteResult(string text)
    {
        if (OutFile is null)
        {
            WriteObject(text);
        }
        else
        {
            WriteResult(Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Writes bytes: to the file, or as one object.</summary>
    private protected void WriteResult(byte[] bytes)
    {
        if (OutFile is null)
        {
            WriteObject(bytes, enumerateCollection: false);
            return;
        }

        string file = OutputFile.Resolve(this, OutFile);
        if (!ShouldProcess(file, "Write") || !OutputFile.Prepare(this, file, NoClobber, Force))
        {
            return;
        }

        try
        {
            using FileStream stream = OutputFile.Create(this, file);
            stream.Write(bytes);
        }
        catch (IOException exception)
        {
            ThrowTerminatingError(OutputFile.NotWritten(exception, file));
        }

        if (PassThru)
        {
            OutputFile.WriteItem(this, file);
        }
    }

    /// <summary>Nothing of the input could be drawn.</summary>
    private protected void WriteNothing(string message) => WriteError(Failure.Record(
        new ArgumentException(message), "NothingToDraw", ErrorCategory.InvalidData, null));
}
