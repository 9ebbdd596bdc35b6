using System.Globalization;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Where an argument of a static probe is, in the notation of <c>.note.stapsdt</c> (systemtap's UserSpaceProbeImplementation):
/// <c>SIZE@OPERAND</c>, the operand as the assembler of x86_64 writes it: <c>$5</c>, <c>%edi</c>, <c>-16(%rbp)</c>, <c>8(%rax,%rcx,4)</c>.
/// A negative size is that of a signed value.
/// </summary>
/// <param name="Type">Width and sign.</param>
/// <param name="Constant">The value, of a constant.</param>
/// <param name="Register">The register that holds the value or the base of its address; null for none.</param>
/// <param name="Shift">Bits to shift the register right by: 8 for <c>ah</c> and its like.</param>
/// <param name="IsMemory">Whether the value is in memory.</param>
/// <param name="Displacement">What is added to the address.</param>
/// <param name="Index">The register added to the address; null for none.</param>
/// <param name="Scale">What the index is multiplied with.</param>
internal sealed record UsdtOperand(
    IntegerType Type,
    long? Constant = null,
    string? Register = null,
    int Shift = 0,
    bool IsMemory = false,
    long Displacement = 0,
    string? Index = null,
    int Scale = 1)
{
    /// <summary>One argument of a probe's argument string; null when there is none or its notation is not known.</summary>
    public static UsdtOperand? Parse(string arguments, int index)
    {
        // A blank separates arguments; within an operand there is none.
        string[] all = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return index < all.Length ? Parse(all[index]) : null;
    }

    private static UsdtOperand? Parse(string argument)
    {
        int at = argument.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !int.TryParse(argument.AsSpan(0, at), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int size)
            || Math.Abs(size) is not (1 or 2 or 4 or 8))
        {
            return null;
        }
        var type = new IntegerType(Math.Abs(size) * 8, size < 0);
        string operand = argument[(at + 1)..];
        if (operand.StartsWith('$'))
            return TryParseNumber(operand[1..], out long constant) ? new UsdtOperand(type, Constant: constant) : null;
        if (operand.StartsWith('%'))
            return FindRegister(operand[1..]) is { } register ? new UsdtOperand(type, Register: register.Name, Shift: register.Shift) : null;
        return ParseMemory(type, operand);
    }

    private static UsdtOperand? ParseMemory(IntegerType type, string operand)
    {
        int open = operand.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !operand.EndsWith(')'))
            return null;
        long displacement = 0;
        if (open > 0 && !TryParseNumber(operand[..open], out displacement))
            return null;
        string[] parts = operand[(open + 1)..^1].Split(',');
        string? baseRegister = parts[0].Length == 0 ? null : FindRegister(parts[0].TrimStart('%'))?.Name;
        string? index = parts.Length < 2 ? null : FindRegister(parts[1].TrimStart('%'))?.Name;
        int scale = 1;
        if ((parts[0].Length > 0 && baseRegister is null) || (parts.Length > 1 && index is null)
            || (parts.Length > 2 && !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out scale)))
        {
            return null;
        }
        return new UsdtOperand(type, Register: baseRegister, IsMemory: true, Displacement: displacement, Index: index, Scale: scale);
    }

    private static bool TryParseNumber(string text, out long value)
    {
        bool negative = text.StartsWith('-');
        bool ok = Probes.AttachPointParser.TryParseNumber(negative ? text[1..] : text, out ulong magnitude);
        value = unchecked(negative ? -(long)magnitude : (long)magnitude);
        return ok;
    }

    /// <summary>The register a name is a part of, by <c>reg()</c>'s name, and where in it the part begins.</summary>
    private static (string Name, int Shift)? FindRegister(string name)
    {
        string bare = name is ['r' or 'e', _, 'x' or 'i' or 'p'] ? name[1..] : name;
        switch (bare)
        {
            case "ax" or "bx" or "cx" or "dx" or "si" or "di" or "bp" or "sp" or "ip":
                return (bare, 0);
            case "al" or "bl" or "cl" or "dl":
                return (bare[0] + "x", 0);
            case "ah" or "bh" or "ch" or "dh":
                return (bare[0] + "x", 8);
            case "sil" or "dil" or "bpl" or "spl":
                return (bare[..2], 0);
        }
        string numbered = bare.TrimEnd('d', 'w', 'b');
        return numbered is "r8" or "r9" or "r10" or "r11" or "r12" or "r13" or "r14" or "r15" ? (numbered, 0) : null;
    }
}
