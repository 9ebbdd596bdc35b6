using System.Diagnostics;
using System.Globalization;

namespace BpfTrace.KernelTests.Support;

/// <summary>Tracepoint ids, also where nobody has mounted tracefs.</summary>
internal static class TracefsIds
{
    public static ulong Get(string tracepoint)
    {
        string file = Path.Combine("events", tracepoint, "id");
        foreach (string root in (string[])["/sys/kernel/tracing", "/sys/kernel/debug/tracing"])
        {
            if (File.Exists(Path.Combine(root, file)))
                return Read(Path.Combine(root, file));
        }

        string folder = Directory.CreateTempSubdirectory("bpftrace-tests-").FullName;
        Run("mount", "-t", "tracefs", "tracefs", folder);
        try
        {
            return Read(Path.Combine(folder, file));
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static ulong Read(string path) => ulong.Parse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
