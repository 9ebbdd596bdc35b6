using System.Globalization;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Frames of code that JIT compilers made, with their runtimes.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public class JitTests
{
    /// <summary>Runs a command and takes the user stacks of a system call of its; what was compiled is named by the map the runtime wrote.</summary>
    private static List<StackFrame> Frames(string command, string systemCall)
    {
        using ChildProcess child = ChildProcess.Start($"exec {command} > /dev/null");
        try
        {
            using TraceSession session = Trace.Start(
                string.Create(CultureInfo.InvariantCulture, $"tracepoint:syscalls:sys_enter_{systemCall} /pid == {child.Id}/ {{ @[ustack(perf)] = count(); }}"),
                new TraceOptions { ProcessId = child.Id, Duration = TimeSpan.FromHours(1) });
            child.RunToEnd();
            return [.. session.ReadRecords().OfType<MapRecord>().Single().Entries
                .SelectMany(static e => ((StackTrace)e.Key!).Frames)
                .Where(f => f.Module == string.Create(CultureInfo.InvariantCulture, $"/tmp/perf-{child.Id}.map"))];
        }
        finally
        {
            File.Delete(string.Create(CultureInfo.InvariantCulture, $"/tmp/perf-{child.Id}.map"));
        }
    }

    [RequiresDwarfFact("dotnet", "BpfTrace.Fuzz.runtimeconfig.json")]
    public void Managed_methods()
    {
        string program = Path.Combine(RequiresDwarfFactAttribute.Folder, "BpfTrace.Fuzz.dll");
        List<StackFrame> frames = Frames($"env DOTNET_PerfMapEnabled=1 DOTNET_ReadyToRun=0 dotnet {program} show --seed 1 --first 1", "write");
        Assert.Contains(frames, static f => f.Symbol!.Contains("[BpfTrace.Fuzz]", StringComparison.Ordinal) && f.Symbol.Contains("<Main>$(", StringComparison.Ordinal));
        Assert.Contains(frames, static f => f.Symbol!.Contains("[System.Console]", StringComparison.Ordinal));
    }

    [RequiresDwarfFact("node")]
    public void JavaScript_functions()
    {
        string script = Path.Combine(NativeProgram.Folder, "work.js");
        File.WriteAllText(script, """
            const fs = require('fs');
            function innermostWork() { fs.statSync('/no/such/file', { throwIfNoEntry: false }); }
            for (let i = 0; i < 20000; i++) innermostWork();
            """);
        List<StackFrame> frames = Frames($"node --perf-basic-prof --interpreted-frames-native-stack {script}", "statx");
        Assert.Contains(frames, static f => f.Symbol!.Contains("innermostWork", StringComparison.Ordinal) && f.Symbol.Contains("work.js", StringComparison.Ordinal));
    }

    [RequiresDwarfFact("java")]
    public void Java_methods()
    {
        string program = Path.Combine(NativeProgram.Folder, "Work.java");
        File.WriteAllText(program, """
            public class Work {
                static long innermostWork() { return new java.io.File("/no/such/file").length(); }
                public static void main(String[] arguments) { long sum = 0; for (int i = 0; i < 30000; i++) sum += innermostWork(); System.out.println(sum); }
            }
            """);
        List<StackFrame> frames = Frames(
            $"java -XX:+PreserveFramePointer -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit -XX:CompileThreshold=1000 {program}", "newfstatat");
        Assert.Contains(frames, static f => f.Symbol!.Contains("Work.innermostWork()", StringComparison.Ordinal) || f.Symbol.Contains("java.io.UnixFileSystem", StringComparison.Ordinal));
    }
}
