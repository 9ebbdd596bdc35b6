using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Probes;

internal sealed partial class AttachPointParser
{
    private AttachPoint? ParseUprobe(AttachPoint point, string[] parts)
    {
        if (parts.Length > 2 && parts[2] == "@")
            return ParseSourceLine(point, parts);

        // With a process to trace, its own binary is meant where none is named.
        if (options.ProcessId is not null && (parts.Length == 2 || (parts.Length == 3 && parts[1] == "cpp")))
            parts = [parts[0], "", .. parts[1..]];
        if (parts.Length == 4)
        {
            if (parts[2] != "cpp")
                return Invalid(point, $"unsupported language type: {parts[2]}", "supported languages: cpp");
            point = point with { Language = parts[2] };
        }
        point = point with { Target = parts[1] };
        if (point.Target.Length == 0 && options.ProcessId is null)
            return Invalid(point, $"{point.TypeName} should have a target");

        string function = parts[^1];
        // Operators of C++ have it in their names, with no number behind.
        if (function.Contains('+', StringComparison.Ordinal) && (point.Language.Length == 0 || TryParseNumber(function[(function.LastIndexOf('+') + 1)..], out _)))
            return ParseOffset(point, function, isAllowed: point.Type == ProbeType.Uprobe);
        if (TryParseNumber(function, out ulong address))
        {
            return SyntaxFacts.HasWildcard(point.Target)
                ? Invalid(point, "Cannot use wildcards with absolute address")
                : address == 0 && !options.AllowUnsafe
                    ? Invalid(point, $"{point.TypeName} should be attached to a function and/or address")
                    : point with { Address = address, HasAddress = true };
        }
        return function.Length == 0
            ? Invalid(point, $"{point.TypeName} should be attached to a function and/or address")
            : point with { Function = function };
    }

    /// <summary><c>TARGET@FILE:LINE[:COL]</c>.</summary>
    private AttachPoint? ParseSourceLine(AttachPoint point, string[] parts)
    {
        if (point.Type != ProbeType.Uprobe)
            return Invalid(point, "Source code location not allowed");
        if (SyntaxFacts.HasWildcard(parts[1]))
            return Invalid(point, "Cannot use wildcards with source code location");
        if (parts.Length is not (5 or 6) || parts[3].Length == 0 || parts[4].Length == 0)
            return Invalid(point, "Invalid uprobe arguments, expected format: uprobe:TARGET@FILE:LINE[:COL]");
        if (!TryParseNumber(parts[4], out ulong line, out string error))
            return Invalid(point, $"Invalid line number: {error}");
        ulong column = 0;
        if (parts.Length == 6 && !TryParseNumber(parts[5], out column, out error))
            return Invalid(point, $"Invalid column number: {error}");
        if (parts[1].Length == 0 && options.ProcessId is null)
            return Invalid(point, "Unspecified target binary, cannot attach by source code location.");
        return point with
        {
            Target = parts[1],
            SourceFile = parts[3],
            SourceLine = (int)Math.Min(line, int.MaxValue),
            SourceColumn = (int)Math.Min(column, int.MaxValue),
        };
    }

    private AttachPoint? ParseUsdt(AttachPoint point, string[] parts)
    {
        point = parts.Length switch
        {
            2 => point with { Function = parts[1] },
            3 => point with { Target = parts[1], Function = parts[2] },
            _ => point with { Target = parts[1], Provider = parts[2], Function = parts[3] },
        };
        if (point.Function.Length == 0)
            return Invalid(point, "usdt probe must have a target function or wildcard");
        if (point.Target.Length == 0 && options.ProcessId is null)
            return Invalid(point, "usdt probe must specify at least path or pid to probe. To target all paths/pids set the path to '*'.");
        return point;
    }
}
