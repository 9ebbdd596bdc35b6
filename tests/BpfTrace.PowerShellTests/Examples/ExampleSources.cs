using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests.Examples;

/// <summary>Every example of the help of cmdlets, the about topics and the README.</summary>
internal static partial class ExampleSources
{
    private const int CodeIndent = 8;

    public static string HelpDirectory => Path.Combine(Pwsh.Root, "module", "en-US");

    /// <summary>The about topics' names.</summary>
    public static IEnumerable<string> Topics =>
        Directory.EnumerateFiles(HelpDirectory, "about_*.help.txt").Select(static f => Path.GetFileName(f).Replace(".help.txt", "", StringComparison.Ordinal)).Order();

    /// <summary>The examples of every cmdlet, <c>Start-BpfTrace 1</c>.</summary>
    public static IEnumerable<Example> OfCmdlets()
    {
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        XNamespace dev = "http://schemas.microsoft.com/maml/dev/2004/10";
        foreach (XElement cmdlet in XDocument.Load(Path.Combine(HelpDirectory, "BpfTrace.Commands.dll-Help.xml")).Descendants(command + "command"))
        {
            string name = (string)cmdlet.Element(command + "details")!.Element(command + "name")!;
            int number = 0;
            foreach (XElement code in cmdlet.Descendants(dev + "code"))
                yield return new Example(string.Create(CultureInfo.InvariantCulture, $"{name} {++number}"), code.Value);
        }
    }

    /// <summary>The examples of a topic: the indented blocks that are commands.</summary>
    public static IEnumerable<Example> OfTopic(string topic) =>
        BlocksOfTopic(File.ReadAllText(Path.Combine(HelpDirectory, topic + ".help.txt")))
            .SelectMany(block => ExamplesOf(topic, block));

    /// <summary>The examples of the README: its blocks for PowerShell, for a shell, and sessions whose lines begin with a prompt.</summary>
    public static IEnumerable<Example> OfReadme()
    {
        foreach (Match fence in Fence().Matches(File.ReadAllText(Path.Combine(Pwsh.Root, "README.md"))))
        {
            foreach (string block in fence.Groups[2].Value.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            {
                if (fence.Groups[1].Value == "text" && !block.StartsWith(Prompt, StringComparison.Ordinal))
                    continue; // what is printed
                foreach (Example example in ExamplesOf("README", block.TrimEnd()))
                    yield return example;
            }
        }
    }

    /// <summary>The indented blocks of a topic, without their indentation; an empty line ends one.</summary>
    public static IEnumerable<string> BlocksOfTopic(string text)
    {
        var block = new List<string>();
        foreach (string line in text.Split('\n').Append(""))
        {
            if (line.StartsWith(new string(' ', CodeIndent), StringComparison.Ordinal))
            {
                block.Add(line[CodeIndent..]);
            }
            else if (block.Count > 0)
            {
                yield return string.Join('\n', block);
                block.Clear();
            }
        }
    }

    /// <summary>What a block of a topic is.</summary>
    public static BlockKind KindOf(string block)
    {
        string first = block.Split('\n')[0];
        return first.StartsWith(Prompt, StringComparison.Ordinal) || (PowerShellStart().IsMatch(first) && !TableRow().IsMatch(first)) ? BlockKind.PowerShell
            : ShellStart().IsMatch(first) ? BlockKind.Shell
            : first.StartsWith("/*", StringComparison.Ordinal) ? BlockKind.Script
            : block.Split('\n').Take(2).Any(TableRow().IsMatch) || block.Split('\n').All(Names().IsMatch) ? BlockKind.Table
            : BlockKind.Unknown;
    }

    private const string Prompt = "PS> ";

    private static IEnumerable<Example> ExamplesOf(string document, string block)
    {
        switch (KindOf(block))
        {
            case BlockKind.PowerShell when block.StartsWith(Prompt, StringComparison.Ordinal):
                string line = block.Split('\n')[0][Prompt.Length..];
                yield return new Example($"{document}: {line}", line);
                break;
            case BlockKind.PowerShell:
                yield return new Example($"{document}: {block.Split('\n')[0]}", block);
                break;
            case BlockKind.Shell:
                foreach (string command in block.Split('\n'))
                    yield return new Example($"{document}: {command}", command, IsShell: true);
                break;
            case BlockKind.Script:
                // The document shows a file: it is one that bpftrace takes.
                yield return new Example($"{document}: {block.Split('\n')[1].Trim()}", $"Test-BpfScript @'\n{block}\n'@");
                break;
            case BlockKind.Table:
            case BlockKind.Unknown:
                break;
        }
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(\$[\w:]+ |\$\w+\.|\(|'|while \(|[A-Z][a-z]+-[A-Z]\w+( |$))")]
    private static partial Regex PowerShellStart();

    [GeneratedRegex(@"^(sudo |\./build\.sh|bpft |output/cli/bpft )")]
    private static partial Regex ShellStart();

    [GeneratedRegex(@"(\S|^ {10,}) {2,}\S")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^[\w ,;()]+$")]
    private static partial Regex Names();
}

/// <summary>What an indented block of an about topic is.</summary>
internal enum BlockKind
{
    Unknown,
    PowerShell,
    Shell,
    Script,
    Table,
}
