using BpfTrace.VmTests;

// usage: BpfTrace.VmTests CASES-FOLDER|TEST-ASSEMBLY.dll... [--filter TEXT] [--share I/N] [--count]
//   runs the cases and test assemblies named; --filter: only those whose name contains TEXT; --count: only say how many cases there are;
//   --share: of the tests that are the same on every kernel, only the part of the I-th of N guests, or none (0/N)
string filter = "";
bool count = false;
var share = new Share("1/1");
var inputs = new List<string>();
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--filter")
        filter = args[++i];
    else if (args[i] == "--share")
        share = new Share(args[++i]);
    else if (args[i] == "--count")
        count = true;
    else
        inputs.Add(args[i]);
}

Version kernel = Environment.OSVersion.Version;
Environment.SetEnvironmentVariable("__BPFTRACE_NOTIFY_PROBES_ATTACHED", "1");
var report = new Report();
foreach (string input in inputs)
{
    if (input.EndsWith(".dll", StringComparison.Ordinal))
    {
        new AssemblyRunner(report, share).Run(input, filter);
        continue;
    }

    foreach (string file in Directory.GetFiles(input, "*.case").Order(StringComparer.Ordinal))
    {
        foreach (TestCase test in TestCase.Load(file))
        {
            string name = $"{Path.GetFileNameWithoutExtension(test.File)}: {test.Name}";
            if (!name.Contains(filter, StringComparison.Ordinal))
                continue;
            if (count)
                report.Skip(name, "counted");
            else if (test.Kernel is { } oldest && kernel < oldest)
                report.Skip(name, $"needs Linux {oldest}");
            else if (test.PowerShell is not null && PowerShellRunner.WhatIsMissing is { } missing)
                report.Skip(name, missing);
            else
                report.Run(name, () => test.PowerShell is null ? CaseRunner.Run(test) : PowerShellRunner.Run(test));
        }
    }
}

if (share.ToString() is { Length: > 0 } shared)
    Console.WriteLine(shared);
report.Finish();
return report.HasFailed ? 1 : 0;
