using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Recording;

namespace BpfTrace;

public sealed partial class TraceSession
{
    /// <summary>
    /// Loads a compiled script into the kernel, attaches it and starts reading: BEGIN probes have run and all probes are attached when this
    /// returns. Takes over the command's held process, and lets it go.
    /// </summary>
    /// <param name="trace">The script. It can be started once when it has a command, else any number of times.</param>
    /// <param name="options">How it is run (duration, form, queue …); null for the options it was compiled with.</param>
    /// <param name="cancellation">Gives up while programs are loaded and attached; a trace that runs is not ended by it.</param>
    /// <exception cref="OperationCanceledException">It was given up. Nothing of it is left in the kernel.</exception>
    /// <exception cref="TraceStartException">It has errors, or the kernel refused it. Nothing of it is left in the kernel.</exception>
    public static TraceSession Start(CompiledTrace trace, TraceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trace);
        options ??= trace.Options;
        if (trace.HasErrors || trace.IsIncomplete || trace.Result?.Collection is not { } collection)
            throw new TraceStartException(trace.Diagnostics);
        ImmutableArray<Diagnostic> missing = TraceCompiler.MissingPrerequisites();
        if (!missing.IsEmpty)
            throw new TraceStartException(missing);

        BoundProgram program = trace.RuntimeProgram;
        KernelTrace? kernel = null;
        HeldProcess? child = null;
        RecordActions? actions = null;
        TraceRecorder? recorder = null;
        Func<string, BpfMap?> findMap = name => kernel!.Collection.Maps.GetValueOrDefault(name);
        var resolver = new ValueResolver(program, findMap, LinuxKernelCatalog.Shared, options.DebugInfoDirectories, options.ResolveUserSymbols);
        try
        {
            child = trace.TakeChild();
            FileLimit.Raise(program, collection, child is null ? options.ProcessIds : [child.ProcessId]);
            bool hasUserSymbols = UserSymbolUse.Of(program);
            if (hasUserSymbols)
                resolver.WatchProcesses(child?.ProcessId ?? (options.ProcessIds.Length == 1 ? options.ProcessId : null));
            kernel = KernelTrace.Load(program, collection, options, child, trace.Catalog, cancellation);
            actions = new RecordActions(
                program,
                options,
                resolver,
                findMap,
                hasUserSymbols ? resolver.UpdateProcesses : null,
                trace.Options.SwappableMaps ? kernel.SwapMap : null,
                kernel.Unwatch);
            recorder = options.RecordPath is { } path ? StartRecording(path, trace, options) : null;
            var session = new TraceSession(
                trace.Source,
                trace.Probes,
                trace.MapNames,
                options.EmitMapsAtEnd ?? program.Config.PrintMapsOnExit,
                options,
                kernel,
                actions,
                resolver,
                recorder);
            session.Begin();
            return session;
        }
        catch (Exception exception)
        {
            recorder?.Dispose();
            actions?.Dispose();
            kernel?.Dispose();
            child?.Dispose(); // not yet the kernel's side's when that was not reached
            resolver.Dispose();
            if (exception is BpfException refused)
                throw LoadDiagnostics.Loading(program, refused); // the buffer, or what waits for it: no place in the script stands for them
            throw;
        }
    }

    private static TraceRecorder StartRecording(string path, CompiledTrace trace, TraceOptions options)
    {
        const int LongestProbeList = 1000;
        FileStream? file = null;
        try
        {
            // A pipe or a device has nothing that another trace could write over.
            bool isKept = !RegularFile.IsSpecial(path);
            file = new FileStream(path, isKept ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (isKept)
            {
                // One would write over the other's blocks, and what is left could be read without an error.
                if (!WriterLock.TryTake(file.SafeFileHandle))
                    throw new IOException($"A running trace records to '{path}'.");
                file.SetLength(0);
            }

            return new TraceRecorder(file, new RecordingInfo
            {
                Name = options.Name ?? (trace.Source.IsFile ? Path.GetFileName(trace.Source.Name) : ""),
                Script = trace.Source.Text,
                ScriptPath = trace.Source.IsFile ? trace.Source.Name : null,
                StartTime = DateTime.UtcNow,
                MachineName = Environment.MachineName,
                KernelRelease = File.ReadAllText("/proc/sys/kernel/osrelease").TrimEnd('\n'),
                Recorder = $"BpfTrace {typeof(TraceSession).Assembly.GetName().Version?.ToString(3)}",
                Probes = [.. trace.Probes.Take(LongestProbeList).Select(p => p.FullName)],
                Maps = trace.MapNames,
                EventSiteCount = trace.EventSiteCount,
            });
        }
        catch (Exception exception)
        {
            file?.Dispose(); // unbuffered: nothing is left to be written
            if (exception is IOException or UnauthorizedAccessException)
                throw new TraceStartException([SessionDiagnostics.RecordingFailed(exception)]);
            throw;
        }
    }
}
