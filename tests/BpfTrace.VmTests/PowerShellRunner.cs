using System.Diagnostics;

namespace BpfTrace.VmTests;

/// <summary>Runs a case's script in a real pwsh: the module as it was built, in a process of its own.</summary>
internal static class PowerShellRunner
{
    private static readonly string? s_executable = Environment.GetEnvironmentVariable("BPFTRACE_PWSH") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(static directory => Path.Combine(directory, "pwsh"))
            .FirstOrDefault(File.Exists);

    /// <summary>Why nothing can be run, or null.</summary>
    public static string? WhatIsMissing =>
        s_executable is null ? "no pwsh on PATH or in $BPFTRACE_PWSH"
        : !File.Exists("module/bin/BpfTrace.Commands.dll") ? "the module is not built (./build.sh build)"
        : null;

    /// <summary>Runs one case.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Run(TestCase test)
    {
        var start = new ProcessStartInfo(s_executable!, ["-NoProfile", "-NonInteractive", "-File", test.PowerShell!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        // Turns are counted, not time: the machine below may have stood still.
        bool ended = false;
        for (int second = 0; !ended && second < test.Timeout.TotalSeconds; second++)
            ended = process.WaitForExit(1000);
        if (!ended)
            process.Kill(entireProcessTree: true);
        string text = output.Result + error.Result;
        return ended ? CaseRunner.Check(test, process.ExitCode, text) : $"did not end in {test.Timeout.TotalSeconds:0} s\n{text}";
    }
}
