using System.Diagnostics;
using BpfTrace.Tests;

namespace BpfTrace.PowerShellTests.Support;

/// <summary>An interactive pwsh in a terminal of its own (tmux), to press keys in.</summary>
internal sealed class Terminal : IDisposable
{
    private readonly string _socket = $"bpftrace-test-{Guid.NewGuid():N}";

    /// <summary>Opens the terminal.</summary>
    /// <param name="columns">Its width.</param>
    public Terminal(int columns = 160)
    {
        Tmux("new-session", "-d", "-x", $"{columns}", "-y", "60",
            $"LC_ALL=C.UTF-8 POWERSHELL_TELEMETRY_OPTOUT=1 '{Pwsh.Executable}' -NoProfile -NoLogo");
        WaitFor("PS ");
        ImportModule();
    }

    /// <summary>Imports the module into the pwsh at the prompt.</summary>
    public void ImportModule()
    {
        Type($"$PSStyle.OutputRendering = 'PlainText'; Import-Module '{Pwsh.Root}/BpfTrace.psd1'; 'rea' + 'dy'");
        WaitFor("ready");
    }

    /// <summary>Makes the window another size.</summary>
    public void Resize(int columns, int rows) => Tmux("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>Types a line and Enter.</summary>
    public void Type(string line)
    {
        Tmux("send-keys", "-l", line);
        Tmux("send-keys", "Enter");
    }

    /// <summary>Presses a key by tmux's name for it.</summary>
    public void Press(string key) => Tmux("send-keys", key);

    /// <summary>Waits until the screen shows the text, and returns the screen; fails the test when it does not in time.</summary>
    public string WaitFor(string text) => WaitFor(screen => screen.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits until the screen is as it is to be, and returns it; fails the test when it is not in time.</summary>
    public string WaitFor(Func<string, bool> isThere, string what)
    {
        string screen = "";
        Assert.True(Patience.Until(() => isThere(screen = Tmux("capture-pane", "-p"))), $"'{what}' did not appear:\n{screen}");
        return screen;
    }

    /// <summary>The screen with its escape sequences for colours.</summary>
    public string Colors() => Tmux("capture-pane", "-p", "-e");

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-u", "-L", _socket, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
