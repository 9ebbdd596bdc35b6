using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// The kernel's tracing file system (tracefs): its events, their numbers and layouts. Found where it is mounted; where it is
/// not, and we have CAP_SYS_ADMIN, a mount of our own is made that no other process sees (fsmount(2), Linux 5.2).
/// </summary>
public sealed class TraceFs : IDisposable
{
    private static readonly string[] s_places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    private readonly SafeFileHandle? _ownMount;

    private TraceFs(string path, TracefsState state, string? reason, SafeFileHandle? ownMount = null)
    {
        DirectoryPath = path;
        State = state;
        Reason = reason;
        _ownMount = ownMount;
    }

    /// <summary>The directory; where it is not available, the one where it ought to be.</summary>
    public string DirectoryPath { get; }

    /// <summary>Whether it can be used.</summary>
    public TracefsState State { get; }

    /// <summary>Why it cannot be used, with what to do about it; null if it can.</summary>
    public string? Reason { get; }

    /// <summary>Whether it can be used.</summary>
    public bool IsAvailable => State == TracefsState.Available;

    /// <summary>Finds the file system. Never throws: what is wrong is in <see cref="State"/> and <see cref="Reason"/>.</summary>
    /// <param name="allowOwnMount">Whether a private mount may be made where there is none.</param>
    public static TraceFs Open(bool allowOwnMount = true)
    {
        foreach (string place in s_places)
        {
            switch (StateOf(place))
            {
                case TracefsState.Available:
                    return new TraceFs(place, TracefsState.Available, null);
                case TracefsState.AccessDenied:
                    return new TraceFs(place, TracefsState.AccessDenied, $"{place} may not be read: run as root, or give the user the right to read it.");
            }
        }

        if (allowOwnMount && TracefsMount.TryMount() is { } mount)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{mount.DangerousGetHandle()}");
            if (StateOf(path) == TracefsState.Available)
                return new TraceFs(path, TracefsState.Available, null, mount);
            mount.Dispose();
        }

        return new TraceFs(s_places[0], TracefsState.NotMounted, $"tracefs is not mounted; as root: mount -t tracefs tracefs {s_places[0]}");
    }

    /// <summary>Uses a directory laid out as tracefs.</summary>
    public static TraceFs At(string path)
    {
        TracefsState state = StateOf(path);
        return new TraceFs(path, state, state == TracefsState.Available ? null : $"{path} is not a readable tracing directory.");
    }

    /// <summary>The categories of events, sorted.</summary>
    /// <exception cref="TracefsException">The file system cannot be read.</exception>
    public IReadOnlyList<string> Categories() => Directories("events");

    /// <summary>The events of a category, sorted; none if there is no such category.</summary>
    /// <exception cref="TracefsException">The file system cannot be read.</exception>
    public IReadOnlyList<string> Events(string category)
        => IsName(category) && Directory.Exists(PathOf("events/" + category)) ? Directories("events/" + category) : [];

    /// <summary>
    /// All events, in the order of category and name. One file (<c>available_events</c>) tells them, which is faster than the
    /// directories.
    /// </summary>
    /// <exception cref="TracefsException">The file system cannot be read.</exception>
    public IReadOnlyList<(string Category, string Event)> AllEvents()
    {
        // With a NUL in place of the colon the lines' order is that of category and name.
        string[] lines = Read("available_events").Replace(':', '\0').Split('\n');
        Array.Sort(lines, StringComparer.Ordinal);
        List<(string Category, string Event)> events = new(lines.Length);
        foreach (string line in lines)
        {
            int colon = line.IndexOf('\0');
            if (colon > 0)
                events.Add((line[..colon], line[(colon + 1)..].TrimEnd().Replace('\0', ':')));
        }

        return events;
    }

    /// <summary>Whether an event exists.</summary>
    public bool HasEvent(string category, string name) => IsName(category) && IsName(name) && Directory.Exists(PathOf($"events/{category}/{name}"));

    /// <summary>The number of an event for perf_event_open(2) (<c>PERF_TYPE_TRACEPOINT</c>); null if there is no such event.</summary>
    /// <exception cref="TracefsException">The file system cannot be read.</exception>
    public int? FindEventId(string category, string name)
    {
        if (!HasEvent(category, name))
            return null;
        string text = Read($"events/{category}/{name}/id").Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : throw new TracefsException($"The id of the event {category}:{name} reads '{text}'.");
    }

    /// <summary>The layout of an event's record; null if there is no such event.</summary>
    /// <exception cref="TracefsException">The file system cannot be read, or the layout has an unknown form.</exception>
    public TracepointFormat? FindFormat(string category, string name)
    {
        if (!HasEvent(category, name) || !File.Exists(PathOf($"events/{category}/{name}/format")))
            return null;
        try
        {
            return TracepointFormat.Parse(category, Read($"events/{category}/{name}/format"));
        }
        catch (FormatException e)
        {
            throw new TracefsException($"The format of the event {category}:{name}: {e.Message}", TracefsState.Available, e);
        }
    }

    /// <summary>Whether a file exists.</summary>
    public bool HasFile(string file) => File.Exists(PathOf(file));

    /// <summary>The full path of a file in the file system.</summary>
    public string PathOf(string file) => DirectoryPath + "/" + file;

    /// <summary>The content of a file as text.</summary>
    /// <exception cref="TracefsException">The file system or the file cannot be read.</exception>
    public string Read(string file) => Encoding.UTF8.GetString(ReadBytes(file));

    /// <inheritdoc/>
    public void Dispose() => _ownMount?.Dispose();

    /// <summary>The content of a file.</summary>
    internal byte[] ReadBytes(string file)
    {
        ThrowIfUnavailable();
        try
        {
            return VirtualFile.ReadAllBytes(PathOf(file));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TracefsException($"{file} of tracefs may not be read.", TracefsState.AccessDenied, e);
        }
        catch (IOException e) when (e is not TracefsException)
        {
            throw new TracefsException($"{file} of tracefs cannot be read: {e.Message}", TracefsState.Available, e);
        }
    }

    private static TracefsState StateOf(string path)
    {
        try
        {
            // Listing shows what the rights allow; Exists alone would call a forbidden directory absent.
            using IEnumerator<string> entries = Directory.EnumerateDirectories(path, "events").GetEnumerator();
            return entries.MoveNext() ? TracefsState.Available : TracefsState.NotMounted;
        }
        catch (UnauthorizedAccessException)
        {
            return TracefsState.AccessDenied;
        }
        catch (IOException)
        {
            return TracefsState.NotMounted;
        }
    }

    /// <summary>Names from a script become parts of paths: nothing else may hide in them.</summary>
    private static bool IsName(string name) => name.Length > 0 && name[0] != '.' && !name.Contains('/') && !name.Contains('\0');

    private List<string> Directories(string under)
    {
        ThrowIfUnavailable();
        try
        {
            List<string> names = [];
            foreach (string path in Directory.EnumerateDirectories(PathOf(under)))
                names.Add(Path.GetFileName(path));
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TracefsException($"{under} of tracefs cannot be listed: {e.Message}", e is IOException ? TracefsState.Available : TracefsState.AccessDenied, e);
        }
    }

    private void ThrowIfUnavailable()
    {
        if (!IsAvailable)
            throw new TracefsException(Reason!, State);
    }
}
