using System.Globalization;
using BpfTrace.Bpf.Elf;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Lists what can be traced on this machine, as <c>bpftrace -l</c> does.</summary>
/// <remarks>
/// Listings need readable tracefs and kernel type information; a kind of probe that cannot be listed yields nothing, and
/// <see cref="WhyEmpty"/> says why.
/// </remarks>
public static class ProbeCatalog
{
    /// <summary>Probes that match a pattern, sorted within each kind. They are found while the sequence is read.</summary>
    /// <param name="pattern">
    /// <c>*</c> stands for any run of characters: <c>tracepoint:syscalls:sys_enter_*</c>, <c>*kill*</c> (in any default kind), <c>uprobe:/bin/bash:read*</c>;
    /// several patterns are separated by commas. Null or empty lists all default kinds.
    /// </param>
    /// <param name="processId">Lists user probes of the files this process has mapped; null for none.</param>
    /// <param name="catalog">What to list; null for the live kernel.</param>
    /// <param name="debugInfoDirectories">As <see cref="TraceOptions.DebugInfoDirectories"/>, for the parameters of user functions.</param>
    public static IEnumerable<ProbeInfo> Find(string? pattern = null, int? processId = null, IKernelCatalog? catalog = null, string? debugInfoDirectories = null)
    {
        catalog ??= LinuxKernelCatalog.Shared;
        foreach (string part in (pattern ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            foreach (ProbeInfo probe in new ProbeListing(catalog, processId, debugInfoDirectories).Find(part))
                yield return probe;
        }
    }

    /// <summary>The probes of a compiled script, those with a place to attach to, sorted by the order of the script.</summary>
    /// <param name="trace">The script.</param>
    /// <param name="catalog">Where their parameters are looked up; null for the live kernel.</param>
    public static IEnumerable<ProbeInfo> Of(CompiledTrace trace, IKernelCatalog? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var listing = new ProbeListing(catalog ?? LinuxKernelCatalog.Shared, trace.Options.ProcessId, trace.Options.DebugInfoDirectories);
        AttachTarget? last = null;
        foreach (AttachTarget target in trace.Probes)
        {
            // As bpftrace: begin, end and self are not listed, a static probe that is in several places once.
            bool isPlace = target.Type == ProbeType.Usdt && last?.FullName == target.FullName && last.Address != target.Address;
            if (target.Type is not (ProbeType.Begin or ProbeType.End or ProbeType.Self) && !isPlace)
                yield return listing.Describe(target);
            last = target;
        }
    }

    /// <summary>Whether there is such a process now: a listing for one that is not there would only be empty.</summary>
    /// <param name="processId">Its id in this process's namespace.</param>
    public static bool HasProcess(int processId) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}"));

    /// <summary>Whether a file is a binary (ELF) rather than a script: listed are then its functions and static probes.</summary>
    /// <param name="path">The file; false where it cannot be read.</param>
    public static bool IsBinary(string path) => ElfFile.TryReadType(path, out _);

    /// <summary>Whether a pattern asks for types (<c>struct path</c>, <c>enum *</c>) rather than probes.</summary>
    public static bool IsTypePattern(string pattern) => TypeListing.IsTypePattern(pattern);

    /// <summary>Structures, unions and enums of the kernel's types that match, sorted.</summary>
    /// <param name="pattern">For example <c>struct task_*</c>.</param>
    /// <param name="withDefinition">True gives C definitions, each after <c>vmlinux: </c> or its module's name; false only names.</param>
    /// <param name="catalog">What to list; null for the live kernel.</param>
    public static IEnumerable<string> FindTypes(string pattern, bool withDefinition, IKernelCatalog? catalog = null) =>
        new TypeListing(catalog ?? LinuxKernelCatalog.Shared).Lines(pattern, withDefinition);

    /// <summary>Structures, unions and enums of the kernel's types that match, sorted by name; several modules may have one of a name.</summary>
    /// <param name="pattern">For example <c>struct task_*</c>.</param>
    /// <param name="catalog">What to list; null for the live kernel.</param>
    public static IReadOnlyList<KernelTypeInfo> FindTypes(string pattern, IKernelCatalog? catalog = null) =>
        new TypeListing(catalog ?? LinuxKernelCatalog.Shared).Find(pattern);

    /// <summary>
    /// What a user must know about a listing of this machine: kinds of probe that are not listed, or cannot be attached, and why, with the kinds that
    /// can see the same; where names come from a list that has too many. One line each.
    /// </summary>
    /// <param name="pattern">As for <see cref="Find"/>.</param>
    public static IEnumerable<string> Notes(string? pattern)
    {
        LinuxKernelCatalog machine = LinuxKernelCatalog.Shared;
        foreach (string part in (pattern ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            bool isNamed = part.Contains(':', StringComparison.Ordinal) && !part.AsSpan(0, part.IndexOf(':', StringComparison.Ordinal)).Contains('*');
            foreach (ProbeType type in new ProbeListing(machine, null, null).TypesOf(part))
            {
                if (machine.Note(type, isNamed) is { } note)
                    yield return note;
            }
        }
    }

    /// <summary>Why a kind of probe lists nothing; null when nothing is known against it.</summary>
    /// <param name="type">A kind of probe, by its name or short name.</param>
    public static string? WhyEmpty(string type) =>
        ProbeNames.TryParse(type, out ProbeType kind) ? LinuxKernelCatalog.Shared.WhyEmpty(kind) : null;
}
