using BpfTrace.Bpf.Dwarf;

namespace BpfTrace.Language.Probes;

internal sealed partial class ProbeExpander
{
    /// <summary>The places of a source line (<c>uprobe:BIN@FILE:LINE</c>); wrong ones are reported.</summary>
    private List<AttachTarget> ExpandSourceLine(AttachPoint point, string path)
    {
        DwarfFile? file = catalog.DebugInformation(path, options.DebugInfoDirectories, out string? problem);
        if (file is null)
        {
            diagnostics.ReportNoDebugInformation(At(point), $"No DWARF debug info found for '{point.Target}', cannot attach by source code location.", problem);
            return [];
        }
        var targets = new List<AttachTarget>();
        try
        {
            foreach (ulong address in file.FindLine(point.SourceFile, point.SourceLine, point.SourceColumn))
            {
                targets.Add(Simple(point with { Target = path, Address = address }) with
                {
                    Target = path,
                    Address = catalog.FileOffset(path, address) ?? (FunctionAt(path, address) is { } f ? address - f.Address + f.FileOffset : address),
                });
            }
        }
        catch (DwarfLineException e)
        {
            diagnostics.ReportInvalidAttachPoint(At(point), e.Message);
        }
        if (file.Warning is { } warning)
            diagnostics.ReportDebugInformationIncomplete(At(point), warning);
        return targets;
    }
}
