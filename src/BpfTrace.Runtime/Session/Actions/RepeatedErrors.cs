using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>Counts the errors that a program reports while it runs, by place: a read that fails fails for each event.</summary>
internal sealed class RepeatedErrors(BoundProgram program)
{
    private readonly long[] _counts = new long[program.Sites.Length];
    private readonly int[] _codes = new int[program.Sites.Length];

    /// <summary>Whether an error is the first at its place; counts it.</summary>
    public bool IsFirst(OutputSite site, int code)
    {
        if (_counts[site.Id]++ != 0)
            return false;
        _codes[site.Id] = code;
        return true;
    }

    /// <summary>What happened more than once, with its number.</summary>
    public IEnumerable<Diagnostic> Describe()
    {
        foreach (OutputSite site in program.Sites)
        {
            if (_counts[site.Id] <= 1)
                continue;
            Diagnostic error = RuntimeErrors.Describe(program.Source, site, _codes[site.Id]);
            yield return error with { Message = $"{error.Message.Split('\n')[0]} (this happened {_counts[site.Id]} times)" };
        }
    }
}
