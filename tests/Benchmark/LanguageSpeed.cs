using System.Diagnostics;
using System.Globalization;
using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.Benchmark;

/// <summary>How long parsing and binding take, warm, by the length of the script.</summary>
internal static class LanguageSpeed
{
    private const int Runs = 15;

    public static void Run()
    {
        Console.WriteLine("parse and bind, warm (best and median of 15, ms)");
        Console.WriteLine("   lines     parse            bind             both");
        Measure(300, print: false);
        foreach (int lines in (int[])[300, 625, 1250, 2500, 5000])
            Measure(lines, print: true);
    }

    private static void Measure(int lines, bool print)
    {
        string script = Script(lines);
        var parse = new List<double>();
        var bind = new List<double>();
        for (int i = 0; i < (print ? Runs : 60); i++)
        {
            var watch = Stopwatch.StartNew();
            var source = new SourceText(script);
            ParseResult parsed = Parser.Parse(source);
            parse.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            BindResult bound = Binder.Bind(parsed.Root, source, LinuxKernelCatalog.Shared, new BindOptions());
            bind.Add(watch.Elapsed.TotalMilliseconds);
            if (!bound.Success)
                throw new InvalidOperationException(string.Join('\n', bound.Diagnostics));
        }

        List<double> both = [.. parse.Zip(bind, static (p, b) => p + b)];
        if (print)
            Console.WriteLine($"{lines,8}  {Show(parse)}  {Show(bind)}  {Show(both)}");
    }

    private static string Show(List<double> times)
    {
        times.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{times[0],6:F1} {times[times.Count / 2],7:F1} ");
    }

    /// <summary>Ten lines again and again, of what scripts consist of.</summary>
    private static string Script(int lines)
    {
        var text = new StringBuilder();
        for (int i = 0; i < lines / 10; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                tracepoint:syscalls:sys_enter_openat /pid != {{i}} && comm != "ignored"/
                {
                    @start{{i % 20}}[tid] = nsecs;
                    $name = str(args.filename);
                    if (args.flags & {{i % 8}} && $name != "") {
                        printf("%-6d %-16s %s\n", pid, comm, $name);
                        @opens[comm, $name] = count();
                    }
                    @latency{{i % 20}} = hist((nsecs - @start{{i % 20}}[tid]) / 1000);
                }

                """);
        }

        return text.ToString();
    }
}
