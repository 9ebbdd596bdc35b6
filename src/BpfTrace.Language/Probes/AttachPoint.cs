using System.Globalization;
using System.Text;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Probes;

/// <summary>An attach point with its parts told apart, wildcards still in it.</summary>
internal sealed record AttachPoint(AttachPointSyntax Syntax, ProbeType Type)
{
    /// <summary>Where it stands.</summary>
    public TextSpan Span => Syntax.Span;

    /// <summary>Binary, module, category, unit or event: see <see cref="AttachTarget.Target"/>.</summary>
    public string Target { get; init; } = "";

    /// <summary>The function or event.</summary>
    public string Function { get; init; } = "";

    /// <summary>Usdt: the provider.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Uprobe: the language of the function's name.</summary>
    public string Language { get; init; } = "";

    /// <summary>Uprobe: the source file of a line; empty for none.</summary>
    public string SourceFile { get; init; } = "";

    /// <summary>Uprobe: the line in <see cref="SourceFile"/>.</summary>
    public int SourceLine { get; init; }

    /// <summary>Uprobe: the column in <see cref="SourceLine"/>; 0 for any.</summary>
    public int SourceColumn { get; init; }

    /// <summary>Bytes after the function's start.</summary>
    public ulong Offset { get; init; }

    /// <summary>An address.</summary>
    public ulong Address { get; init; }

    /// <summary>Whether an address was written, zero included.</summary>
    public bool HasAddress { get; init; }

    /// <summary>Period, rate or sample count.</summary>
    public ulong Count { get; init; }

    /// <summary>Watchpoint: its length.</summary>
    public ulong Length { get; init; }

    /// <summary>Watchpoint: its mode.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Iter: where it is pinned.</summary>
    public string PinPath { get; init; } = "";

    /// <summary>Fentry, fexit on BPF programs: the program's id; 0 for any.</summary>
    public ulong ProgramId { get; init; }

    /// <summary>The probe type's name.</summary>
    public string TypeName => ProbeNames.GetName(Type);

    /// <summary>The name as the <c>probe</c> builtin gives it (bpftrace <c>AttachPoint::name</c>).</summary>
    public string FullName => Syntax.UserName ?? PlaceName;

    /// <summary>The name of the place, also of one that the script has a name for.</summary>
    public string PlaceName
    {
        get
        {
            var name = new StringBuilder(TypeName);
            Append(Target);
            Append(Language);
            Append(Provider);
            if (ProgramId != 0)
                Append(Number(ProgramId));
            Append(Function);
            if (Function.Length > 0 && Offset != 0)
                name.Append('+').Append(Number(Offset));
            if (Address != 0)
                Append(Number(Address));
            if (Count != 0)
                Append(Number(Count));
            if (Length != 0)
                Append(Number(Length));
            Append(Mode);
            return name.ToString();

            void Append(string part)
            {
                if (part.Length > 0)
                    name.Append(':').Append(part);
            }
        }
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
