using System.Globalization;

namespace BpfTrace.Bpf.Symbols;

public sealed partial class UserSymbolizer
{
    private ProcessEvents? _events;

    /// <summary>
    /// Follows what all processes run and map, so that also those resolve that end before anybody looks at them. Right away: what happens after this
    /// call is known. Needs CAP_PERFMON.
    /// </summary>
    /// <returns>Whether the kernel allows it.</returns>
    public bool Watch()
    {
        lock (_lock)
            return (_events ??= ProcessEvents.TryOpen()) is not null;
    }

    /// <summary>Takes note of what processes did: to be called several times a second while they are <see cref="Watch">watched</see>.</summary>
    public void Update()
    {
        lock (_lock)
            Follow();
    }

    /// <summary>Notes what all the processes that are there have mapped. Takes a tenth of a millisecond for each.</summary>
    public void RememberAll()
    {
        string[] directories;
        try
        {
            directories = Directory.GetDirectories("/proc");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return; // Then each is looked at when it is asked for.
        }

        foreach (string directory in directories)
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                continue;
            lock (_lock)
            {
                if (!_processes.ContainsKey(pid) && _processes.Count < _capacity && UserProcess.TryRead(pid, Environment.TickCount64, null, codeOnly: true) is { } process)
                    Keep(process);
            }
        }
    }

    /// <summary>Whether all that processes did since they became known is known, too.</summary>
    private bool HasSeenAll => _events is not null;

    private UserProcess? Parent(int pid, long now)
    {
        _processes.TryGetValue(pid, out UserProcess? parent);
        return parent is { IsUncertain: false } ? parent : UserProcess.TryRead(pid, now, parent, codeOnly: true) ?? parent;
    }

    private void Follow()
    {
        if (_events is not null)
            Follow(_events.Read());
    }

    /// <summary>Takes note of what processes did, under the lock.</summary>
    internal void Follow(IReadOnlyList<ProcessEvent> events)
    {
        long now = Environment.TickCount64;
        foreach (ProcessEvent happened in events)
        {
            int pid = happened.ProcessId;
            _processes.TryGetValue(pid, out UserProcess? known);
            switch (happened.Kind)
            {
                case ProcessEventKind.Fork when known is not null && known.Since > happened.Time:
                    break; // Told late: what the process did since is known already.
                case ProcessEventKind.Fork when Parent(happened.ParentProcessId, now) is { } parent:
                    Keep(parent);
                    Keep(parent.Forked(pid, now, known, happened.Time));
                    break;
                case ProcessEventKind.Exec:
                    Keep(UserProcess.Executing(pid, now, known, happened.Time));
                    break;
                case ProcessEventKind.Map:
                    UserProcess? process = known ?? UserProcess.TryRead(pid, now, null, codeOnly: true);
                    Keep(process ??= UserProcess.Executing(pid, now, null)).Add(happened.Mapping!);
                    process.LastUse = now;

                    // Its files may go with its mounts.
                    if (!process.SameMounts && happened.Mapping!.IsFile)
                        process.ModuleOf(happened.Mapping, _modules, _roots);
                    break;
                case ProcessEventKind.Lost:
                    foreach (UserProcess any in _processes.Values)
                        any.IsUncertain = true; // Each is looked at again before it is used next.
                    break;
            }
        }
    }
}
