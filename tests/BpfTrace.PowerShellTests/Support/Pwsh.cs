using System.Diagnostics;
using System.Text.Json;
using BpfTrace.Tests;

namespace BpfTrace.PowerShellTests.Support;

/// <summary>Runs scripts in a real pwsh with the built module imported.</summary>
internal static class Pwsh
{
    public static string? Executable { get; } = Environment.GetEnvironmentVariable("BPFTRACE_PWSH") is { Length: > 0 } named
        ? named
        : FindOnPath("pwsh");

    public static string Root { get; } = FindRoot();

    public static string ModuleAssembly => Path.Combine(Root, "module", "bin", "BpfTrace.Commands.dll");

    public static string? FindOnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Why a test cannot run here, or null.</summary>
    public static string? WhatIsMissing(bool needsKernel, bool needsTmux)
    {
        if (Executable is null)
            return "no pwsh on PATH or in $BPFTRACE_PWSH";
        if (!File.Exists(ModuleAssembly))
            return "the module is not built (./build.sh build)";
        if (needsKernel && Environment.UserName != "root")
            return "needs root";
        return needsTmux && FindOnPath("tmux") is null ? "no tmux on PATH" : null;
    }

    /// <summary>Runs a script and returns what it printed; fails the test when pwsh fails or hangs.</summary>
    public static string Run(string script, bool importsModule = true, params string[] wrapper)
    {
        (int exitCode, string output, string error) = TryRun(script, importsModule, wrapper);
        Assert.True(exitCode == 0, $"pwsh exited with {exitCode}\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs a script whose last expression is turned into JSON, and returns that.</summary>
    public static JsonElement RunJson(string script, params string[] wrapper) =>
        JsonDocument.Parse(Run("$ErrorActionPreference = 'Stop'\nConvertTo-Json -InputObject @(& {\n" + script + "\n}) -Depth 5 -Compress -EnumsAsStrings", wrapper: wrapper)).RootElement;

    /// <summary>What runs a program as root without any capability; it may read what root may, and no more.</summary>
    public static string[] WithoutPrivilege { get; } = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

    /// <param name="script">The script.</param>
    /// <param name="importsModule">Whether the module is imported before.</param>
    /// <param name="wrapper">The beginning of the command line that pwsh is run by; empty for pwsh itself.</param>
    public static (int ExitCode, string Output, string Error) TryRun(string script, bool importsModule = true, params string[] wrapper)
    {
        string file = Path.Combine(Path.GetTempPath(), $"bpftrace-test-{Guid.NewGuid():N}.ps1");
        string import = importsModule ? $"Import-Module '{Root}/BpfTrace.psd1'\n" : "";
        File.WriteAllText(file, $"$PSStyle.OutputRendering = 'PlainText'\n{import}{script}\n");
        try
        {
            return Execute([.. wrapper, Executable!, "-NoProfile", "-NonInteractive", "-File", file], Patience.Limit, "pwsh did not end in time\n" + script);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Runs a command line without input or colours to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="limit">When it is taken for hung: it is ended, and the test fails.</param>
    /// <param name="problem">What to say then; what it printed follows.</param>
    public static (int ExitCode, string Output, string Error) Execute(string[] command, TimeSpan limit, string problem)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!Patience.ForExit(process, limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{problem}\n{output.Result}{error.Result}");
        }

        return (process.ExitCode, output.Result, error.Result);
    }

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "BpfTrace.psd1")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("The tests do not lie in a checkout.");
    }
}
