namespace BpfTrace.Language.Symbols;

/// <summary>Signals by name as signal(7) numbers them on x86_64.</summary>
internal static class SignalNumbers
{
    /// <summary>The names without <c>SIG</c>, from number 1 on.</summary>
    public static string[] Names { get; } =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD",
        "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number of a signal, with or without <c>SIG</c>, in any case; null for none.</summary>
    public static int? Find(string name)
    {
        string bare = name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? name[3..] : name;
        int index = Array.FindIndex(Names, n => n.Equals(bare, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index + 1 : bare.ToUpperInvariant() switch { "IOT" => 6, "CLD" => 17, "POLL" => 29, _ => null };
    }
}
