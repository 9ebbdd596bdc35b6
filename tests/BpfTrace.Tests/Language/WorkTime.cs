using System.Diagnostics;

namespace BpfTrace.Tests.Language;

/// <summary>Bounds on how long something takes, on a machine that may do other things: the quickest of some tries counts.</summary>
internal static class WorkTime
{
    private const int Tries = 5;

    /// <summary>Ten times the work takes far less than the hundred times the time of something quadratic.</summary>
    public static void AssertLinear(Action once, Action tenTimes)
    {
        once();
        TimeSpan one = default, ten = default;
        for (int i = 0; i < Tries; i++)
        {
            one = Of(once);
            ten = Of(tenTimes);
            if (ten < (one * 40) + TimeSpan.FromMilliseconds(200))
                return;
        }

        Assert.Fail($"once took {one}, ten times {ten}");
    }

    public static void AssertBelow(TimeSpan limit, Action work, string what)
    {
        TimeSpan time = default;
        for (int i = 0; i < Tries; i++)
        {
            time = Of(work);
            if (time < limit)
                return;
        }

        Assert.Fail($"{time} for: {what}");
    }

    private static TimeSpan Of(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start);
    }
}
