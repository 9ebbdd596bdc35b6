namespace BpfTrace.Bpf;

/// <summary>The kernel did not make a map.</summary>
public sealed class BpfMapException : BpfException
{
    internal BpfMapException(string message, int errno, string mapName)
        : base(message, errno) => MapName = mapName;

    /// <summary>The map's name in the collection.</summary>
    public string MapName { get; }

    /// <summary>Whether it is too large: for the kernel's limits (E2BIG), or for the memory (ENOMEM).</summary>
    public bool IsSizeRefused => Errno is Syscalls.Errno.E2BIG or Syscalls.Errno.ENOMEM;
}
