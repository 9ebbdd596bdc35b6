using System.Diagnostics;

namespace BpfTrace.Benchmark;

/// <summary>A pwsh as a process, which says how long its pipeline took and how much memory the process had.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Shell(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts one that runs a script, without profile and without its user.</summary>
    public static Shell Start(string pwsh, string script)
    {
        var start = new ProcessStartInfo(pwsh) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script])
            start.ArgumentList.Add(argument);
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["NO_COLOR"] = "1";
        start.Environment["BPFTRACE_STRLEN"] = "200";
        return new Shell(Process.Start(start)!);
    }

    /// <summary>The next line that begins with a word; what stands before it is left out.</summary>
    /// <returns>The rest of the line.</returns>
    public string WaitFor(string word)
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(word, StringComparison.Ordinal))
                return line[word.Length..].Trim();
        }

        throw new InvalidOperationException($"the shell ended without a line of \"{word}\": {_errors.Result}");
    }

    /// <summary>Lets a script go on that reads a line of its standard input.</summary>
    public void Go()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>The largest resident size so far, in KiB.</summary>
    public long PeakKilobytes => ProcessMemory.PeakKilobytes(_process.Id);

    /// <summary>The processor time it has used so far, and what it runs: those that have ended and those that run.</summary>
    public TimeSpan ProcessorTime => ProcessTimes.OfTree(_process.Id);

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
