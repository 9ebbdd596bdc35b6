using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.InteropServices;

namespace BpfTrace.Commands;

/// <summary>
/// While it lives, the first Ctrl-C of an interactive console asks the trace to end, so that END runs and the final maps still reach the
/// pipeline; the second is PowerShell's own and stops the pipeline.
/// </summary>
/// <remarks>
/// PowerShell stops the pipeline as soon as the terminal sends SIGINT, and then no object can be written any more. So the terminal is told
/// to deliver its signal keys as characters, which a thread of ours reads: Ctrl-Z and Ctrl-\ then do what they always do, and what else is typed is
/// given back to the terminal afterwards, for the prompt. Only where a person sits at the console: input from a pipe, a job, a remote session and
/// other hosts keep their way, and so does a pipeline with a program in it (<c>| less</c>), which reads the terminal itself. While a command behind this one
/// asks something (<c>Read-Host</c>, <c>-Confirm</c>) all keys are its own.
/// </remarks>
internal sealed partial class ConsoleInterrupt : IDisposable
{
    private const int SIGINT = 2;
    private const int SIGQUIT = 3;
    private const int SIGTSTP = 20;
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(40);

    // Between two keys of an answer nobody reads for a moment.
    private const int LooksAfterQuestion = 5;

    private readonly Action _onFirst;
    private readonly ManualResetEventSlim _done = new();
    private readonly TypedAhead _typed = new();
    private readonly Thread _reader;
    private int _pressed;
    private int _looksToWait;

    private ConsoleInterrupt(Action onFirst)
    {
        _onFirst = onFirst;
        Console.TreatControlCAsInput = true;
        _reader = new Thread(Watch) { IsBackground = true, Name = "BpfTrace Ctrl-C" };
        _reader.Start();
    }

    /// <summary>Starts watching, or returns null where there is no interactive console.</summary>
    /// <param name="cmdlet">The cmdlet that traces.</param>
    /// <param name="onFirst">Called once, on a thread of its own, on the first Ctrl-C.</param>
    public static ConsoleInterrupt? TryStart(PSCmdlet cmdlet, Action onFirst)
    {
        if (cmdlet.Host.Name != "ConsoleHost" || Console.IsInputRedirected || Console.TreatControlCAsInput || IsBeforeProgram(cmdlet))
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

    /// <summary>Gives the console back, and what was typed meanwhile.</summary>
    public void Dispose()
    {
        _done.Set();
        _reader.Join();
        Console.TreatControlCAsInput = false;
        _done.Dispose();
        _typed.GiveBack();
    }

    /// <summary>Whether what the cmdlet writes goes to a program, in the pipeline as it was typed.</summary>
    private static bool IsBeforeProgram(PSCmdlet cmdlet)
    {
        InvocationInfo invocation = cmdlet.MyInvocation;
        if (invocation.PipelinePosition >= invocation.PipelineLength || string.IsNullOrEmpty(invocation.Line))
        {
            return false;
        }

        Ast line = Parser.ParseInput(invocation.Line, out _, out _);
        return line.Find(ast => ast is PipelineAst pipeline && IsOurs(pipeline), searchNestedScriptBlocks: true) is PipelineAst found
            && found.PipelineElements.Skip(invocation.PipelinePosition).Any(IsProgram);

        bool IsOurs(PipelineAst pipeline) => pipeline.PipelineElements.Count == invocation.PipelineLength
            && pipeline.PipelineElements[invocation.PipelinePosition - 1] is CommandAst command
            && command.GetCommandName() is { } name && name.Equals(invocation.InvocationName, StringComparison.OrdinalIgnoreCase);

        bool IsProgram(CommandBaseAst element) => element is CommandAst command && command.GetCommandName() is { Length: > 0 } name
            && cmdlet.InvokeCommand.GetCommand(name, CommandTypes.All) is ApplicationInfo or AliasInfo { ResolvedCommand: ApplicationInfo };
    }

    private void Watch()
    {
        try
        {
            while (!_done.Wait(s_pollInterval))
                Look();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The terminal is gone: no key can be typed any more. Thrown on, it would end the shell, which gets a signal of its own for it.
        }
    }

    /// <summary>Reads the keys, unless somebody else does or did just now.</summary>
    private void Look()
    {
        // Whoever waits for a key holds the reader's lock.
        if (!Monitor.TryEnter(Console.In))
        {
            _looksToWait = LooksAfterQuestion;
            return;
        }

        try
        {
            if (_looksToWait > 0)
            {
                _looksToWait--;
                return;
            }

            while (Console.KeyAvailable)
                Handle(Console.ReadKey(intercept: true));
        }
        finally
        {
            Monitor.Exit(Console.In);
        }
    }

    private void Handle(ConsoleKeyInfo key)
    {
        switch (key.KeyChar)
        {
            case '\x03':
                Interrupt();
                break;
            case '\x1a':
                Suspend();
                break;
            case '\x1c':
                _ = kill(0, SIGQUIT);
                break;
            default:
                _typed.Add(key);
                break;
        }
    }

    private void Interrupt()
    {
        _typed.Clear(); // as the terminal does it with its signals
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

    /// <summary>Ctrl-Z: PowerShell stops with all it runs, and the shell it was started from has the terminal as it was; probes stay attached.</summary>
    private void Suspend()
    {
        Console.TreatControlCAsInput = false;
        _ = kill(0, SIGTSTP);
        _done.Wait(s_pollInterval); // the signal may reach another thread first
        Console.TreatControlCAsInput = true;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int pid, int sig);
}
