using System.Globalization;
using System.Text;

namespace BpfTrace.Bpf.Proc;

/// <summary>What is mapped where in a process, at the moment of reading. Immutable.</summary>
public sealed class ProcessMaps
{
    private readonly ProcessMapping[] _mappings;

    private ProcessMaps(ProcessMapping[] mappings) => _mappings = mappings;

    /// <summary>The mappings in the order of their addresses.</summary>
    public IReadOnlyList<ProcessMapping> Mappings => _mappings;

    /// <summary>Reads a process's mappings; needs the right to trace it (ptrace(2)).</summary>
    /// <exception cref="IOException">The process does not exist.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not be looked at.</exception>
    public static ProcessMaps Read(int pid) => Parse(Encoding.UTF8.GetString(VirtualFile.ReadAllBytes($"/proc/{pid}/maps")));

    /// <summary>Reads text in the form of <c>/proc/PID/maps</c>. Lines that are not of that form are left out.</summary>
    public static ProcessMaps Parse(string text)
    {
        List<ProcessMapping> mappings = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (ParseLine(line) is { } mapping)
                mappings.Add(mapping);
        }

        return new ProcessMaps([.. mappings]);
    }

    /// <summary>Mappings without any of a process's; <see cref="With"/> adds them.</summary>
    internal static ProcessMaps Empty { get; } = new([]);

    /// <summary>Only what can be executed: what stacks are made of.</summary>
    internal ProcessMaps Code() => new(Array.FindAll(_mappings, static m => m.IsExecutable));

    /// <summary>The mappings with their paths as one sees them to whom a directory is the root. Files outside of it keep theirs.</summary>
    internal ProcessMaps Below(string root) => new(Array.ConvertAll(_mappings, m =>
        m.IsFile && m.Path.Length > root.Length && m.Path[root.Length] == '/' && m.Path.StartsWith(root, StringComparison.Ordinal) ? m with { Path = m.Path[root.Length..] } : m));

    /// <summary>The mappings after further ones were made, in their order: each takes the place of what was there.</summary>
    internal ProcessMaps With(IReadOnlyList<ProcessMapping> added)
    {
        List<ProcessMapping> all = [.. _mappings];
        foreach (ProcessMapping mapping in added)
        {
            int at = all.Count;
            while (at > 0 && all[at - 1].End > mapping.Start)
                at--;
            int end = at;
            while (end < all.Count && all[end].Start < mapping.End)
                end++;
            ProcessMapping? before = end > at && all[at].Start < mapping.Start ? all[at] with { End = mapping.Start } : null;
            ProcessMapping? after = end > at && all[end - 1].End > mapping.End ? all[end - 1] : null;
            all.RemoveRange(at, end - at);
            if (after is not null)
                all.Insert(at, after with { Start = mapping.End, Offset = after.Offset + (mapping.End - after.Start) });
            all.Insert(at, mapping);
            if (before is not null)
                all.Insert(at, before);
        }

        return new ProcessMaps([.. all]);
    }

    /// <summary>The mapping that contains an address; null if there is none.</summary>
    public ProcessMapping? Find(ulong address)
    {
        int low = 0;
        int high = _mappings.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ProcessMapping mapping = _mappings[middle];
            if (address < mapping.Start)
                high = middle - 1;
            else if (address >= mapping.End)
                low = middle + 1;
            else
                return mapping;
        }

        return null;
    }

    /// <summary>The paths of the mapped files that still exist, each once, in the order of their addresses.</summary>
    public IReadOnlyList<string> Files()
    {
        List<string> files = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (ProcessMapping mapping in _mappings)
        {
            if (mapping.IsFile && !mapping.IsDeleted && seen.Add(mapping.Path))
                files.Add(mapping.Path);
        }

        return files;
    }

    // 55a8d0-55a8f3 r-xp 00002000 08:01 1234     /usr/bin/some file
    private static ProcessMapping? ParseLine(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> range = Word(ref line);
        ReadOnlySpan<char> rights = Word(ref line);
        ReadOnlySpan<char> offset = Word(ref line);
        ReadOnlySpan<char> device = Word(ref line);
        ReadOnlySpan<char> inode = Word(ref line);
        int dash = range.IndexOf('-');
        int colon = device.IndexOf(':');
        if (dash < 0 || colon < 0 || rights.Length < 4
            || !TryHex(range[..dash], out ulong start) || !TryHex(range[(dash + 1)..], out ulong end) || !TryHex(offset, out ulong at)
            || !TryHex(device[..colon], out ulong major) || !TryHex(device[(colon + 1)..], out ulong minor)
            || !ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return null;
        }

        // The one escape of this file: a line end in a path.
        ReadOnlySpan<char> path = line.TrimStart(' ');
        string text = path.Contains("\\012", StringComparison.Ordinal) ? path.ToString().Replace("\\012", "\n", StringComparison.Ordinal) : path.ToString();
        return ProcessMapping.Create(start, end, rights[2] == 'x', rights[1] == 'w', at, major << 20 | minor, number, text);
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value)
        => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> line)
    {
        int end = line.IndexOf(' ');
        ReadOnlySpan<char> word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return word;
    }
}
