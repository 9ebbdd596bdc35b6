using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>The verifier's log of one program load.</summary>
internal sealed class VerifierLog
{
    private const int ShortMessageLines = 2;

    private VerifierLog(ImmutableArray<string> lines, bool truncated)
    {
        Lines = lines;
        IsTruncated = truncated;
    }

    public static VerifierLog Empty { get; } = new([], false);

    public ImmutableArray<string> Lines { get; }

    public bool IsTruncated { get; }

    /// <summary>Whether the end is there: the statistics are the last thing the kernel writes.</summary>
    public bool EndsWithStatistics => Lines.Length > 0 && IsStatistics(Lines[^1]);

    /// <summary>
    /// The last instruction the log shows before it ends: log level 1 prints <c>12: (85) call …</c> for every instruction
    /// walked on the failing path (kernel/bpf/verifier.c do_check).
    /// </summary>
    public int? FailingInstruction
    {
        get
        {
            for (int i = Lines.Length - 1; i >= 0; i--)
            {
                if (TryParseInstruction(Lines[i], out int index))
                    return index;
            }

            return null;
        }
    }

    public static VerifierLog Parse(ReadOnlySpan<byte> buffer, bool truncated)
    {
        int end = buffer.IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(end < 0 ? buffer : buffer[..end]);
        if (text.Length == 0)
            return Empty;
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
            lines.Add(line.ToString());
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return new VerifierLog(lines.ToImmutable(), truncated);
    }

    public override string ToString() => string.Join('\n', Lines);

    public VerifierException ToException(int errno, ProgramSpec program, ReadOnlySpan<byte> btf)
    {
        var message = new StringBuilder("the kernel's verifier refused program '")
            .Append(program.Name).Append("': ").Append(Errno.Text(errno)).Append(" (").Append(Errno.Name(errno)).Append(')');
        AppendLastLines(message);
        VerifierVerdict verdict = VerifierVerdict.Read(Lines, errno);
        ProgramSourcePosition? position = FailingInstruction is int failing ? LineTable.Find(program, failing, btf) : null;
        ImmutableArray<ProgramSourcePosition> calls = verdict is { Fault: VerifierFault.HelperNotAllowed or VerifierFault.HelperUnknown, HelperNumber: int helper }
            ? LineTable.FindCalls(program, helper, btf)
            : [];
        return new VerifierException(message.ToString(), errno, program.Name, this, verdict, position, calls);
    }

    /// <summary>
    /// The lines that say why, without the statistics.
    /// </summary>
    private void AppendLastLines(StringBuilder message)
    {
        int end = EndOf(Lines);
        int start = Math.Max(0, end - ShortMessageLines);
        for (int i = start; i < end; i++)
            message.Append(i == start ? ": " : "; ").Append(Lines[i].Trim());
        if (start > 0)
            message.Append(" (").Append(start.ToString(CultureInfo.InvariantCulture)).Append(start == 1 ? " line omitted)" : " lines omitted)");
    }

    /// <summary>How many lines come before the statistics at the end.</summary>
    public static int EndOf(IReadOnlyList<string> log)
    {
        int end = log.Count;
        while (end > 0 && IsStatistics(log[end - 1]))
            end--;
        return end;
    }

    /// <summary>The kernel ends its log with statistics.</summary>
    public static bool IsStatistics(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal)
        || line.StartsWith("verification time ", StringComparison.Ordinal)
        || line.StartsWith("stack depth ", StringComparison.Ordinal)
        || line.StartsWith("peak_states", StringComparison.Ordinal)
        || string.IsNullOrWhiteSpace(line);

    /// <summary><c>12: (85) call bpf_loop#181</c>.</summary>
    public static bool IsInstruction(string line) => TryParseInstruction(line, out _);

    private static bool TryParseInstruction(string line, out int index)
    {
        index = 0;
        int colon = line.IndexOf(": (", StringComparison.Ordinal);
        return colon > 0
            && colon + 5 < line.Length
            && line[colon + 5] == ')'
            && int.TryParse(line.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}

/// <summary>Finds source lines by instruction.</summary>
internal static class LineTable
{
    /// <summary>Every place of the source that calls a helper, in the code's order, each once.</summary>
    public static ImmutableArray<ProgramSourcePosition> FindCalls(ProgramSpec program, int helper, ReadOnlySpan<byte> btf)
    {
        var places = ImmutableArray.CreateBuilder<ProgramSourcePosition>();
        ReadOnlySpan<byte> code = program.Code.Span;
        for (int i = 0; i < program.InstructionCount; i++)
        {
            BpfInstruction instruction = BpfInstruction.Read(code[(i * BpfInstruction.Size)..]);
            if (instruction is { Opcode: BpfInstruction.CallOpcode, Source: 0 } && instruction.Immediate == helper
                && Find(program, i, btf) is { } place && !places.Contains(place))
            {
                places.Add(place);
            }

            if (instruction.IsLoadImmediate64)
                i++;
        }

        return places.ToImmutable();
    }

    public static ProgramSourcePosition? Find(ProgramSpec program, int instruction, ReadOnlySpan<byte> btf)
    {
        ReadOnlySpan<byte> lines = program.LineInfo.Span;
        BpfLineInfo found = default;
        for (; lines.Length >= BpfLineInfo.Size; lines = lines[BpfLineInfo.Size..])
        {
            BpfLineInfo line = BpfLineInfo.Read(lines);
            if (line.InstructionOffset > instruction)
                break;
            found = line;
        }

        return found.Line > 0 ? new ProgramSourcePosition(BtfBlob.StringAt(btf, found.FileNameOffset), found.Line, found.Column) : null;
    }
}
