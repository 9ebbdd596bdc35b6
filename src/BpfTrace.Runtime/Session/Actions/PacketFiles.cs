using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>The files that a script's <c>skboutput()</c> calls write to: one for each name, however many calls name it.</summary>
internal sealed class PacketFiles : IDisposable
{
    private readonly Dictionary<int, PacketFile> _sites = [];
    private readonly List<PacketFile> _files = [];
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
    public string FullName(OutputSite site) => _sites[site.Id].Path;

    /// <summary>Adds a packet to its file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(OutputSite site, long unixNanoseconds, ReadOnlySpan<byte> packet) => _sites[site.Id].Writer.Write(unixNanoseconds, packet);

    /// <summary>Makes what was written visible.</summary>
    /// <param name="failed">Told of each file that cannot be written, by a site that writes to it; the others are written.</param>
    public void Flush(Action<OutputSite, IOException> failed)
    {
        foreach (PacketFile file in _files)
        {
            try
            {
                file.Writer.Flush();
            }
            catch (IOException e)
            {
                failed(file.Site, e);
            }
        }
    }

    /// <summary>Closes all files; nothing the second time.</summary>
    /// <param name="failed">Told of each file whose last packets cannot be written; the others are.</param>
    public void Close(Action<OutputSite, IOException> failed)
    {
        foreach (PacketFile file in _files)
        {
            try
            {
                file.Writer.Dispose();
            }
            catch (IOException e)
            {
                failed(file.Site, e);
            }
        }

        _files.Clear();
        _sites.Clear();
    }

    /// <summary>Closes all files of a trace that did not start: no packets are in them.</summary>
    public void Dispose() => Close(static (_, _) => { });

    private void Open(BoundProgram program, OutputSite site)
    {
        string path = Path.GetFullPath(Path.Combine(_directory, site.Path!));
        try
        {
            if (_files.Find(f => f.Path == path) is not { } file)
                _files.Add(file = new PacketFile(path, site, new PcapWriter(path)));
            _sites.Add(site.Id, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new TraceStartException(
                [RuntimeErrors.At(program.Source, site, SessionDiagnosticIds.ActionFailed, DiagnosticSeverity.Error, $"Failed to create pcap file '{site.Path}': {FileErrors.Describe(e, path)}")], e);
        }
    }

    /// <summary>A file, and the first site that names it.</summary>
    private sealed record PacketFile(string Path, OutputSite Site, PcapWriter Writer);
}
