using BpfTrace.Bpf;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Probes;

internal sealed partial class ProbeExpander
{
    /// <summary>The kernel looks whether a place is the beginning of an instruction, and takes one of the next function too.</summary>
    private bool IsInsideKernelFunction(AttachPoint point)
    {
        if (point.Offset == 0 || catalog.KernelFunctionSize(point.Function) is not { } size || point.Offset < size)
            return true;
        diagnostics.ReportCannotBeAttached(At(point), $"Offset outside the function bounds ('{point.Function}' size is {Number(size)})", point.FullName, Missing);
        return false;
    }

    private List<AttachTarget> ExpandKprobe(AttachPoint point)
    {
        AttachTarget target = Simple(point) with { Target = point.Target, Name = point.Function, Offset = point.Offset, Address = point.Address };
        if (point.HasAddress)
            return [target];
        string? module = point.Target.Length == 0 ? null : point.Target;
        var targets = new List<AttachTarget>();
        if (!HasWildcard(point))
        {
            if (catalog.KernelFunctions(module, point.Function).Any())
                return IsInsideKernelFunction(point) || options.CompileOnly ? [target] : [];
            if (module is not (null or "vmlinux") && !catalog.KernelFunctions(module, "*").Any())
            {
                ReportMissing(point, $"specified module {module} in probe {point.TypeName}:{module}:{point.Function} is not loaded", null);
                return [];
            }
            if (Missing != MissingProbes.Ignore)
                diagnostics.ReportNotTraceable(At(point), point.Function, options.AllowUnsafe ? ClosestKernelFunction(point.Function) : null);

            // With --unsafe, against the kernel's list, the kernel itself is asked when attaching.
            if (options.AllowUnsafe)
                return [target];
            ReportNoMatches(point, ClosestKernelFunction(point.Function));
            return [];
        }
        foreach ((string foundModule, string name) in catalog.KernelFunctions(module, point.Function).DistinctBy(f => module is null ? f.Name : f.Module + ":" + f.Name))
        {
            AttachPoint found = point with { Target = module is null ? "" : foundModule, Function = name };
            targets.Add(Simple(found) with { Target = found.Target, Name = name });
        }
        if (targets.Count == 0)
            ReportNoMatches(point, null);
        return targets;
    }

    /// <summary>
    /// What a function may be called in this kernel: compilers append <c>.isra.0</c> and the like, Linux 6.10 <c>_noprof</c> to allocators, and what
    /// was a function becomes a wrapper of <c>__function</c>. Else the traceable function nearest to the name, among those that begin alike.
    /// </summary>
    private string? ClosestKernelFunction(string name)
    {
        foreach (string other in (ReadOnlySpan<string>)[name + "_noprof", "__" + name, name.TrimStart('_'), name + ".*"])
        {
            if (other.Length > 0 && other != name && catalog.KernelFunctions(null, other).FirstOrDefault().Name is { } found)
                return found;
        }
        return name.Length < 4 ? null : Suggestions.Closest(name, catalog.KernelFunctions(null, name[..3] + "*").Select(static f => f.Name));
    }

    private bool _hasRecursion;

    private List<AttachTarget> ExpandFentry(AttachPoint point)
    {
        if (point.Target == "bpf")
            return ExpandFentryOnProgram(point);
        string? module = point.Target.Length == 0 || point.Target == "*" ? null : point.Target;
        var targets = new List<AttachTarget>();
        foreach ((string foundModule, string name) in catalog.TypedKernelFunctions(module, point.Function))
        {
            AttachPoint found = point with { Target = foundModule, Function = name };
            AttachTarget target = Simple(found) with { Target = foundModule, Name = name };
            if (!_hasRecursion && target.IsUsedByMaps)
            {
                // The guard is the script's: one warning, whatever else it attaches to.
                _hasRecursion = true;
                diagnostics.ReportDangerousFunction(At(point), $"{foundModule}:{name}");
            }
            targets.Add(target);
        }
        if (targets.Count == 0)
        {
            ReportNoMatches(point, SyntaxFacts.HasWildcard(point.Function) || point.Function.Length < 4 ? null
                : Suggestions.Closest(point.Function, catalog.TypedKernelFunctions(module, point.Function[..3] + "*").Select(static f => f.Name)));
        }
        else if (targets.Count > 1 && point.Target.Length == 0 && !SyntaxFacts.HasWildcard(point.Function))
        {
            diagnostics.ReportInvalidAttachPoint(At(point), $"ambiguous attach point, please specify module containing the function '{point.Function}'");
            return [];
        }
        return targets;
    }

