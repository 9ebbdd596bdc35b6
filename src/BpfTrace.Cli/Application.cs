namespace BpfTrace.Cli;

/// <summary>The command line from its arguments to its exit status.</summary>
internal static class Application
{
    /// <summary>Runs one command line on the process's own descriptors.</summary>
    /// <returns>0, 1 for an error, or what the program gave to <c>exit()</c>.</returns>
    public static int Run(string[] args)
    {
        CommandLineResult result = CommandLineParser.Parse(args);
        using var output = new OutputSink(NativeMethods.STDOUT_FILENO, result.CommandLine?.Buffering ?? OutputBuffering.Full);
        using var error = new OutputSink(NativeMethods.STDERR_FILENO, OutputBuffering.None, capacity: 4096);
        if (result.CommandLine is null)
        {
            output.Write(result.Output);
            error.Write(result.Error);
            return result.ExitCode;
        }

        return 0;
    }
}
