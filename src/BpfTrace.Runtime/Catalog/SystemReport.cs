using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>What this machine can do for a trace, as text: <c>bpftrace --info</c>. See <see cref="TraceCapabilities"/>.</summary>
public static class SystemReport
{
    /// <summary>Makes the report: sections with a line per fact, in bpftrace's names where it has one, then what is missing and what to do.</summary>
    public static string Create()
    {
        TraceCapability[] capabilities = [.. TraceCapabilities.Find()];
        var text = new StringBuilder();
        text.Append("System\n");
        Add(text, "OS", $"Linux {Environment.OSVersion.Version} {RuntimeInformation.OSDescription}");
        Add(text, "Arch", RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "x86_64" : "aarch64");
        Add(text, "CPUs", $"{Cpus.GetOnline().Length} online, {Cpus.Possible.Length} possible");

        text.Append("\nBuild\n");
        Add(text, "version", typeof(SystemReport).Assembly.GetName().Version?.ToString(3) ?? "");
        Add(text, "runtime", RuntimeInformation.FrameworkDescription);
        Add(text, "bcc library path resolution", "yes"); // bpftrace's name for short library names such as uprobe:libc:f
        Add(text, "libdw (DWARF support)", YesNo(capabilities.First(static c => c.Name == "libdw")));
        Add(text, "blazesym (advanced symbolization)", "no");
        Add(text, "dwunwind (DWARF stack unwinding)", Bpf.Architecture.IsSupported ? "yes" : "no");

        Add(text, "Libraries", capabilities, CapabilityCategory.Library);
        Add(text, "Privileges", capabilities, CapabilityCategory.Privilege);
        Add(text, "Kernel helpers", capabilities, CapabilityCategory.Helper);
        Add(text, "Kernel features", capabilities, CapabilityCategory.Kernel, CapabilityCategory.Feature);
        Add(text, "Map types", capabilities, CapabilityCategory.MapType);
        Add(text, "Probe types", capabilities, CapabilityCategory.ProbeType);

        string? untried = null;
        bool isFirst = true;
        foreach (TraceCapability missing in capabilities)
        {
            // What could not be tried has one reason, which is said once.
            if (missing.Available || (!missing.IsTested && missing.Reason == untried))
                continue;
            if (isFirst)
                text.Append("\nMissing\n");
            isFirst = false;
            if (!missing.IsTested)
                Add(text, "not tried", untried = missing.Reason!);
            else
                Add(text, missing.Name, missing.Reason + (missing.Alternative is { } alternative ? $"; instead: {alternative}" : ""));
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, string title, TraceCapability[] capabilities, params ReadOnlySpan<CapabilityCategory> categories)
    {
        text.Append('\n').Append(title).Append('\n');
        foreach (TraceCapability capability in capabilities)
        {
            if (categories.Contains(capability.Category))
                Add(text, capability.Name, YesNo(capability) + Details(capability));
        }
    }

    private static string Details(TraceCapability capability) => (capability.Value, capability.Path) switch
    {
        (null, null) => "",
        ({ } value, null) => $" ({value})",
        (null, { } path) => $" ({path})",
        ({ } value, { } path) => $" ({value}, {path})",
    };

    private static string YesNo(TraceCapability capability) => capability.Available ? "yes" : "no";

    private static void Add(StringBuilder text, string name, string value) => text.Append("  ").Append(name).Append(": ").Append(value).Append('\n');
}
