using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Probes;

internal sealed partial class ProbeExpander
{
    private const string HintUnsafe = "\nUse --unsafe to force attachment. WARNING: This option could lead to data corruption in the target process.";

    private List<AttachTarget> ExpandUprobe(AttachPoint point)
    {
        var targets = new List<AttachTarget>();
        bool isMisplaced = false;
        List<string> paths = FindBinaries(point);
        foreach (string path in paths)
        {
            if (point.SourceFile.Length > 0)
            {
                targets.AddRange(ExpandSourceLine(point, path));
                continue;
            }
            if (point.HasAddress)
            {
                if (ExpandAddress(point, path) is { } target)
                    targets.Add(target);
                continue;
            }
            foreach (UserFunction function in FindFunctions(point, path))
            {
                // A C++ name may be that of several functions: the symbol tells them apart.
                bool isPattern = point.Language == "cpp" || SyntaxFacts.HasWildcard(point.Function);
                AttachTarget target = Simple(point with { Target = path, Function = isPattern ? function.Name : point.Function });
                if (!IsInside(point, function, target.FullName) || !IsAtInstruction(point, path, function, point.Offset, target.FullName))
                {
                    // Said, be it as a warning; what other files have stays. It is a matter of attaching: what is only compiled has the program.
                    isMisplaced = true;
                    if (!options.CompileOnly)
                        continue;
                }
                targets.Add(target with
                {
                    Target = path,
                    Name = function.Name,
                    Language = point.Language,
                    Offset = point.Offset,
                    Address = function.FileOffset + point.Offset,
                });
            }
        }
        if (targets.Count == 0 && paths.Count > 0 && !point.HasAddress && !isMisplaced && !diagnostics.HasErrors)
            ReportNoMatches(point, ClosestUserFunction(point));
        return targets;
    }

    private IEnumerable<UserFunction> FindFunctions(AttachPoint point, string path)
    {
        // Aliases share a place; attaching twice would count twice.
        if (point.Language == "cpp")
        {
            var symbols = new CppSymbols(point.Function);
            return catalog.UserFunctions(path, symbols.SymbolPattern).Where(f => symbols.IsMatch(f.Name)).OrderBy(static f => f.Name, StringComparer.Ordinal).DistinctBy(static f => f.FileOffset);
        }

        // Of aliases the first of the table names the place (malloc, not __GI___libc_malloc), and then they are sorted.
        IEnumerable<UserFunction> found = catalog.UserFunctions(path, point.Function);
        return SyntaxFacts.HasWildcard(point.Function) ? found.DistinctBy(static f => f.FileOffset).OrderBy(static f => f.Name, StringComparer.Ordinal) : found.Take(1);
    }

    private bool IsInside(AttachPoint point, UserFunction function, string probe)
    {
        if (options.AllowUnsafe || (point.Offset == 0 && (function.Size != 0 || SyntaxFacts.HasWildcard(point.Function))))
            return true;
        string name = function.Name[(function.Name.LastIndexOf(':') + 1)..];
        if (function.Size == 0)
            diagnostics.ReportCannotBeAttached(At(point), $"Could not determine boundary for {function.Name} (symbol has size 0).{HintUnsafe}", probe, Missing);
        else if (point.Offset >= function.Size)
            diagnostics.ReportCannotBeAttached(At(point), $"Offset outside the function bounds ('{name}' size is {Number(function.Size)})", probe, Missing);
        else
            return true;
        return false;
    }

    /// <summary>A breakpoint in the middle of an instruction would make another instruction of it.</summary>
    private bool IsAtInstruction(AttachPoint point, string path, UserFunction function, ulong offset, string probe)
    {
        if (offset == 0)
            return true;
        string place = $"{path}:{function.Name}+{Number(offset)}";
        switch (catalog.IsInstruction(path, function, offset))
        {
            case true:
                return true;
            case false when options.AllowUnsafe:
                diagnostics.ReportMisplaced(At(point), $"Unsafe {point.TypeName} in the middle of the instruction: {place}");
                return true;
            case null when options.AllowUnsafe:
                diagnostics.ReportMisplaced(At(point), $"Unchecked {point.TypeName}: {place}");
                return true;
            case false:
                diagnostics.ReportCannotBeAttached(At(point), $"Could not add {point.TypeName} into middle of instruction: {place}{HintUnsafe}", probe, Missing);
                return false;
            default:
                diagnostics.ReportCannotBeAttached(At(point), $"Failed to check if {point.TypeName} is in proper place: {place}{HintUnsafe}", probe, Missing);
                return false;
        }
    }

    /// <summary>A uprobe is placed by file offset; scripts give the virtual address the symbol table shows. What is in no function could be in the middle of an instruction.</summary>
    private AttachTarget? ExpandAddress(AttachPoint point, string path)
    {
        AttachTarget target = Simple(point with { Target = path }) with { Target = path };
        if (FunctionAt(path, point.Address) is { } function)
        {
            ulong offset = point.Address - function.Address;
            if (offset == 0 || point.Type != ProbeType.Uretprobe)
                return IsAtInstruction(point, path, function, offset, target.FullName) ? target with { Address = offset + function.FileOffset } : null;
            diagnostics.ReportCannotBeAttached(At(point), $"uretprobes cannot be attached at function offset. (address resolved to: {function.Name}+{Number(offset)})", target.FullName, Missing);
            return null;
        }
        if (!options.AllowUnsafe)
        {
            diagnostics.ReportCannotBeAttached(At(point), $"Could not resolve address: {path}:0x{point.Address:x}", target.FullName, Missing);
            return null;
        }
        diagnostics.ReportUnknownBoundary(At(point), target.FullName);
        return target with { Address = point.Address };
    }

