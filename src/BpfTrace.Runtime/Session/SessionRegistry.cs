using System.Collections.Immutable;

namespace BpfTrace;

/// <summary>The process's sessions: those that run, and the last ones that have ended, whose maps can still be read.</summary>
public static class SessionRegistry
{
    /// <summary>How many ended sessions are remembered.</summary>
    public const int FinishedCapacity = 16;

    private static readonly object s_lock = new();
    private static readonly List<TraceSession> s_running = [];
    private static readonly List<TraceSession> s_finished = [];
    private static int s_lastId;

    /// <summary>The sessions that run, oldest first.</summary>
    public static ImmutableArray<TraceSession> Running
    {
        get
        {
            lock (s_lock)
                return [.. s_running];
        }
    }

    /// <summary>The sessions that have ended, oldest first; at most <see cref="FinishedCapacity"/>.</summary>
    public static ImmutableArray<TraceSession> Finished
    {
        get
        {
            lock (s_lock)
                return [.. s_finished];
        }
    }

    /// <summary>The session that ended last; null when none has.</summary>
    public static TraceSession? LastFinished
    {
        get
        {
            lock (s_lock)
                return s_finished.Count > 0 ? s_finished[^1] : null;
        }
    }

    /// <summary>A running or remembered session by its number; null when there is none.</summary>
    public static TraceSession? Find(int id)
    {
        lock (s_lock)
            return s_running.Find(s => s.Id == id) ?? s_finished.Find(s => s.Id == id);
    }

    /// <summary>The session that an event or a map's entry came from; null when it is forgotten, or the object is of another kind.</summary>
    /// <param name="traced">A <see cref="TraceEvent"/> or <see cref="MapEntry"/>.</param>
    public static TraceSession? FindSource(object traced) => traced switch
    {
        TraceEvent e => Find(e.SessionId),
        MapEntry entry => Find(entry.SessionId),
        _ => null,
    };

    internal static int NextId() => Interlocked.Increment(ref s_lastId);

    internal static void Add(TraceSession session)
    {
        lock (s_lock)
            s_running.Add(session);
    }

    /// <summary>Forgets a session that did not begin.</summary>
    internal static void Remove(TraceSession session)
    {
        lock (s_lock)
            s_running.Remove(session);
    }

    internal static void Finish(TraceSession session)
    {
        lock (s_lock)
        {
            if (!s_running.Remove(session))
                return;
            s_finished.Add(session);
            if (s_finished.Count > FinishedCapacity)
                s_finished.RemoveAt(0);
        }
    }
}
