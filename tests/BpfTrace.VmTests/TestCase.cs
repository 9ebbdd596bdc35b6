using System.Collections.Immutable;
using System.Globalization;

namespace BpfTrace.VmTests;

/// <summary>One case of a <c>.case</c> file: a program, what happens while it runs, what it must print. The keys are in tests/vm/README.md.</summary>
internal sealed record TestCase(string File, string Name)
{
    public string Program { get; init; } = "";

    /// <summary>More of the command line, split at blanks.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>A script that pwsh runs, in place of a program that bpft runs.</summary>
    public string? PowerShell { get; init; }

    /// <summary>Started by bpft itself (<c>-c</c>), which ends with it.</summary>
    public string? Command { get; init; }

    /// <summary>Run by a shell once the probes are attached; then the trace is asked to end.</summary>
    public string? Action { get; init; }

    /// <summary>The oldest kernel that can do it.</summary>
    public Version? Kernel { get; init; }

    public int ExitCode { get; init; }

    /// <summary>What output and errors together must match, each somewhere.</summary>
    public ImmutableArray<string> Expected { get; init; } = [];

    /// <summary>What they must match nowhere.</summary>
    public ImmutableArray<string> Rejected { get; init; } = [];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(240);

    /// <summary>Reads a file of cases.</summary>
    /// <exception cref="FormatException">It has a key nobody knows, or a case that could not fail.</exception>
    public static List<TestCase> Load(string path)
    {
        var cases = new List<TestCase>();
        TestCase? current = null;
        int number = 0;
        bool inProgram = false;
        foreach (string line in System.IO.File.ReadLines(path))
        {
            number++;
            if (inProgram && (line.StartsWith("    ", StringComparison.Ordinal) || line.Length == 0))
            {
                current = current! with { Program = current.Program + line.TrimStart() + "\n" };
                continue;
            }

            inProgram = false;
            if (line.Length == 0 || line[0] == '#')
                continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                throw new FormatException($"{path}:{number}: no key");
            string key = line[..colon];
            string value = line[(colon + 1)..].Trim();
            if (key == "case")
            {
                Add(cases, current);
                current = new TestCase(Path.GetFileName(path), value);
                continue;
            }

            if (current is null)
                throw new FormatException($"{path}:{number}: no case yet");
            inProgram = key == "program" && value.Length == 0;
            current = current.With(key, value) ?? throw new FormatException($"{path}:{number}: unknown key {key}");
        }

        Add(cases, current);
        return cases;
    }

    private static void Add(List<TestCase> cases, TestCase? done)
    {
        if (done is null)
            return;
        if (done.Expected.IsEmpty)
            throw new FormatException($"{done.File}: the case '{done.Name}' expects nothing, so it cannot fail");
        cases.Add(done);
    }

    private TestCase? With(string key, string value) => key switch
    {
        "program" => this with { Program = value },
        "options" => this with { Options = [.. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)] },
        "powershell" => this with { PowerShell = value },
        "command" => this with { Command = value },
        "action" => this with { Action = value },
        "kernel" => this with { Kernel = Version.Parse(value) },
        "exit" => this with { ExitCode = int.Parse(value, CultureInfo.InvariantCulture) },
        "expect" => this with { Expected = Expected.Add(value) },
        "reject" => this with { Rejected = Rejected.Add(value) },
        "timeout" => this with { Timeout = TimeSpan.FromSeconds(int.Parse(value, CultureInfo.InvariantCulture)) },
        _ => null,
    };
}
