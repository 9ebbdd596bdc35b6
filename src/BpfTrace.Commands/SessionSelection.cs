using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;

namespace BpfTrace.Commands;

/// <summary>Naming sessions.</summary>
internal static class SessionSelection
{
    /// <summary>The sessions that run, then those that ended.</summary>
    public static IEnumerable<TraceSession> Known => SessionRegistry.Running.Concat(SessionRegistry.Finished);

    /// <summary>The error for a trace that is not known.</summary>
    public static System.Management.Automation.ErrorRecord NotFound(object session) =>
        NotFoundRecord.Create($"There is no trace '{session}'.", "Get-BpfTrace lists those there are.", "TraceNotFound", session);

    /// <summary>The error where only a trace that runs will do.</summary>
    public static System.Management.Automation.ErrorRecord NotRunning(object session) =>
        NotFoundRecord.Create($"No trace '{session}' is running.", "Get-BpfTrace lists the traces with their states.", "TraceNotFound", session);

    /// <summary>Whether a session is meant by a name: it has the name as it stands, or matches it as a pattern.</summary>
    public static bool IsNamed(TraceSession session, string name) =>
        session.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || (Wildcards.IsValid(name) && Wildcards.MatchesAny([name], session.Name));

    /// <summary>The sessions of these names, each once; an error for each name that is no pattern and has none.</summary>
    public static List<TraceSession> ByName(Cmdlet cmdlet, string[] names, IEnumerable<TraceSession> sessions, Func<object, System.Management.Automation.ErrorRecord> missing)
    {
        TraceSession[] candidates = [.. sessions];
        foreach (string name in names.Where(n => !Wildcards.IsPattern(n) && !Array.Exists(candidates, s => IsNamed(s, n))))
        {
            cmdlet.WriteError(missing(name));
        }

        return [.. candidates.Where(s => Array.Exists(names, n => IsNamed(s, n)))];
    }

    /// <summary>The sessions of these references; an error for each that means none.</summary>
    public static List<TraceSession> Of(Cmdlet cmdlet, TraceReference[] references)
    {
        var found = new List<TraceSession>();
        foreach (TraceReference reference in references)
        {
            int before = found.Count;
            found.AddRange(reference.Find());
            if (found.Count == before && !reference.IsPattern)
            {
                cmdlet.WriteError(NotFound(reference));
            }
        }

        return found;
    }

    /// <summary>The sessions of these numbers; an error for each number that has none.</summary>
    public static List<TraceSession> ById(Cmdlet cmdlet, int[] ids, IEnumerable<TraceSession> sessions, Func<object, System.Management.Automation.ErrorRecord> missing)
    {
        var found = new List<TraceSession>();
        TraceSession[] candidates = [.. sessions];
        foreach (int id in ids)
        {
            if (Array.Find(candidates, s => s.Id == id) is { } session)
            {
                found.Add(session);
            }
            else
            {
                cmdlet.WriteError(missing(id));
            }
        }

        return found;
    }
}
