using System.Diagnostics;

namespace BpfTrace.VmTests;

/// <summary>Says what happened as it happens, and counts. Its last line is <c>N passed, N failed, N skipped</c>.</summary>
internal sealed class Report
{
    private int _passed;
    private int _failed;
    private int _skipped;

    public bool HasFailed => _failed > 0;

    /// <summary>Runs a test that gives what is wrong, or null.</summary>
    public void Run(string name, Func<string?> test)
    {
        long start = Stopwatch.GetTimestamp();
        string? wrong;
        try
        {
            wrong = test();
        }
#pragma warning disable CA1031 // whatever it is, it is this test's result
        catch (Exception exception)
#pragma warning restore CA1031
        {
            wrong = exception.ToString();
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (wrong is null)
        {
            _passed++;
            Console.WriteLine($"PASS {name} ({seconds:0.0} s)");
        }
        else
        {
            Fail(name, wrong);
        }
    }

    public void Fail(string name, string wrong)
    {
        _failed++;
        Console.WriteLine($"FAIL {name}");
        Console.WriteLine("     " + wrong.TrimEnd().ReplaceLineEndings("\n     "));
    }

    public void Skip(string name, string why)
    {
        _skipped++;
        Console.WriteLine($"SKIP {name}: {why}");
    }

    public void Finish() => Console.WriteLine($"{_passed} passed, {_failed} failed, {_skipped} skipped");
}
