using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>The files that a script's <c>skboutput()</c> calls write to: one for each name, however many calls name it.</summary>
internal sealed class PacketFiles : IDisposable
{
    private readonly Dictionary<string, PcapWriter> _writers = new(StringComparer.Ordinal);
    private readonly string _directory;

    private PacketFiles(string directory) => _directory = directory;

    /// <summary>Creates the files; null for a script that writes none.</summary>
    /// <param name="program">The script.</param>
    /// <param name="directory">What a relative name is relative to; empty for the process's directory.</param>
    /// <exception cref="TraceStartException">A file cannot be written.</exception>
    public static PacketFiles? Create(BoundProgram program, string directory)
    {
        PacketFiles? files = null;
        foreach (OutputSite site in program.Sites)
        {
            if (site.Kind == OutputKind.Packet)
                (files ??= new PacketFiles(directory)).Open(program, site);
        }

        return files;
    }

    /// <summary>The whole name of a site's file.</summary>
    public string FullName(OutputSite site) => Path.GetFullPath(Path.Combine(_directory, site.Path!));

    /// <summary>Adds a packet to its file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(OutputSite site, long unixNanoseconds, ReadOnlySpan<byte> packet) => _writers[FullName(site)].Write(unixNanoseconds, packet);

    /// <summary>Makes what was written visible.</summary>
    public void Flush()
    {
        foreach (PcapWriter writer in _writers.Values)
            writer.Flush();
    }

    public void Dispose()
    {
        foreach (PcapWriter writer in _writers.Values)
            writer.Dispose();
        _writers.Clear();
    }

    private void Open(BoundProgram program, OutputSite site)
    {
        string path = FullName(site);
        if (_writers.ContainsKey(path))
            return;
        try
        {
            _writers.Add(path, new PcapWriter(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new TraceStartException(
                [RuntimeErrors.At(program.Source, site, SessionDiagnosticIds.ActionFailed, DiagnosticSeverity.Error, $"Failed to create pcap file '{site.Path}': {FileErrors.Describe(e, path)}")], e);
        }
    }
}
