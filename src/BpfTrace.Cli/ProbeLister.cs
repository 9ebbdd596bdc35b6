namespace BpfTrace.Cli;

/// <summary><c>-l</c>: probes and types by pattern, or the probes of a program; with <c>-v</c> what each one gives.</summary>
internal sealed class ProbeLister
{
    private readonly CommandLine _line;
    private readonly OutputSink _output;
    private readonly Messages _messages;

    public ProbeLister(CommandLine line, OutputSink output, Messages messages)
    {
        _line = line;
        _output = output;
        _messages = messages;
    }

    /// <summary>Lists what matches the search.</summary>
    public int Search(string search)
    {
        if (search.Contains('.', StringComparison.Ordinal) && search.AsSpan().IndexOfAny(':', '*') < 0)
        {
            _messages.Warning(
                $"It appears that '{search}' is a filename but the file does not exist. Treating '{search}' as a search pattern.");
        }

        foreach (string part in search.Split(',', StringSplitOptions.TrimEntries))
        {
            if (ProbeCatalog.IsTypePattern(part))
            {
                foreach (string type in ProbeCatalog.FindTypes(part, _line.Verbose))
                    WriteLine(type);
            }
            else
            {
                foreach (string note in ProbeCatalog.Notes(part))
                    _messages.Warning(note);
                Write(_line.ProcessIds.Length > 1 ? FindInSeveral(part) : ProbeCatalog.Find(part, _line.ProcessId, debugInfoDirectories: _line.DebugInfoDirectories));
            }
        }

        return 0;
    }

    /// <summary>Lists the probes of a program.</summary>
    public int List(CompiledTrace trace)
    {
        _messages.Diagnostics(trace.Diagnostics);
        if (trace.HasErrors)
            return 1;
        Write(ProbeCatalog.Of(trace));
        return 0;
    }

    /// <summary>What several processes have, each probe once: they share most of their files, under the path of the root of each.</summary>
    private IEnumerable<ProbeInfo> FindInSeveral(string pattern)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var files = new Dictionary<object, string>();
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (int process in _line.ProcessIds)
        {
            foreach (ProbeInfo probe in ProbeCatalog.Find(pattern, process, debugInfoDirectories: _line.DebugInfoDirectories))
            {
                if (!first.TryGetValue(probe.Target, out string? path))
                {
                    object file = LinuxKernelCatalog.Shared.FileIdentity(probe.Target);
                    if (!files.TryGetValue(file, out path))
                        files.Add(file, path = probe.Target);
                    first.Add(probe.Target, path);
                }

                if (path == probe.Target && known.Add(probe.FullName))
                    yield return probe;
            }
        }
    }

    private void Write(IEnumerable<ProbeInfo> probes)
    {
        HashSet<string>? warned = null;
        foreach (ProbeInfo probe in probes)
        {
            _output.WriteLine(probe);
            if (!_line.Verbose)
                continue;
            if (probe.ParametersUnknown is { } why && (warned ??= []).Add(why))
                _messages.Warning(why);
            foreach (ProbeParameter parameter in probe.Parameters)
                WriteLine("    " + parameter.Declaration);
        }
    }

    private void WriteLine(string text)
    {
        _output.Write(text);
        _output.Write("\n");
    }
}
