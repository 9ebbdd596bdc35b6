using System.Management.Automation;
using BpfTrace.Commands.Output;
using BpfTrace.Formatting;
using BpfTrace.Pictures;

namespace BpfTrace.Commands;

/// <summary>What a flame graph is written as.</summary>
public enum BpfProfileFormat
{
    /// <summary>A picture that a browser opens.</summary>
    Svg,

    /// <summary>A line for each stack, as flamegraph.pl takes it.</summary>
    Folded,

    /// <summary>JSON for speedscope.app.</summary>
    Speedscope,

    /// <summary>A gzipped protocol buffer for <c>go tool pprof</c>.</summary>
    Pprof,
}

/// <summary>Makes a flame graph of stacks: as SVG, folded text, or a file for speedscope or pprof.</summary>
[Cmdlet(VerbsData.ConvertTo, "BpfFlameGraph", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
[OutputType(typeof(byte[]))]
[OutputType(typeof(FileInfo))]
public sealed class ConvertToBpfFlameGraphCommand : PictureCommandBase
{
    private ProfileInput? _input;

    /// <summary>The format; by default what the extension of <see cref="PictureCommandBase.OutFile"/> says, and SVG without one.</summary>
    [Parameter]
    public BpfProfileFormat As { get; set; }

    /// <summary>Properties whose values are frames below the stacks, for example <c>comm</c>. The parts of a map's key that are no stacks are so anyway.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] GroupBy { get; set; } = [];

    /// <summary>The property that says how much a stack counts; by default a map's value, and 1 for an event.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Weight { get; set; }

    /// <summary>What is counted.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "samples";

    /// <summary>The picture's width in pixels.</summary>
    [Parameter]
    [ValidateRange(500, 10000)]
    public int Width { get; set; } = 1200;

    /// <summary>Callers above what they called.</summary>
    [Parameter]
    public SwitchParameter Inverted { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _input = new ProfileInput(Weight, GroupBy);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        StackProfile profile = _input!.Profile;
        if (_input.UnweighedCount > 0)
        {
            string weight = Weight is null ? "the value" : $"the property '{ConsoleEscape.Escape(Weight)}'";
            WriteWarning($"Objects with stacks that are left out, because {weight} is no number or is below 0: {_input.UnweighedCount}.");
        }

        if (profile.Total == 0)
        {
            WriteNothing("None of the objects has a stack that counts. Maps with kstack or ustack in the key, events with a stack and folded text do.");
            return;
        }

        if (_input.Maps.Count > 1)
        {
            WriteWarning($"The values of {_input.Maps.Count} maps are added: {ConsoleEscape.Escape(string.Join(", ", _input.Maps))}. Where-Object Map -eq NAME before takes one.");
        }

        switch (Format())
        {
            case BpfProfileFormat.Folded:
                WriteFolded(profile);
                break;
            case BpfProfileFormat.Speedscope:
                WriteResult(SpeedscopeFile.ToJson(profile, Title ?? "BpfTrace", Unit));
                break;
            case BpfProfileFormat.Pprof:
                WriteResult(PprofFile.ToBytes(profile, Unit, Unit == "samples" ? "count" : Unit));
                break;
            default:
                WriteResult(FlameGraph.ToSvg(profile, Title ?? "Flame graph", Unit, Width, Inverted));
                break;
        }
    }

    private protected override void Add(PSObject item)
    {
        if (!_input!.TryAdd(item))
        {
            WriteVerbose($"No stack in {item}.");
        }
    }

    private void WriteFolded(StackProfile profile)
    {
        if (OutFile is not null)
        {
            WriteResult(string.Concat(profile.ToFolded().Select(l => l + "\n")));
            return;
        }

        foreach (string line in profile.ToFolded())
        {
            WriteObject(line);
        }
    }

    private BpfProfileFormat Format()
    {
        if (OutFile is null || MyInvocation.BoundParameters.ContainsKey(nameof(As)))
        {
            return As;
        }

        return Path.GetExtension(OutFile).ToUpperInvariant() switch
        {
            ".FOLDED" or ".TXT" => BpfProfileFormat.Folded,
            ".JSON" => BpfProfileFormat.Speedscope,
            ".PB" or ".GZ" or ".PPROF" => BpfProfileFormat.Pprof,
            _ => BpfProfileFormat.Svg,
        };
    }
}
