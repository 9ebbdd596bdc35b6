using System.Diagnostics;
using System.Globalization;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Benchmark;

/// <summary>Names for the frames of many different user stacks of a large program, and what they take in memory.</summary>
internal static class SymbolSpeed
{
    private const int Stacks = 100_000;
    private const int Depth = 20;

    // Not the clock's time: other programs run, too.
    private static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;

    /// <param name="command">A program that runs for a while, or reads its input.</param>
    public static void Run(string command)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process child = Process.Start(start)!;
        Thread.Sleep(1000);
        try
        {
            ProcessMapping code = ProcessMaps.Read(child.Id).Mappings.Where(static m => m.IsExecutable && m.IsFile).MaxBy(static m => m.End - m.Start)!;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{code.Path}: {(code.End - code.Start) / 1024} KiB of code"));
            long before = GC.GetTotalMemory(forceFullCollection: true);
            using var symbolizer = new UserSymbolizer();
            TimeSpan clock = Cpu();
            symbolizer.Resolve(child.Id, code.Start);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first frame: {(Cpu() - clock).TotalMilliseconds:f1} ms"));

            var random = new Random(7);
            ulong[] addresses = new ulong[Depth];
            var symbols = new Bpf.Symbols.Symbol[Depth];
            long named = 0;
            clock = Cpu();
            for (int i = 0; i < Stacks; i++)
            {
                for (int k = 0; k < Depth; k++)
                    addresses[k] = code.Start + (ulong)random.NextInt64((long)(code.End - code.Start));
                symbolizer.Resolve(child.Id, addresses, symbols);
                foreach (Bpf.Symbols.Symbol symbol in symbols)
                    named += symbol.IsResolved ? 1 : 0;
            }

            double milliseconds = (Cpu() - clock).TotalMilliseconds;
            long after = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Stacks} stacks of {Depth} frames, all different: {milliseconds:f0} ms, {milliseconds * 1e6 / (Stacks * Depth):f0} ns a frame, {named * 100 / (Stacks * Depth)} % named, {(after - before) >> 20} MiB kept"));
            SourceLines(child.Id, symbolizer);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }
    /// <summary>Source lines of the C library, where its debug information is installed: of as many different places as a long trace has.</summary>
    private static void SourceLines(int process, UserSymbolizer symbolizer)
    {
        const int Places = 20_000;
        if (ProcessMaps.Read(process).Mappings.FirstOrDefault(static m => m.IsExecutable && m.Path.Contains("/libc.so", StringComparison.Ordinal)) is not { } code
            || LinuxKernelCatalog.Shared.DebugInformation(code.Path, null, out _) is not { } information)
        {
            return;
        }

        var random = new Random(7);
        long found = 0;
        TimeSpan clock = Cpu();
        for (int i = 0; i < Places; i++)
        {
            if (symbolizer.TryLocate(process, code.Start + (ulong)random.NextInt64((long)(code.End - code.Start)), out _, out ulong address))
                found += information.FindFrames(address).Count > 0 ? 1 : 0;
        }

        double milliseconds = (Cpu() - clock).TotalMilliseconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Places} places in {code.Path}: {milliseconds:f0} ms, {milliseconds * 1000 / Places:f1} us a place, {found * 100 / Places} % with a line"));
    }
}
