namespace BpfTrace.Compiler.Clang;

/// <summary>Where the kernel's own headers are, if anywhere (bpftrace <c>src/symbols/kernel.cpp</c>).</summary>
/// <param name="Source">The kernel's source tree; null for none.</param>
/// <param name="Build">Where it was built: its generated headers; the same as <paramref name="Source"/> where it was built in place.</param>
internal sealed record KernelHeaders(string? Source, string? Build)
{
    /// <summary>Those that <c>BPFTRACE_KERNEL_SOURCE</c> and <c>BPFTRACE_KERNEL_BUILD</c> name, or of the running kernel.</summary>
    public static KernelHeaders Find()
    {
        if (Environment.GetEnvironmentVariable("BPFTRACE_KERNEL_SOURCE") is { Length: > 0 } named)
            return new KernelHeaders(named, Environment.GetEnvironmentVariable("BPFTRACE_KERNEL_BUILD") is { Length: > 0 } build ? build : named);
        string directory = "/lib/modules/" + ReadRelease();
        string? source = Existing(directory + "/source"), built = Existing(directory + "/build");
        return new KernelHeaders(source ?? built, built ?? source);
    }

    private static string ReadRelease()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // no /proc: no headers are found, and a script that includes one is told so
        }
    }

    private static string? Existing(string path) => Directory.Exists(path) ? path : null;
}
