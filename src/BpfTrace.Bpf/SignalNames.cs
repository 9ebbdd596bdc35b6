using System.Globalization;

namespace BpfTrace.Bpf;

/// <summary>What Linux's signals mean, in the words of glibc's <c>strsignal(3)</c>.</summary>
public static class SignalNames
{
    private const int FirstRealTime = 34, Last = 64;

    private static readonly string[] s_descriptions =
    [
        "Unknown signal 0", "Hangup", "Interrupt", "Quit", "Illegal instruction", "Trace/breakpoint trap", "Aborted", "Bus error",
        "Floating point exception", "Killed", "User defined signal 1", "Segmentation fault", "User defined signal 2", "Broken pipe",
        "Alarm clock", "Terminated", "Stack fault", "Child exited", "Continued", "Stopped (signal)", "Stopped", "Stopped (tty input)",
        "Stopped (tty output)", "Urgent I/O condition", "CPU time limit exceeded", "File size limit exceeded", "Virtual timer expired",
        "Profiling timer expired", "Window changed", "I/O possible", "Power failure", "Bad system call",
    ];

    /// <summary>What a signal means; <c>N/A</c> beyond the signals there are, as bpftrace says it.</summary>
    public static string Describe(long number) => number switch
    {
        >= 0 when number < s_descriptions.Length => s_descriptions[number],
        >= FirstRealTime and <= Last => "Real-time signal " + (number - FirstRealTime).ToString(CultureInfo.InvariantCulture),
        > 0 and < FirstRealTime => "Unknown signal " + number.ToString(CultureInfo.InvariantCulture),
        _ => "N/A",
    };
}
