using System.Management.Automation.Host;
using System.Runtime.InteropServices;

namespace BpfTrace.Commands;

/// <summary>
/// While it lives, the first Ctrl-C of an interactive console asks the trace to end, so that END runs and the final maps still reach the
/// pipeline; the second is PowerShell's own and stops the pipeline.
/// </summary>
/// <remarks>
/// PowerShell stops the pipeline as soon as the terminal sends SIGINT, and then no object can be written any more. So the terminal is told
/// to deliver Ctrl-C as a character, which a thread of ours reads. Only where a person sits at the console: input from a pipe, a job,
/// a remote session and other hosts keep their way.
/// </remarks>
internal sealed partial class ConsoleInterrupt : IDisposable
{
    private const char ControlC = '\x03';
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(40);

    private readonly Action _onFirst;
    private readonly ManualResetEventSlim _done = new();
    private readonly Thread _reader;
    private int _pressed;

    private ConsoleInterrupt(Action onFirst)
    {
        _onFirst = onFirst;
        Console.TreatControlCAsInput = true;
        _reader = new Thread(Watch) { IsBackground = true, Name = "BpfTrace Ctrl-C" };
        _reader.Start();
    }

    /// <summary>Starts watching, or returns null where there is no interactive console.</summary>
    /// <param name="host">The host the cmdlet runs in.</param>
    /// <param name="onFirst">Called once, on a thread of its own, on the first Ctrl-C.</param>
    public static ConsoleInterrupt? TryStart(PSHost host, Action onFirst)
    {
        if (host.Name != "ConsoleHost" || Console.IsInputRedirected || Console.TreatControlCAsInput)
        {
            return null;
        }

        try
        {
            return new ConsoleInterrupt(onFirst);
        }
        catch (IOException)
        {
            // No controlling terminal to configure: Ctrl-C cannot be typed here either.
            return null;
        }
    }

    /// <summary>Gives the console back.</summary>
    public void Dispose()
    {
        _done.Set();
        _reader.Join();
        Console.TreatControlCAsInput = false;
        _done.Dispose();
    }

    private void Watch()
    {
        while (!_done.Wait(s_pollInterval))
        {
            while (Console.KeyAvailable)
            {
                if (Console.ReadKey(intercept: true).KeyChar != ControlC)
                {
                    continue;
                }

                if (_pressed++ == 0)
                {
                    _onFirst();
                }
                else
                {
                    // What the terminal would have done: PowerShell's own handler takes it from here.
                    _ = kill(Environment.ProcessId, SIGINT);
                }
            }
        }
    }

    private const int SIGINT = 2;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int pid, int sig);
}
