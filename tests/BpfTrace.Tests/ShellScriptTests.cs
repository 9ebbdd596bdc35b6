using System.Diagnostics;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.Tests;

/// <summary>ShellCheck has nothing to say about the shell scripts of this repository.</summary>
public sealed class ShellScriptTests
{
    private static readonly string[] s_withoutExtension = [".ci/run", "tests/vm/guest-init"];

    [FactWithTools("shellcheck")]
    public void Scripts_have_no_findings()
    {
        string[] scripts = [.. Directory.GetFiles(Checkout.Root, "*.sh"), .. s_withoutExtension, .. new[] { "build", "tests" }.SelectMany(Scripts)];
        Assert.True(scripts.Length > 10, $"{scripts.Length} scripts were found");
        Assert.Equal("", Check(["--external-sources", .. scripts]));
    }

    /// <summary>It is asked, and answers.</summary>
    [FactWithTools("shellcheck")]
    public void A_fault_is_found()
    {
        string script = Path.GetTempFileName();
        try
        {
            File.WriteAllText(script, "#!/bin/sh\nrm $1\n");
            Assert.Contains("SC2086", Check([script]), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static IEnumerable<string> Scripts(string directory) =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, directory), "*.sh", SearchOption.AllDirectories)
            .Where(static f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal));

    private static string Check(string[] arguments)
    {
        var start = new ProcessStartInfo("shellcheck", ["--format=gcc", .. arguments]) { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode is 0 or 1, $"shellcheck exited with {process.ExitCode}\n{output}");
        return output;
    }
}
