using System.Globalization;
using System.Text.RegularExpressions;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>What a program does once it has called exit(), and stacks by build id.</summary>
[Collection(KernelCollection.Name)]
public class SessionExitTests
{
    [RequiresRootFact]
    public void A_program_that_has_called_exit_does_not_run_again()
    {
        // A thousand times a second, and detaching takes a few milliseconds.
        List<TraceRecord> records = Trace.Run("interval:us:1000 { @n++; exit(); }");
        MapEntry count = Assert.Single(records.OfType<MapRecord>().SelectMany(static r => r.Entries));
        Assert.Equal(1, Convert.ToInt64(count.Value, CultureInfo.InvariantCulture));
    }

    [RequiresRootFact]
    public void A_start_that_fails_last_leaves_nothing_open()
    {
        string folder = Directory.CreateTempSubdirectory("bpftrace-start-").FullName;
        try
        {
            using (Trace.Start("tracepoint:syscalls:sys_enter_openat /pid == 1 && pid == 2/ { print(ustack(3)); }"))
            {
                // What a first trace opens for good is open now.
            }

            int before = OpenDescriptors.CountAtFirst();
            TraceStartException failed = Assert.Throws<TraceStartException>(() => Trace.Start(
                "tracepoint:syscalls:sys_enter_openat /pid == cpid/ { print(ustack(3)); }",
                new TraceOptions { Command = "/bin/sleep 60", RecordPath = folder + "/missing/x.bpfrec" }));
            Assert.Equal(SessionDiagnosticIds.RecordingFailed, failed.Diagnostics[0].Id);
            Assert.Equal(before, OpenDescriptors.Count());
            foreach (string task in Directory.GetDirectories("/proc/self/task"))
            {
                foreach (string child in ReadOfProcess(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    Assert.DoesNotContain("sleep\060", ReadOfProcess($"/proc/{child}/cmdline"), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>A file of /proc; nothing of it when its process, or its thread, ends meanwhile.</summary>
    private static string ReadOfProcess(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    [RequiresRootFact]
    public void Stacks_can_be_taken_as_build_ids_and_offsets()
    {
        string text = Trace.Text(
            "tracepoint:syscalls:sys_enter_openat /pid == cpid/ { print(ustack(build_id, 3)); exit(); }",
            new TraceOptions { Command = "/bin/ls /dev/null" });
        Assert.Matches(new Regex("^[0-9a-f]{40} 0x[0-9a-f]+$", RegexOptions.Multiline), text);
    }
}