    private UserFunction? FunctionAt(string path, ulong address)
    {
        foreach (UserFunction function in catalog.UserFunctions(path, "*"))
        {
            if (address >= function.Address && address - function.Address < Math.Max(function.Size, 1))
                return function;
        }
        return null;
    }

    private string? ClosestUserFunction(AttachPoint point) =>
        point.Function.Length == 0 || SyntaxFacts.HasWildcard(point.Function) || SyntaxFacts.HasWildcard(point.Target) ? null
            : FindBinaries(point).Select(path => Suggestions.Closest(point.Function, catalog.UserFunctions(path, "*").Select(static f => f.Name)))
                .FirstOrDefault(static name => name is not null);

    private List<string> FindBinaries(AttachPoint point)
    {
        int files = 0;
        var paths = new List<string>();
        var known = new HashSet<object>();
        foreach (int? process in Processes())
        {
            List<string> found = point.Target is "" or "*" && process is { } pid
                ? [.. point.Target.Length == 0 ? catalog.ResolveBinary($"/proc/{pid}/exe", null) : catalog.MappedBinaries(pid)]
                : [.. catalog.ResolveBinary(point.Target, process)];
            files = Math.Max(files, found.Count);
            if (found.Count > 1 && !SyntaxFacts.HasWildcard(point.Target) && point.Target.Length > 0)
                found.RemoveRange(1, found.Count - 1);
            AddFiles(paths, known, found);
        }

        string kind = point.Type == ProbeType.Usdt ? "usdt" : "uprobe";
        if (paths.Count == 0)
        {
            string message = $"{kind} target file '{point.Target}' does not exist or is not executable";
            if (Missing == MissingProbes.Error)
                diagnostics.ReportNoBinary(At(point), message);
            else
                ReportMissing(point, message, null);
        }
        else if (files > 1 && !SyntaxFacts.HasWildcard(point.Target) && point.Target.Length > 0)
        {
            diagnostics.ReportSeveralBinaries(At(point), kind, paths[0], files);
        }
        return paths;
    }

    /// <summary>The processes whose files are meant; null alone for the system's.</summary>
    private IEnumerable<int?> Processes() => options.ProcessIds.IsEmpty ? [null] : options.ProcessIds.Select(static p => (int?)p);

    /// <summary>Adds files that are not there yet: processes share most of theirs, and a file probed twice would count twice.</summary>
    private void AddFiles(List<string> paths, HashSet<object> known, IEnumerable<string> found)
    {
        foreach (string path in found)
        {
            if (options.ProcessIds.Length < 2 || known.Add(catalog.FileIdentity(path)))
                paths.Add(path);
        }
    }

    private List<string> MappedBinaries()
    {
        var paths = new List<string>();
        var known = new HashSet<object>();
        foreach (int process in options.ProcessIds)
            AddFiles(paths, known, catalog.MappedBinaries(process));
        return paths;
    }

    private List<AttachTarget> ExpandUsdt(AttachPoint point)
    {
        var targets = new List<AttachTarget>();

        // With a process, PROVIDER:NAME needs no file either, and looks like FILE:NAME.
        if (options.ProcessId is not null && point.Provider.Length == 0 && point.Target.Length > 0 && !point.Target.Contains('/')
            && !SyntaxFacts.HasWildcard(point.Target) && options.ProcessIds.All(process => !catalog.ResolveBinary(point.Target, process).Any()))
        {
            point = point with { Target = "", Provider = point.Target };
        }

        List<string> paths = point.Target.Length == 0 && options.ProcessId is not null ? MappedBinaries() : FindBinaries(point);
        foreach (string path in paths)
        {
            IEnumerable<UserStaticProbe> probes = catalog.UserStaticProbes(path, point.Provider.Length == 0 ? "*" : point.Provider, point.Function)
                .OrderBy(static p => p.Provider, StringComparer.Ordinal).ThenBy(static p => p.Name, StringComparer.Ordinal);
            foreach (UserStaticProbe probe in probes)
            {
                AttachPoint found = point with { Target = path, Provider = probe.Provider, Function = probe.Name };
                targets.Add(Simple(found) with
                {
                    Target = path,
                    Provider = probe.Provider,
                    Name = probe.Name,
                    Address = probe.FileOffset,
                    SemaphoreOffset = probe.SemaphoreOffset,
                    Arguments = probe.Arguments,
                });
            }
        }
        if (targets.Count == 0 && (paths.Count > 0 || point.Target.Length == 0) && !diagnostics.HasErrors)
            ReportNoMatches(point, null);
        return targets;
    }
}
