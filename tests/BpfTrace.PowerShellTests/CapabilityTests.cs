using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Get-BpfCapability, with and without privilege.</summary>
public sealed class CapabilityTests
{
    private static string[] Names(JsonElement capabilities) => [.. capabilities.EnumerateArray().Select(static c => c.GetProperty("Name").GetString()!)];

    [PwshFact(needsKernel: true)]
    public void It_tells_what_is_there_and_reasons_for_what_is_not()
    {
        JsonElement all = Pwsh.RunJson("Get-BpfCapability");
        JsonElement Of(string name) => all.EnumerateArray().Single(c => c.GetProperty("Name").GetString() == name);
        Assert.Equal(Names(all).Length, Names(all).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        foreach (string name in new[] { "CAP_BPF", "CAP_PERFMON", "load_programs", "ringbuf", "loop", "libLLVM", "rawtracepoint", "interval" })
        {
            Assert.True(Of(name).GetProperty("Available").GetBoolean(), name);
            Assert.Equal(JsonValueKind.Null, Of(name).GetProperty("Reason").ValueKind);
        }

        Assert.Equal(File.Exists("/sys/kernel/btf/vmlinux"), Of("btf").GetProperty("Available").GetBoolean());
        Assert.Equal(Directory.Exists("/sys/bus/event_source/devices/kprobe"), Of("kprobe").GetProperty("Available").GetBoolean());
        string library = Of("libLLVM").GetProperty("Path").GetString()!;
        Assert.True(File.Exists(library), library);
        if (Of("libLLVM").GetProperty("Value").GetString() is { } version)
            Assert.Matches("^[0-9]+[.][0-9]+", version);
        else
            Assert.Contains("libLLVM-15.", library, StringComparison.Ordinal); // releases before 16 do not tell theirs
        Assert.Equal(17, Of("loop").GetProperty("MinimumKernel").GetProperty("Minor").GetInt32());
        Assert.All(all.EnumerateArray(), static c => Assert.Equal(c.GetProperty("Available").GetBoolean(), c.GetProperty("Reason").GetString() is null));
    }

    [PwshFact(needsKernel: true)]
    public void Without_privilege_it_says_what_is_missing_and_throws_nothing()
    {
        JsonElement all = Pwsh.RunJson("Get-BpfCapability", Pwsh.WithoutPrivilege);
        JsonElement Of(string name) => all.EnumerateArray().Single(c => c.GetProperty("Name").GetString() == name);
        Assert.Equal("CAP_BPF is missing: run as root (sudo), or grant it", Of("CAP_BPF").GetProperty("Reason").GetString());
        Assert.StartsWith("CAP_BPF and CAP_PERFMON are missing: run as root (sudo), or grant them", Of("load_programs").GetProperty("Reason").GetString(), StringComparison.Ordinal);
        Assert.True(Of("load_programs").GetProperty("IsRequired").GetBoolean());
        Assert.False(Of("ringbuf").GetProperty("Available").GetBoolean());
        Assert.False(Of("ringbuf").GetProperty("IsTested").GetBoolean());
        Assert.True(Of("btf").GetProperty("IsTested").GetBoolean());
        Assert.True(Of("libLLVM").GetProperty("Available").GetBoolean());
    }

    [PwshFact]
    public void Names_take_wildcards_categories_choose_and_both_complete()
    {
        JsonElement result = Pwsh.RunJson("""
            [pscustomobject]@{
                libraries = @(Get-BpfCapability lib*).Name
                several = @('libdw', 'btf' | Get-BpfCapability).Name
                kernel = @(Get-BpfCapability -Category Kernel, Library | Select-Object -ExpandProperty Category -Unique)
                both = @(Get-BpfCapability *probe* -Category ProbeType).Name
                unknown = $(Get-BpfCapability nope -ErrorAction SilentlyContinue -ErrorVariable problem; "$($problem.FullyQualifiedErrorId)")
                null = $(try { Get-BpfCapability -Category $null } catch { $_.FullyQualifiedErrorId })
                name = @((TabExpansion2 'Get-BpfCapability kprobe_').CompletionMatches.CompletionText)
                category = @((TabExpansion2 'Get-BpfCapability -Category P').CompletionMatches.CompletionText)
            }
            """)[0];
        string[] Texts(string property) => [.. result.GetProperty(property).EnumerateArray().Select(static e => e.GetString()!)];
        Assert.Equal(["libLLVM", "libclang", "libdw"], Texts("libraries"));
        Assert.Equal(["libdw", "btf"], Texts("several"));
        Assert.Equal(["Kernel", "Library"], Texts("kernel"));
        Assert.Equal(["kprobe", "kretprobe", "kprobe_multi", "kprobe_session", "uprobe", "uretprobe", "uprobe_multi"], Texts("both"));
        Assert.Equal("CapabilityNotFound,BpfTrace.Commands.GetBpfCapabilityCommand", result.GetProperty("unknown").GetString());
        Assert.Equal("ParameterArgumentValidationError,BpfTrace.Commands.GetBpfCapabilityCommand", result.GetProperty("null").GetString());
        Assert.Equal(["kprobe_multi", "kprobe_session"], Texts("name"));
        Assert.Equal(["Privilege", "ProbeType"], Texts("category"));
    }

    [PwshFact]
    public void A_library_that_cannot_be_loaded_is_told_with_its_name()
    {
        JsonElement found = Pwsh.RunJson("$env:BPFTRACE_LIBDW = '/no/such/libdw.so'; Get-BpfCapability libdw")[0];
        Assert.False(found.GetProperty("Available").GetBoolean());
        Assert.Equal("BPFTRACE_LIBDW names '/no/such/libdw.so', which cannot be loaded.", found.GetProperty("Reason").GetString());
        Assert.StartsWith("arg0", found.GetProperty("Alternative").GetString(), StringComparison.Ordinal);
    }

    [PwshFact]
    public void The_table_is_grouped_plain_without_colours_and_never_breaks_a_word()
    {
        string shown = Pwsh.Run("$env:BPFTRACE_LIBDW = '/no/such/libdw.so'; Get-BpfCapability linux, libdw; $env:NO_COLOR = $null; $mark = { [BpfTrace.Commands.Output.Views]::Mark[(Get-BpfCapability linux)] }; & $mark; $PSStyle.OutputRendering = 'Ansi'; & $mark");
        Assert.Contains("Category: Kernel", shown, StringComparison.Ordinal);
        Assert.Contains("Category: Library", shown, StringComparison.Ordinal);
        Assert.Matches("(?m)^yes +linux +6[.]1 +the kernel's release", shown);
        Assert.Matches("(?m)^no +libdw", shown);
        string[] words = shown.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("loaded.;", words);
        Assert.Contains("'/no/such/libdw.so',", words);
        Assert.Equal(["yes", "\e[32myes\e[0m"], words[^2..]); // redirected, the colours have to be asked for
        Assert.DoesNotContain("\e", shown[..shown.LastIndexOf("\e[32m", StringComparison.Ordinal)], StringComparison.Ordinal);
    }
}