    /// <summary><c>fentry:bpf:[ID:]NAME</c>: functions of BPF programs that are loaded, this tracer's own excepted, which are not yet.</summary>
    private List<AttachTarget> ExpandFentryOnProgram(AttachPoint point)
    {
        var names = new WildcardPattern(point.Function);
        var targets = new List<AttachTarget>();
        foreach (LoadedProgramFunction function in catalog.ProgramFunctions())
        {
            if ((point.ProgramId != 0 && point.ProgramId != function.ProgramId) || !names.IsMatch(function.Name))
                continue;
            AttachPoint found = point with { Function = function.Name, ProgramId = function.ProgramId };
            targets.Add(Simple(found) with { Target = "bpf", Name = function.Name, Address = function.ProgramId });
        }
        if (targets.Count == 0)
            ReportNoMatches(point, null);
        return targets;
    }

    private List<AttachTarget> ExpandTracepoint(AttachPoint point)
    {
        var targets = new List<AttachTarget>();
        foreach ((string category, string name) in catalog.Tracepoints(point.Target, point.Function))
        {
            AttachPoint found = point with { Target = category, Function = name };
            targets.Add(Simple(found) with { Target = category, Name = name });
        }
        if (targets.Count == 0)
            ReportNoMatches(point, HasWildcard(point) ? null : ClosestTracepoint(point));
        return targets;
    }

    private string? ClosestTracepoint(AttachPoint point)
    {
        List<(string Category, string Event)> all = [.. catalog.Tracepoints("*", "*")];
        (string Category, string Event) same = all.Find(t => t.Event == point.Function);
        return same.Category is not null
            ? $"{point.TypeName}:{same.Category}:{same.Event}"
            : Suggestions.Closest($"{point.Target}:{point.Function}", all.Select(static t => t.Category + ":" + t.Event)) is { } near
                ? $"{point.TypeName}:{near}" : null;
    }

    private List<AttachTarget> ExpandRawTracepoint(AttachPoint point)
    {
        var targets = new List<AttachTarget>();
        foreach ((string module, string name) in catalog.RawTracepoints(point.Target == "*" ? null : point.Target, point.Function))
        {
            AttachPoint found = point with { Target = module, Function = name };
            targets.Add(Simple(found) with { Target = module, Name = name });
        }
        if (targets.Count == 0)
        {
            ReportNoMatches(point, HasWildcard(point) ? null
                : Suggestions.Closest(point.Function, catalog.RawTracepoints(null, "*").Select(static t => t.Name)));
        }
        return targets;
    }

    private List<AttachTarget> ExpandIter(AttachPoint point)
    {
        // An iterator is a function bpf_iter_NAME with a context struct bpf_iter__NAME.
        if (catalog.KernelTypes is { } btf && btf.FindByName("bpf_iter__" + point.Function, BtfKind.Struct) is null
            && btf.FindByName("bpf_iter_" + point.Function, BtfKind.Func) is null)
        {
            string message = $"iter {point.Function} not available for your kernel version.";
            if (Missing == MissingProbes.Error)
                diagnostics.ReportInvalidAttachPoint(At(point), message);
            else
                ReportMissing(point, message.TrimEnd('.'), null);
            return [];
        }
        return [Simple(point) with { Name = point.Function, PinPath = point.PinPath }];
    }
}
