using System.Reflection;
using BpfTrace.Bpf;
using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Makes reports about scripts.</summary>
public static class ScriptReports
{
    /// <summary>What is known of a compiled script.</summary>
    /// <param name="trace">The script, with or without errors.</param>
    /// <param name="verification">What the kernel said of it; null when it was not asked.</param>
    public static ScriptReport Create(CompiledTrace trace, TraceVerification? verification = null)
    {
        ArgumentNullException.ThrowIfNull(trace);
        bool isRefused = verification is { IsAccepted: false };
        ScriptAttachment[] attachments = AttachPlan.Create(trace);
        return new ScriptReport
        {
            Name = trace.Source.Name,
            IsValid = !trace.HasErrors && !isRefused,
            IsRunnable = !trace.HasErrors && !isRefused && !trace.IsIncomplete,
            IsVerified = verification is { IsAccepted: true },
            Diagnostics = [.. trace.Diagnostics.Select(ScriptDiagnostic.From), .. (verification?.Diagnostics ?? []).Select(ScriptDiagnostic.From)],
            Probes = [.. trace.Probes.Select(p => p.FullName)],
            Attachments = attachments,
            Cost = AttachPlan.CostOf(trace, attachments, verification),
            EventTypes = EventTypesOf(trace),
            Maps = MapsOf(trace),
            Programs = Programs(trace, verification),
        };
    }

    /// <summary>The types of a script's events, one for each place that makes output; none of a script with errors.</summary>
    /// <param name="trace">The script.</param>
    public static ScriptEventType[] EventTypesOf(CompiledTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.Result is not { } result)
            return [];
        var types = new RuntimeTypes(trace.Source);
        var found = new List<ScriptEventType>();
        foreach (EventLayout layout in result.Events)
        {
            if (!CompiledTrace.MakesEvents(layout.Site, trace.Options))
                continue;
            TextPosition place = trace.Source.GetPosition(layout.Site.Span.Start);
            string kind = layout.Site.Kind == OutputKind.PrintValue ? "print" : layout.Site.Kind.ToString().ToLowerInvariant();
            Type? known = CompiledTrace.FixedEventType(layout.Site);
            ScriptProperty[] properties = known is null
                ? [.. EventShape.PropertiesOf(layout).Select(p => new ScriptProperty(p.Name, p.ClrType(types).ToString(), p.Type.DisplayName))]
                : OwnProperties(known);
            found.Add(new ScriptEventType(kind, known?.FullName ?? "BpfTrace.Event." + types.SiteName(layout.Site), place.Line, place.Column, properties) { IsMade = known is null, Source = trace.Source.ToString(layout.Site.Span) });
        }

        return [.. found];
    }

    private static ScriptProperty[] OwnProperties(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(static p => p.Name != nameof(TraceEvent.Text))
            .Select(static p => new ScriptProperty(p.Name, p.PropertyType.ToString(), p.PropertyType.Name)),
    ];

    private static ScriptMap[] MapsOf(CompiledTrace trace)
    {
        if (trace.Program is null)
            return [];
        var types = new RuntimeTypes(trace.Source);
        return [.. trace.Program.Maps.Select(m => Describe(trace, types, m)).OrderBy(static m => m.Name, StringComparer.Ordinal)];
    }

    private static ScriptMap Describe(CompiledTrace trace, RuntimeTypes types, Language.Symbols.MapSymbol map)
    {
        string kernelName = MapLayout.Create(map).KernelName;
        MapSpec? spec = trace.Result?.Collection?.Maps.FirstOrDefault(m => m.Name == kernelName);
        return new ScriptMap(map.Name, map.KeyType?.DisplayName, map.ValueType.DisplayName, map.Storage.ToString(), map.MaxEntries)
        {
            KeyTypeName = map.KeyType is { } key ? types.ClrType(key).ToString() : null,
            ValueTypeName = types.ClrType(map.ValueType).ToString(),
            MemoryBytes = spec is null ? 0 : AttachPlan.BytesOf(spec),
        };
    }

    private static ScriptProgram[] Programs(CompiledTrace trace, TraceVerification? verification)
    {
        if (trace.Result?.Collection is not { } collection || trace.Program is null)
            return [];
        var programs = new List<ScriptProgram>();
        foreach (BoundProbe probe in trace.Program.Probes)
        {
            if (collection.Programs.FirstOrDefault(p => p.Name == probe.Name) is not { } spec)
                continue;
            VerifiedProgram? seen = verification?.Programs.FirstOrDefault(p => p.Name == probe.Name);
            VerifierStatistics? statistics = seen?.Statistics;
            programs.Add(new ScriptProgram
            {
                Name = probe.Name,
                Probes = [.. probe.Targets.Select(t => t.FullName)],
                InstructionCount = spec.InstructionCount,
                IsAccepted = seen?.IsAccepted,
                VerifiedInstructions = statistics?.ProcessedInstructions,
                StackDepths = statistics is null ? null : [.. statistics.StackDepths],
                VerificationTime = statistics?.Time,
                JitedSize = seen is { IsAccepted: true } ? seen.JitedSize : null,
            });
        }

        return [.. programs];
    }
}
