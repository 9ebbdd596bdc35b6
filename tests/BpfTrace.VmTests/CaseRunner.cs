using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BpfTrace.Cli;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.VmTests;

/// <summary>Runs a case through the command line's own entry point, in this process: its output goes to a file as it would to a pipe.</summary>
internal static class CaseRunner
{
    private const string AttachedLine = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";

    /// <summary>Runs one case.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Run(TestCase test)
    {
        string path = Path.GetTempFileName();
        try
        {
            using SafeFileHandle output = File.OpenHandle(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            using var control = new TraceControl();
            int status = -1;
            Exception? crash = null;
            var run = new Thread(() =>
            {
                try
                {
                    int descriptor = (int)output.DangerousGetHandle();
                    status = Application.Run(Arguments(test), control, descriptor, descriptor);
                }
#pragma warning disable CA1031 // whatever it is, it is this case's result
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    crash = exception;
                }
            });
            run.Start();
            bool ended = WaitFor(test, path, run, control);
            if (!ended)
                return $"did not end in {test.Timeout.TotalSeconds:0} s\n{Read(path)}";
            return crash is null ? Check(test, status, Read(path)) : $"{crash}\n{Read(path)}";
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string[] Arguments(TestCase test)
    {
        List<string> arguments = [.. test.Options];
        if (test.Program.Length > 0)
            arguments.AddRange(["-e", test.Program]);
        if (test.Command is not null)
            arguments.AddRange(["-c", test.Command]);
        return [.. arguments];
    }

    private static bool WaitFor(TestCase test, string path, Thread run, TraceControl control)
    {
        // Turns are counted, not time: the machine below may have stood still.
        const int Turn = 20; // ms
        long turns = 0;
        bool acted = test.Action is null;
        while (!run.Join(Turn))
        {
            if (!acted && Read(path).Contains(AttachedLine, StringComparison.Ordinal))
            {
                acted = true;
                using Process shell = Process.Start("/bin/sh", ["-c", test.Action!]);
                shell.WaitForExit();
                control.RequestStop();
            }

            if (++turns * Turn > test.Timeout.TotalMilliseconds)
            {
                control.RequestStop();
                run.Join(TimeSpan.FromSeconds(20));
                return false;
            }
        }

        return true;
    }

    /// <summary>What of an end and an output is not as the case wants it, or null.</summary>
    public static string? Check(TestCase test, int status, string output)
    {
        var wrong = new StringBuilder();
        if (status != test.ExitCode)
            wrong.Append(CultureInfo.InvariantCulture, $"exit status {status}, not {test.ExitCode}\n");
        foreach (string pattern in test.Expected)
        {
            if (!Regex.IsMatch(output, pattern, RegexOptions.Multiline))
                wrong.Append(CultureInfo.InvariantCulture, $"nothing matches: {pattern}\n");
        }

        foreach (string pattern in test.Rejected)
        {
            if (Regex.IsMatch(output, pattern, RegexOptions.Multiline))
                wrong.Append(CultureInfo.InvariantCulture, $"matches, and must not: {pattern}\n");
        }

        return wrong.Length == 0 ? null : wrong.Append("--- output\n").Append(output).ToString();
    }

    private static string Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
