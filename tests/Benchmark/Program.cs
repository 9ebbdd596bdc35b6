using System.Globalization;
using BpfTrace.Benchmark;

// usage: language
// usage: symbols PROGRAM
// usage: [latency] [throughput] [listing] [pipeline] [import] [--events N] [--runs N] [--bpft PATH] [--bpftrace PATH] [--pwsh PATH]
if (args is ["workload", var calls])
    return Workload.Run(int.Parse(calls, CultureInfo.InvariantCulture));

if (args is ["language"])
{
    LanguageSpeed.Run();
    return 0;
}

if (args is ["symbols", var program])
{
    SymbolSpeed.Run(program);
    return 0;
}

int events = 300_000;
int runs = 20;
string bpft = "output/cli/bpft";
string bpftrace = "/usr/bin/bpftrace";
bool latency = false;
bool throughput = false;
bool listing = false;
bool pipeline = false;
bool import = false;
string pwsh = Environment.GetEnvironmentVariable("BPFTRACE_PWSH") ?? "pwsh";
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "latency":
            latency = true;
            break;
        case "throughput":
            throughput = true;
            break;
        case "listing":
            listing = true;
            break;
        case "pipeline":
            pipeline = true;
            break;
        case "import":
            import = true;
            break;
        case "--pwsh":
            pwsh = args[++i];
            break;
        case "--events":
            events = int.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--runs":
            runs = int.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--bpft":
            bpft = args[++i];
            break;
        case "--bpftrace":
            bpftrace = args[++i];
            break;
        default:
            Console.Error.WriteLine("usage: [latency] [throughput] [listing] [pipeline] [import] [--events N] [--runs N] [--bpft PATH] [--bpftrace PATH] [--pwsh PATH]");
            return 2;
    }
}

if (import)
{
    ImportSpeed.Run(pwsh, Path.GetFullPath("BpfTrace.psd1"), runs);
    return 0;
}

if (pipeline)
{
    PipelineSpeed.Run(pwsh, Path.GetFullPath("BpfTrace.psd1"), File.Exists(bpftrace) ? bpftrace : null, events, Math.Max(1, runs / 5));
    return 0;
}

if (!File.Exists(bpft))
{
    Console.Error.WriteLine($"{bpft} is not there: build it first (./build.sh build), and run from the project's folder");
    return 2;
}

Tracer? peer = File.Exists(bpftrace) ? new Tracer("bpftrace", bpftrace) : null;
if (peer is null)
    Console.WriteLine($"{bpftrace} is not there: nothing to compare with");
var ours = new Tracer("bpft", bpft);
bool all = !(latency || throughput || listing);
if (latency || all)
    Measurements.Latency(ours, peer, runs);
if (listing || all)
    Measurements.Listing(ours, peer, runs);
if (throughput || all)
    Measurements.Throughput(ours, peer, events, Math.Max(1, runs / 5));
return 0;
