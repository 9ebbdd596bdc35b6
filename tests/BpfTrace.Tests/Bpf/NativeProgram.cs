using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BpfTrace.Tests.Bpf;

/// <summary>Programs compiled for a test from the sources in Data, each way once.</summary>
public static class NativeProgram
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<string, string> s_built = new(StringComparer.Ordinal);
    private static readonly Lazy<string> s_directory = new(() =>
    {
        string directory = Directory.CreateTempSubdirectory("bpftrace-native-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        return directory;
    });

    /// <summary>Where the programs are.</summary>
    public static string Folder => s_directory.Value;

    /// <summary>The source of a program, which lies beside the tests also where another program runs them.</summary>
    public static string Source(string name) => Path.Combine(Path.GetDirectoryName(typeof(NativeProgram).Assembly.Location)!, "Data", name);

    /// <summary>The line of a source that holds a text.</summary>
    public static int LineOf(string source, string text) =>
        1 + Array.FindIndex(File.ReadAllLines(Source(source)), line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Compiles a source; its path.</summary>
    /// <param name="source">The file in Data: <c>.c</c> or <c>.cpp</c>.</param>
    /// <param name="name">The program's name; may have a directory.</param>
    /// <param name="options">The compiler's options.</param>
    public static string Build(string source, string name, params string[] options)
    {
        lock (s_lock)
        {
            string path = Path.Combine(Folder, name);
            if (s_built.TryGetValue(name, out string? known))
                return known;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Run(source.EndsWith(".cpp", StringComparison.Ordinal) ? "g++" : "gcc", ["-w", .. options, "-o", path, Source(source)]);
            s_built.Add(name, path);
            return path;
        }
    }

    /// <summary>Runs a tool in the programs' directory; fails when it does.</summary>
    public static void Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool) { WorkingDirectory = Folder, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!Patience.ForExit(process))
            process.Kill();
        Assert.True(process.ExitCode == 0, $"{tool}: {errors.Result}");
    }

    /// <summary>What of these tools is missing; null when all are there. <c>libdw</c> is the library.</summary>
    public static string? Missing(params string[] tools)
    {
        foreach (string tool in tools)
        {
            bool found = tool == "libdw"
                ? NativeLibrary.TryLoad("libdw.so.1", out _)
                : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, tool)));
            if (!found)
                return $"there is no {tool} here";
        }

        return null;
    }
}

/// <summary>A test that needs libdw and these tools; skipped, and counted as skipped, where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DwarfFactAttribute : FactAttribute
{
    public DwarfFactAttribute(params string[] tools) => Skip = NativeProgram.Missing([.. tools, "libdw"]);
}
