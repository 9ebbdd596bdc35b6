using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using BpfTrace.Commands;
using BpfTrace.Language.Diagnostics;
using BpfTrace.PowerShellTests.Examples;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>The about topics: found, in the form Get-Help wants, and true.</summary>
public sealed partial class TopicTests
{
    public static TheoryData<string> Topics => [.. ExampleSources.Topics];

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_topic_has_the_form_that_help_reads(string topic)
    {
        string[] lines = Read(topic).Split('\n');
        Assert.Equal(["TOPIC", "    " + topic, "", "SYNOPSIS"], lines[..4]);
        Assert.StartsWith("    ", lines[4], StringComparison.Ordinal);
        Assert.All(lines, static line => Assert.True(line.Length <= 80 && !line.EndsWith(' ') && !line.Contains('\t'), line));
        Assert.Contains($"'module/bin/en-US/{topic}.help.txt'", File.ReadAllText(Path.Combine(Pwsh.Root, "BpfTrace.psd1")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_topic_is_referred_to_by_the_main_one_and_by_a_cmdlet(string topic)
    {
        if (topic != "about_BpfTrace")
            Assert.Contains("\n    " + topic + "\n", Read("about_BpfTrace"), StringComparison.Ordinal);
        string help = File.ReadAllText(Path.Combine(ExampleSources.HelpDirectory, "BpfTrace.Commands.dll-Help.xml"));
        Assert.Contains($"<maml:linkText>{topic}</maml:linkText>", help, StringComparison.Ordinal);
    }

    /// <summary>Names under SEE ALSO and in links are cmdlets and topics there are.</summary>
    [Fact]
    public void References_lead_somewhere()
    {
        HashSet<string> known = ["Export-Csv", .. ExampleSources.Topics, .. CmdletMetadata.Cmdlets(typeof(StartBpfTraceCommand).Assembly).Select(CmdletMetadata.NameOf)];
        string help = File.ReadAllText(Path.Combine(ExampleSources.HelpDirectory, "BpfTrace.Commands.dll-Help.xml"));
        IEnumerable<string> references = LinkText().Matches(help).Select(static m => m.Groups[1].Value)
            .Concat(ExampleSources.Topics.SelectMany(static t => Read(t).Split("SEE ALSO\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Trim())))
            .Where(static r => !r.StartsWith("https://", StringComparison.Ordinal) && !r.Contains(' ', StringComparison.Ordinal));
        Assert.All(references, r => Assert.Contains(r, known));
    }

    [PwshFact]
    public void Topics_are_found_from_a_checkout_and_installed()
    {
        string[] topics = [.. ExampleSources.Topics];
        string list = string.Join(", ", topics.Select(static t => $"'{t}'"));
        string script = $$"""{{list}} | ForEach-Object { "$_ $((Get-Help $_ | Out-String).Length -gt 2000)" }""";
        string[] expected = [.. topics.Select(static t => t + " True")];
        Assert.Equal(expected, Pwsh.Run(script).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        string installed = Pwsh.Run($$"""
            $modules = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-installed-$PID")
            try {
                $null = New-Item -ItemType Directory $modules/BpfTrace
                Copy-Item -Recurse '{{Pwsh.Root}}/BpfTrace.psd1', '{{Pwsh.Root}}/module' $modules/BpfTrace
                $env:PSModulePath = $modules
                {{script}}
            }
            finally { Remove-Item -Recurse $modules }
            """, importsModule: false);
        Assert.Equal(expected, installed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>What can go wrong with a trace has an entry; an entry is about something that can.</summary>
    [Fact]
    public void Troubleshooting_knows_the_errors_there_are()
    {
        string[] named = [.. Read("about_BpfTrace_Troubleshooting").Split('\n').Select(static l => EntryIds().Match(l)).Where(static m => m.Success)
            .SelectMany(static m => m.Groups[1].Value.Split(", "))];
        string[] session = [.. Constants(typeof(SessionDiagnosticIds))];
        Assert.Empty(session.Except(named));
        string nextSteps = File.ReadAllText(Path.Combine(Pwsh.Root, "src", "BpfTrace.Commands", "Errors", "NextSteps.cs")).Split("string? OfCommand(")[1];
        string[] commands = [.. CommandId().Matches(nextSteps).Select(static m => m.Groups[1].Value)];
        Assert.True(commands.Length > 15, $"{commands.Length} errors of cmdlets");
        Assert.Empty(commands.Except(named));
        // The compiler's ids and the cmdlets' own are named where they are used.
        string source = string.Concat(new[] { "BpfTrace.Commands", "BpfTrace.Compiler" }
            .SelectMany(static d => Directory.EnumerateFiles(Path.Combine(Pwsh.Root, "src", d), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));
        HashSet<string> known = [.. session, .. Constants(typeof(DiagnosticIds))];
        Assert.All(named, id => Assert.True(known.Contains(id) || source.Contains($"\"{id}\"", StringComparison.Ordinal) || source.Contains($"nameof({id})", StringComparison.Ordinal), id));
        Assert.True(named.Length > 50, $"{named.Length} entries");
    }

    /// <summary>The table of values in about_BpfTrace_Output.</summary>
    [PwshFact(needsKernel: true)]
    public void Values_are_of_the_types_the_topic_says()
    {
        (string Value, string Type, string Said)[] rows =
        [
            ("pid", "System.UInt32", "UInt32"), ("(int8)rand", "System.SByte", "SByte"), ("nsecs", "System.UInt64", "UInt64"), ("true", "System.Boolean", "Boolean"),
            ("comm", "System.String", "String"), ("strftime(\"%H\", nsecs)", "System.DateTimeOffset", "DateTimeOffset"), ("(uint8 *)nsecs", "System.UInt64", "pointer"),
            ("(enum C)1", "BpfTrace.Enum.C", "Enum"), ("buf(\"abc\", 3)", "System.Byte[]", "Byte[]"), ("ntop(0x0100007f)", "System.Net.IPAddress", "System.Net.IPAddress"), ("macaddr((uint8 *)nsecs)", "System.Net.NetworkInformation.PhysicalAddress", "PhysicalAddress"),
            ("(1, \"x\")", "BpfTrace.BpfTuple", "BpfTrace.BpfTuple"), ("kstack", "BpfTrace.StackTrace", "BpfTrace.StackTrace"), ("ksym(nsecs)", "BpfTrace.Symbol", "BpfTrace.Symbol"),
        ];
        string program = "enum C { RED = 1 }; begin { " + string.Concat(rows.Select(static r => $"print({r.Value}); ")) + "exit(); }";
        string[] types = [.. Pwsh.RunJson($"(Test-BpfScript '{program}' -Detailed).EventTypes | ForEach-Object {{ $_.Properties[0].TypeName }}").EnumerateArray().Select(static e => e.GetString()!)];
        Assert.Equal(rows.Select(static r => r.Type), types);
        string topic = Read("about_BpfTrace_Output");
        string table = topic[topic.IndexOf("\n  VALUES", StringComparison.Ordinal)..topic.IndexOf("\n  MAPS", StringComparison.Ordinal)];
        Assert.All(rows, r => Assert.Contains(r.Said, table, StringComparison.Ordinal));
    }

    /// <summary>The names of properties, as about_BpfTrace_Output gives their rules.</summary>
    [PwshFact(needsKernel: true)]
    public void Properties_are_named_as_the_topic_says()
    {
        JsonElement names = Pwsh.RunJson("""
            $program = 'tracepoint:syscalls:sys_enter_openat {
                $x = 1; @start[tid] = nsecs;
                printf("pid=%d", tid);
                print((pid=pid, name=comm));
                printf("%d", args.flags);
                printf("%s", str(args.filename));
                printf("%s", comm);
                printf("%d %d", $x, @start[tid]);
                printf("%d %d", 1, 2);
                print(5);
                print((timestamp=1));
                printf("%d %d", $x, $x);
            }'
            (Test-BpfScript $program -Detailed).EventTypes | ForEach-Object { $_.Properties.Name -join ' ' }
            """);
        Assert.Equal(
            ["pid", "pid name", "flags", "filename", "comm", "x start", "arg0 arg1", "Value", "timestamp_", "x x2"],
            names.EnumerateArray().Select(static n => n.GetString()!));
    }

    private static string Read(string topic) => File.ReadAllText(Path.Combine(ExampleSources.HelpDirectory, topic + ".help.txt"));

    private static IEnumerable<string> Constants(Type ids) =>
        ids.GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => (string)f.GetRawConstantValue()!);

    [GeneratedRegex("(?:^ {8}|or )\"([A-Z]\\w+)\"(?= or| =>|$)", RegexOptions.Multiline)]
    private static partial Regex CommandId();

    [GeneratedRegex("<maml:linkText>([^<]+)</maml:linkText>")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"^ {8}((?:[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+)(?:, [A-Z][A-Za-z]+)*)(?: {2,}|,?$)")]
    private static partial Regex EntryIds();
}
