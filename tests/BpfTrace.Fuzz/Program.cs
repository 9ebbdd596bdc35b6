using BpfTrace.Fuzz.Checks;
using BpfTrace.Fuzz.Running;

// child OPTIONS    what the supervisor starts
// show OPTIONS     print the program number --first of --seed
// reduce FILE MESSAGE OPTIONS   make a program small that is refused with a message
// reasons OPTIONS  why programs do not parse or bind, with counts: for work on the generator
// check FILE OPTIONS   take one program as far as --stage says
// shrink FILE OPTIONS  make a program that ends or hangs the process small
// OPTIONS          a run; see FuzzSettings
switch (args)
{
    case ["child", .. string[] rest]:
        FuzzSettings settings = FuzzSettings.Parse(rest);
        using (var counters = new Counters(Path.Combine(settings.Output, "counters")))
            new Worker(settings, counters).Run();
        return 0;
    case ["show", .. string[] rest]:
        FuzzSettings shown = FuzzSettings.Parse(rest);
        Console.WriteLine(Supervisor.Recreate(shown, shown.First));
        return 0;
    case ["reasons", .. string[] rest]:
        Worker.CountReasons(FuzzSettings.Parse(rest));
        return 0;
    case ["shrink", string file, .. string[] rest]:
        Console.WriteLine(Supervisor.Shrink(File.ReadAllText(file), FuzzSettings.Parse(rest)));
        return 0;
    case ["reduce", string file, string message, .. string[] rest]:
        Console.WriteLine(Worker.Reduce(FuzzSettings.Parse(rest), File.ReadAllText(file), message));
        return 0;
    case ["check", string file, .. string[] rest]:
        CheckResult result = Worker.CheckOne(FuzzSettings.Parse(rest), File.ReadAllText(file));
        Console.WriteLine($"{result.Outcome}: {result.Finding?.Class ?? "nothing wrong"}\n{result.Finding?.Detail}");
        return result.Finding is null ? 0 : 1;
    default:
        FuzzSettings run = FuzzSettings.Parse(args);
        Console.WriteLine($"seed {run.Seed}, output {run.Output}");
        FuzzReport report = Supervisor.Run(run, Console.WriteLine);
        Console.WriteLine(report.Counts);
        return report.Findings.Length == 0 ? 0 : 1;
}
