using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>Runs the commands of <c>system()</c>, one at a time, and takes what they print.</summary>
internal sealed class ShellCommand
{
    private readonly Lock _lock = new();
    private Process? _running;
    private bool _interrupted;

    /// <summary>Runs a command to its end by <c>/bin/sh -c</c>, standard input as the tracer's.</summary>
    /// <param name="command">The command.</param>
    /// <param name="output">What it wrote to standard output and standard error.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="failure">What went wrong, as bpftrace words it; null for exit code 0.</param>
    /// <returns>Whether it was run.</returns>
    public bool Run(ShellText command, out byte[] output, out int exitCode, out string? failure)
    {
        output = [];
        exitCode = 0;
        Process? process = null;
        try
        {
            process = Start(command);
            if (process is null)
            {
                failure = "the trace has ended";
                return false;
            }

            using var text = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(text);
            process.WaitForExit();
            output = text.ToArray();
            exitCode = process.ExitCode;
            failure = exitCode == 0 ? null : $"command exited with code {exitCode}";
            return true;
        }
        catch (Win32Exception e)
        {
            failure = $"the command cannot be started: {e.Message}";
            return false;
        }
        finally
        {
            // First: who interrupts kills what runs, on another thread.
            lock (_lock)
                _running = null;
            process?.Dispose();
        }
    }

    /// <summary>Kills what runs, and lets nothing more be run.</summary>
    public void Interrupt()
    {
        lock (_lock)
        {
            _interrupted = true;
            _running?.Kill(entireProcessTree: true);
        }
    }

    private Process? Start(ShellText command)
    {
        // One pipe for both streams keeps their order; eval, so that the command's text needs no quoting.
        var script = new StringBuilder("exec 2>&1; ");
        var arguments = new List<string> { "-c", "", "sh", command.ToString() };
        for (int i = 1; i <= command.Values.Count; i++)
        {
            byte[] value = command.Values[i - 1];
            if (Utf8.IsValid(value))
            {
                arguments.Add(Encoding.UTF8.GetString(value));
                script.Append(CultureInfo.InvariantCulture, $"{ShellText.Prefix}{i}=${{{arguments.Count - 3}}}; ");
            }
            else
            {
                // Arguments are UTF-16 up to here. The x keeps line ends at the end of the value.
                script.Append(CultureInfo.InvariantCulture, $"{ShellText.Prefix}{i}={ShellText.Quote([.. value, (byte)'x'])}; {ShellText.Prefix}{i}=${{{ShellText.Prefix}{i}%x}}; ");
            }
        }

        script.Append("eval \"$1\"");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, UseShellExecute = false };
        arguments[1] = script.ToString();
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        lock (_lock)
        {
            if (_interrupted)
                return null;
            return _running = Process.Start(start);
        }
    }
}
